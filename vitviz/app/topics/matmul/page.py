"""Why a convolution is a matrix product, and what makes that product fast: measured on this very machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.matmul.cache_lines import Order, fetched, steps
from vitviz.analysis.matmul.embedding_product import embedding_product
from vitviz.app import html, session, shell, tokens
from vitviz.app.function_code import code_of
from vitviz.app.settings import PATCH_CHANNEL
from vitviz.app.topics.matmul.cache_lines_part import LoopOrder, cache_lines
from vitviz.app.topics.matmul.compiled_loops import compiled_loops
from vitviz.app.topics.matmul.halide_product import halide_product
from vitviz.app.topics.matmul.measured import measured
from vitviz.app.topics.matmul.product_drawing import product
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.zoo.registry import ModelEntry

ORDERS: tuple[Order, ...] = ("ijk", "ikj")  # that are compared step by step
SMALL = 4  # side of the matrices whose memory is shown step by step
LARGE = {"n": 32, "line": 8, "lines": 24, "tile": 8}


def show() -> None:
    """The patch embedding as a product, ways to compute one with their measured speeds, and what memory does."""
    model = session.entry()
    shell.head(say("matmul.title"), say("matmul.lead"), model)
    _convolution(model)
    place = st.container()
    _steps()
    later = (compiled_loops(), halide_product())
    _memory()
    _larger()
    with place:
        measured()
    # What was started is measured when the page is complete: any other choice ends it.
    for measure in later:
        if measure is not None:
            measure()


def _convolution(model: ModelEntry) -> None:
    """The product of the chosen model's patch embedding to scale, with the row and the column of one number."""
    work = embedding_product(model.config, tokens.finest(model))
    patch = max(0, tokens.current(model) - len(tokens.prefix(model)))
    channel = min(PATCH_CHANNEL.get(0, model.name), work.dim - 1)
    left, right = st.columns([1, 1.5], gap="medium")
    left.html(product((work.dim, work.length, work.count), ("E", "x[k, i, j]", "z\u1d40"), (channel, patch)))
    right.markdown(
        say(
            "matmul.convolution", dim=work.dim, length=work.length, count=work.count, size=model.config.patch_size,
            result=f"{work.results:,}", flop=f"{work.flop / 1e9:.3f}",
        )
    )  # fmt: skip


def _steps() -> None:
    from vitviz.analysis.matmul.variants import VARIANTS

    st.header(say("matmul.steps"), anchor=False)
    st.markdown(say("matmul.steps_lead", cores=os.cpu_count() or 1))
    for name, function in VARIANTS.items():
        text, code = st.columns([1, 1.6], gap="medium")
        text.markdown(f"**{say(f'matmul.name_{name}')}**  \n{say(f'matmul.why_{name}')}")
        code.code(code_of(function), language="python")


@st.fragment
def _memory() -> None:
    st.header(say("matmul.memory"), anchor=False)
    st.markdown(say("matmul.memory_lead", n=SMALL))
    choices, _ = st.columns([1, 1.6])
    lines = int(choices.slider(say("matmul.lines"), 1, 3 * SMALL, 3, key="matmul.lines"))
    orders = [
        LoopOrder(order, say(f"matmul.order_{order}"), steps(order, SMALL, SMALL, lines)) for order in ORDERS
    ]
    cache_lines("matmul.cache_lines", orders, n=SMALL, line=SMALL)
    st.caption(say("matmul.memory_try"))


def _larger() -> None:
    n, line, lines, tile = LARGE["n"], LARGE["line"], LARGE["lines"], LARGE["tile"]
    st.markdown(say("matmul.larger", **LARGE))
    rows = []
    for order in ("ijk", "ikj", "blocked"):
        counts = fetched(order, n, line, lines, tile if order == "blocked" else 0)
        total = sum(counts)
        each = total / n**3
        rows.append((say(f"matmul.order_{order}"), *(f"{c:,}" for c in counts), f"{total:,}", f"{each:.3f}"))
    heads = ("", "A", "B", "C", say("matmul.sum"), say("matmul.per_product"))
    st.html(html.table(rows, heads, numbers=range(1, 6)))
