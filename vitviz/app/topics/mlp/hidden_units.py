"""The hidden units of one MLP for one token: before and after the nonlinearity, and one unit with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.app import bench, html, links
from vitviz.app.function_source import show_function
from vitviz.app.settings import Setting
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.hidden import TITLES, activation_curve
from vitviz.plot.numbers import fixed, in_brackets, short
from vitviz.plot.numbers import in_formula as text
from vitviz.tracing.planned_edit import PlannedEdit

if TYPE_CHECKING:
    from vitviz.analysis.mlp.hidden_units import HiddenUnit, HiddenUnits
    from vitviz.models.layers import Mlp
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

UNIT = Setting("mlp.unit", links.whole)
LISTED = 4


@st.fragment
def mlp_of_token(model: ModelEntry, trace: Trace, name: str, token: int) -> None:
    """The MLP of the block called ``name`` for its token number ``token``: the curve, one unit, all units as strips."""
    from vitviz.analysis.mlp.hidden_units import hidden_units, open_unit

    block = next(block for block in trace.blocks if block.name == name)
    units = hidden_units(block, token)
    own = trace.config.activation
    unit = UNIT.get(units.largest, model.name) % len(units.pre)
    left, right = st.columns([1.15, 1], gap="medium")
    title = say("mlp.unit_title", unit=unit, count=len(units.pre))
    with left:
        figure = activation_curve.describe(
            units.pre, units.post, own, unit, x_title=say("mlp.hidden_axis"),
            gap_title=say("mlp.minus_exact"), count_title=say("mlp.count"), label=title,
        )  # fmt: skip
        chart("mlp.curve", figure)
    with right:
        st.markdown(f"**{title}**")
        _one_unit(open_unit(block, token, unit))
        st.caption(
            say(
                "mlp.unit_shares", negative=f"{units.negative:.0%}", near=f"{units.near_zero:.0%}",
                limit=short(units.limit),
            )
        )  # fmt: skip
    at = trace.blocks.index(block)
    bench.offer(model, [PlannedEdit("unit", at, (unit,)), PlannedEdit("mlp", at)], "mlp")
    show_function(trace, f"{name}.mlp", cast("Mlp", block.module.mlp).forward, block["ln2.out"])
    st.markdown(say("mlp.choose_unit", dim=block["mlp_out"].shape[-1], count=len(units.pre)))
    strips(
        f"mlp.units.{model.name}", _strips(units, own), unit,
        lambda index: UNIT.set(index, model.name), index_name=say("mlp.unit"),
    )  # fmt: skip


def _strips(units: HiddenUnits, own: str) -> list[Strip]:
    values = span(np.append(units.pre, units.post), "activation")
    return [
        Strip("h", units.pre, values),
        Strip(TITLES[own], units.post, values),
        Strip("ReLU", units.pre.clip(0), values),
    ]


def _one_unit(unit: HiddenUnit) -> None:
    """The dot product that makes a unit, what each nonlinearity makes of it, and its largest products."""
    h = text(unit.h)
    st.markdown(
        rf"$\displaystyle h = \sum_{{c=1}}^{{{len(unit.inputs)}}} w_c\, y_c + b = {text(unit.products.sum())}"
        rf" + {in_brackets(unit.bias)} = {h}$"
        "\n\n"
        rf"$\displaystyle \mathrm{{GELU}}(h) = h\,\Phi(h) = {h} \cdot {text(unit.below)} = {text(unit.h * unit.below)}$"
    )
    rows = [
        (TITLES[name], fixed(value), "", "")
        if computed is None
        else (TITLES[name], fixed(value), fixed(computed), f"{abs(value - computed):.1e}")
        for name, value, computed in unit.checks
    ]
    st.html(html.table(rows, ("", say("mlp.formula"), "torch", "|\u0394|"), numbers=range(1, 4)))
    st.html(html.table(_largest(unit), ("c", "y", "w", "w\u00b7y"), numbers=range(4)))


def _largest(unit: HiddenUnit) -> list[tuple[str, ...]]:
    """The products furthest from 0, and what the others come to."""
    from vitviz.analysis.mlp.largest_terms import largest_terms

    found = largest_terms(unit.products, LISTED)
    rows = [
        (str(i), short(unit.inputs[i]), short(unit.weights[i]), fixed(unit.products[i]))
        for i in found.indices
    ]
    return [*rows, ("", "", say("mlp.others", count=found.others), fixed(found.rest))]
