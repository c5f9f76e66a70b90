"""What one layer of each family costs as the row grows: curves, and the formulas with the numbers in them."""

from __future__ import annotations

from typing import cast

import streamlit as st

from vitviz.analysis.families.cost import (
    Products,
    cache_bytes,
    cached_step,
    cross_attention,
    gru_step,
    pattern_bytes,
    whole_layer,
)
from vitviz.app import formulas, html, links
from vitviz.app.settings import Setting
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.models.sequence_config import BertConfig, TranslatorConfig
from vitviz.plot.families import Growth, growth_of_cost
from vitviz.zoo.sequence_models import find_sequence_model

COUNTS = tuple(sorted({round(2 ** (power / 4)) for power in range(41)}))  # 1 to 1,024, four to a doubling
N: Setting[int] = Setting("families.n", links.one_of(COUNTS))
FIRST_N = 64


def costs() -> None:
    """A slider for the length of the row, the costs as curves and as formulas, and the bytes of each."""
    n = N.widget(lambda key: st.select_slider(say("families.n"), COUNTS, key=key), COUNTS, FIRST_N)
    bert = cast(BertConfig, find_sequence_model("bert-mini").config)
    translator = cast(TranslatorConfig, find_sequence_model("translator-mini").config)
    dim, mlp, heads = bert.embed_dim, bert.mlp_dim, bert.num_heads
    gru = find_sequence_model("gru4rec-mini").config.embed_dim
    ways = {
        "whole": lambda tokens: whole_layer(tokens, dim, mlp),
        "step": lambda tokens: cached_step(tokens, dim, mlp),
        "cross": lambda tokens: cross_attention(tokens, tokens, translator.embed_dim),
        "gru": lambda tokens: gru_step(gru),
    }
    curves = [
        Growth(say(f"families.curve_{name}"), COUNTS, [way(tokens).total for tokens in COUNTS], way(n).total)
        for name, way in ways.items()
    ]
    figure = growth_of_cost.describe(
        curves, n, x_title=say("families.n"), y_title=say("families.axis_products"),
        label=say("families.costs_label"),
    )  # fmt: skip
    chart("families.costs", figure)
    whole, step = ways["whole"](n), ways["step"](n)
    cross, recurrent = ways["cross"](n), ways["gru"](n)
    st.markdown(
        formulas.displayed(_formulas(n, dim, mlp, translator.embed_dim, gru, whole, step, cross, recurrent))
    )
    ratio = say("families.ratio", n=n, whole=whole.total, step=step.total)
    st.markdown(f"{ratio} {say('families.square_from', n=2 * dim + mlp)}")
    rows = [
        [say("families.bytes_pattern"), f"{heads} x {n} x {n}", f"{pattern_bytes(n, n, heads):,} B"],
        [say("families.bytes_row"), f"{heads} x 1 x {n}", f"{pattern_bytes(1, n, heads):,} B"],
        [say("families.bytes_cache"), f"2 x {n} x {dim}", f"{cache_bytes(n, dim):,} B"],
        [say("families.bytes_gru"), f"{gru}", f"{4 * gru:,} B"],
    ]
    st.html(
        html.table(
            rows, [say(f"families.bytes_{name}") for name in ("what", "shape", "size")], numbers=(1, 2)
        )
    )
    st.caption(say("families.counted"))


def _formulas(
    n: int,
    dim: int,
    mlp: int,
    small: int,
    gru: int,
    whole: Products,
    step: Products,
    cross: Products,
    recurrent: Products,
) -> list[str]:
    """The four costs as formulas, with the numbers of this row in them."""
    return [
        rf"\text{{{say('families.name_whole')}}}\quad n(4D^2 + 2DM) + 2n^2D"
        rf" = {n}\,(4\cdot{dim}^2 + 2\cdot{dim}\cdot{mlp}) + 2\cdot{n}^2\cdot{dim} = {_grouped(whole.total)}",
        rf"\text{{{say('families.name_step')}}}\quad 4D^2 + 2DM + 2nD"
        rf" = 4\cdot{dim}^2 + 2\cdot{dim}\cdot{mlp} + 2\cdot{n}\cdot{dim} = {_grouped(step.total)}",
        rf"\text{{{say('families.name_cross')}}}\quad 2(n_q + n_k)D^2 + 2n_qn_kD"
        rf" = 2\,({n} + {n})\cdot{small}^2 + 2\cdot{n}\cdot{n}\cdot{small} = {_grouped(cross.total)}",
        rf"\text{{{say('families.name_gru')}}}\quad 6D^2 = 6\cdot{gru}^2 = {_grouped(recurrent.total)}",
    ]


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "{,}")
