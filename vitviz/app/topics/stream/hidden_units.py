"""The hidden units of one MLP for one token: before and after the nonlinearity, and one unit with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.analysis.stream.sparsity import NEAR, sparsity
from vitviz.app import html, session
from vitviz.app.function_source import show_function
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, short
from vitviz.plot.numbers import in_formula as text
from vitviz.web.chart.stream_charts import TITLES, activation_curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.models.layers import Mlp
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


@st.fragment
def hidden_units(model: ModelEntry, trace: Trace, name: str, token: int) -> None:
    """Show the MLP of the block called ``name`` for its token number ``token``."""
    block = next(block for block in trace.blocks if block.name == name)
    pre, post = (block[key].flatten(0, -2)[token].numpy() for key in ("mlp_pre", "mlp_post"))  # (M,) each
    own = trace.config.activation
    setting = f"stream.unit.{model.name}"
    unit = session.setting(setting, int(np.argmax(post))) % len(pre)
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        words = (say("stream.hidden_axis"), say("stream.minus_exact"), say("stream.count"))
        title = say("stream.unit_title", unit=unit, count=len(pre))
        chart("stream.curve", activation_curve(pre, post, own, unit, words, title))
    with right:
        st.markdown(f"**{title}**")
        _formulas(block, token, unit, own)
        found = sparsity(pre[None], post[None])
        st.caption(
            say(
                "stream.unit_shares", negative=f"{found.negative[0]:.0%}", near=f"{found.near_zero[0]:.0%}",
                limit=short(NEAR * float(np.abs(post).max())),
            )
        )  # fmt: skip
    show_function(trace, f"{name}.mlp", cast("Mlp", block.module.mlp).forward, block["ln2.out"])
    st.markdown(say("stream.choose_unit", dim=block["mlp_out"].shape[-1], count=len(pre)))
    values = span(np.append(pre, post), "activation")
    rows = [Strip("h", pre, values), Strip(TITLES[own], post, values), Strip("ReLU", pre.clip(0), values)]
    strips(
        f"stream.units.{model.name}", rows, unit, lambda index: session.set_setting(setting, index),
        index_name=say("stream.unit"),
    )  # fmt: skip


def _formulas(block: BlockTrace, token: int, unit: int, own: str) -> None:
    """One hidden unit: the dot product that makes it, and what each nonlinearity makes of it."""
    from vitviz.analysis.stream.activations import ACTIVATIONS, normal_cdf

    mlp = cast("Mlp", block.module.mlp)
    x = block["ln2.out"].flatten(0, -2)[token].double().numpy()  # (D,)
    weight, bias = mlp.fc1.weight[unit].double().numpy(), float(mlp.fc1.bias[unit])
    products = x * weight
    h = float(products.sum() + bias)
    cdf = float(normal_cdf(np.array([h]))[0])
    st.markdown(
        rf"$\displaystyle h = \sum_{{c=1}}^{{{len(x)}}} w_c\, y_c + b = {text(products.sum())} + ({text(bias)})"
        rf" = {text(h)}$"
        "\n\n"
        rf"$\displaystyle \mathrm{{GELU}}(h) = h\,\Phi(h) = {text(h)} \cdot {text(cdf)} = {text(h * cdf)}$"
    )
    computed = block["mlp_post"].flatten(0, -2)[token, unit].item()
    rows = []
    for name in dict.fromkeys([own, "gelu", "gelu_tanh", "relu"]):
        value = float(ACTIVATIONS[name](np.array([h]))[0])
        gap = f"{abs(value - computed):.1e}" if name == own else ""
        rows.append((TITLES[name], fixed(value), fixed(computed) if name == own else "", gap))
    heads = ("", say("stream.formula"), "torch", "|\u0394|")
    st.html(html.table(rows, heads, numbers=range(1, 4)))
    st.html(html.table(_largest(products, x, weight), ("c", "y", "w", "w\u00b7y"), numbers=range(4)))


def _largest(
    products: NDArray[np.float64], x: NDArray[np.float64], weight: NDArray[np.float64], count: int = 4
) -> list[tuple[str, ...]]:
    """The products furthest from 0, and what the others come to."""
    order = np.argsort(-np.abs(products), kind="stable")[:count]
    rows = [(str(i), short(x[i]), short(weight[i]), fixed(products[i])) for i in order]
    rest = products.sum() - products[order].sum()
    return [*rows, ("", "", say("stream.others", count=len(products) - count), fixed(rest))]
