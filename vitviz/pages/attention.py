"""Attention: where a token looks, in every head of a layer, and the whole matrix of one head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz import session
from vitviz.components.picker import Overlay, picker
from vitviz.components.tiles import tiles
from vitviz.pages import chrome, tokens
from vitviz.views import html
from vitviz.views.attention import Direction, HeadMaps, head_maps, strongest
from vitviz.words import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.tracing.attention import FieldOfView
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.zoo.registry import ModelEntry

STRONGEST = 6
# The block to open with, as a share of the depth: in early ones local and wide heads stand side by side.
FIRST_SEEN = 4


def show() -> None:
    """The page."""
    model = session.entry()
    chrome.head(say("attention.title"), say("attention.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    _explore(trace.blocks, model)


@st.fragment
def _explore(blocks: tuple[BlockTrace, ...], model: ModelEntry) -> None:
    from vitviz.tracing.attention import field_of_view, map_size

    block = _choose_block(blocks, model)
    direction: Direction = st.session_state.get("attention.direction", "row")
    head = min(session.setting(f"head.{model.name}", 0), block.num_heads - 1)
    view = field_of_view(block, tokens.current(model, map_size(block)), direction)
    maps = head_maps(view.weights.numpy(), view.keys.numpy(), view.rows * view.columns, len(view.prefix))
    left, middle, right = st.columns([1.15, 1, 1.15], gap="medium")
    with left:
        _picture(view, maps, head, model)
    with middle:
        st.subheader(say("attention.heads", layer=block.name), anchor=False)
        tiles(
            f"attention.heads.{model.name}",
            maps.patches.reshape(block.num_heads, *view.window),
            quantity="attention",
            limits=maps.limits,
            labels=[say("attention.head", head=h) for h in range(block.num_heads)],
            axes=(say("tensor.row"), say("tensor.column")),
            selected=head,
            on_choose=lambda chosen: session.set_setting(f"head.{model.name}", chosen),
            width=110 if block.num_heads <= 4 else 72,
        )
    with right:
        st.subheader(say("attention.matrix", head=head), anchor=False)
        tiles(
            f"attention.matrix.{model.name}",
            view.matrix(head).numpy(),
            quantity="attention",
            axes=(say("attention.query"), say("attention.key")),
            mark_rows=[view.place] if direction == "row" else [],
            on_cell=lambda row, _: tokens.choose(model, view.token_at(row), (view.rows, view.columns)),
            width=460,
            scale_label=say("attention.matrix_scale"),
        )
    _numbers(view, maps, head)


def _choose_block(blocks: tuple[BlockTrace, ...], model: ModelEntry) -> BlockTrace:
    layer, facing, _ = st.columns([2.3, 1.6, 1], gap="medium", vertical_alignment="bottom")
    names = [block.name for block in blocks]
    key = f"attention.block.{model.name}"
    index = min(session.setting(f"block.{model.name}", len(blocks) // FIRST_SEEN), len(blocks) - 1)
    chosen = layer.select_slider(say("attention.layer"), names, value=names[index], key=key)
    session.set_setting(f"block.{model.name}", names.index(chosen))
    facing.segmented_control(
        say("attention.direction"),
        ["row", "column"],
        format_func=lambda way: say(f"attention.{way}"),
        key="attention.direction",
        default="row",
        required=True,
    )
    return blocks[names.index(chosen)]


def _picture(view: FieldOfView, maps: HeadMaps, head: int, model: ModelEntry) -> None:
    st.subheader(say("attention.map", head=head), anchor=False)
    picker(
        f"attention.picker.{model.name}",
        session.seen(model),
        view.rows,
        view.columns,
        view.token,
        lambda token: tokens.choose(model, token, (view.rows, view.columns)),
        prefix=view.prefix,
        overlay=Overlay(maps.tokens[head], maps.limits, label=say("attention.scale")),
        grid=False,
        window_rows=view.window_rows,
        window_columns=view.window_columns,
    )


def _numbers(view: FieldOfView, maps: HeadMaps, head: int) -> None:
    left, right = st.columns([1.15, 2.15], gap="medium")
    rows = [
        (view.describe(token), f"{weight:.5f}", f"{weight * view.num_keys:.1f} x")
        for token, weight in strongest(maps.tokens[head], STRONGEST)
    ]
    left.html(
        html.table(rows, (say("attention.key"), say("attention.weight"), say("attention.uniform")), (1, 2))
    )
    right.caption(say("attention.sum", total=f"{float(view.weights[head].sum()):.6f}", n=view.num_keys))
    _opened(view, strongest(maps.tokens[head], 1)[0][0], head, right)


def _opened(view: FieldOfView, key: int, head: int, place: DeltaGenerator) -> None:
    """The weight on one token, with the numbers that it is made of."""
    cell = view.open(key, head)
    place.markdown(say("attention.opened", key=view.describe(key)))
    root = rf"\frac{{{cell.dot:.4f}}}{{\sqrt{{{cell.head_dim}}}}}"
    terms = [root] + [f"({x:.4f})" for x in (cell.bias, cell.mask) if x is not None]
    names = r"\frac{q \cdot k}{\sqrt{d}}" + (" + b" if cell.bias is not None else "")
    names += " + m" if cell.mask is not None else ""
    place.latex(rf"s = {names} = {' + '.join(terms)} = {cell.score:.4f}")
    place.latex(
        rf"A = \frac{{e^{{s - \max}}}}{{\sum e^{{s_j - \max}}}}"
        rf" = \frac{{e^{{{cell.score:.4f} - ({cell.maximum:.4f})}}}}{{{cell.total:.4f}}} = {cell.weight:.5f}"
    )
