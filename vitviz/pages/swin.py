"""Swin: the stages, the windows and their shift on the person's own picture, and attention inside one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz import session
from vitviz.components.picker import picker
from vitviz.components.tiles import tiles
from vitviz.pages import chrome
from vitviz.views import html, windows
from vitviz.views.colour import Quantity
from vitviz.words import say

if TYPE_CHECKING:
    from PIL import Image

    from vitviz.tracing.blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


# The last window holds four regions that the shift brought together: the one that shows why there is a mask.
LAST = 10**6
MASK_LIMITS = (-100.0, 100.0)
ADDEND_COLOURS: dict[str, Quantity] = {
    "qk": "activation",
    "bias": "weight",
    "mask": "difference",
    "pattern": "attention",
}


def show() -> None:
    """The page."""
    model = session.entry("swin")
    chrome.head(say("swin.title"), say("swin.lead"), model)
    if model != session.entry():
        st.caption(say("swin.instead", name=model.title))
    with st.spinner(say("running")):
        trace = session.trace(model)
    _explore(trace, model)


@st.fragment
def _explore(trace: Trace, model: ModelEntry) -> None:
    blocks = {block.name: block for block in trace.swin_blocks}
    names = list(blocks)
    choice, facts = st.columns([1, 2], gap="large")
    with choice:
        name = st.select_slider(
            say("swin.block"),
            names,
            value=names[1],
            format_func=lambda name: _title(blocks[name]),
            key=f"swin.block.{model.name}",
        )
        block = blocks[name]
        st.markdown(_what_happens(block))
    facts.html(html.table(_stages(trace), _stage_head(), numbers=range(1, 6)))
    window = min(session.setting(f"window.{model.name}", LAST), block.grid.num_windows - 1)
    _windows(block, session.seen(model), window, model)
    _attention(block, window, model)


def _title(block: SwinBlockTrace) -> str:
    number = int(block.name.rsplit(".", 1)[1])
    return f"{block.stage + 1}.{number + 1} {'SW-MSA' if block.grid.shift else 'W-MSA'}"


def _what_happens(block: SwinBlockTrace) -> str:
    grid = block.grid
    kind = "shifted" if grid.shift else "one_window" if grid.num_windows == 1 else "regular"
    return say(f"swin.{kind}", s=grid.shift, m=grid.window, n=grid.num_windows)


def _stage_head() -> list[str]:
    return [say(f"swin.head_{name}") for name in ("stage", "patch", "map", "windows", "shape", "heads")]


def _stages(trace: Trace) -> list[list[str]]:
    rows = []
    for stage in sorted({block.stage for block in trace.swin_blocks}):
        block = next(block for block in trace.swin_blocks if block.stage == stage)
        grid = block.grid
        side = trace["image"].shape[-1] / grid.width
        rows.append(
            [
                str(stage + 1),
                f"{side:g} x {side:g} px",
                f"{grid.height} x {grid.width}",
                f"{grid.rows} x {grid.columns}",
                str((grid.num_windows, grid.window**2, block["resid_pre"].shape[-1])),
                f"{block.num_heads} x {block['q'].shape[-1]}",
            ]
        )
    return rows


def _windows(block: SwinBlockTrace, seen: Image.Image, window: int, model: ModelEntry) -> None:
    """The windows on the picture, the same after the cyclic shift, and the mask of the chosen window."""
    from vitviz.models.windows import partition, region_map

    grid = block.grid
    cell = seen.width / grid.width
    regions = region_map(grid)  # (H, W), of the shifted map
    of_window = partition(regions[None, :, :, None], grid)[window, :, 0].numpy()
    on_picture = np.full((grid.height, grid.width), -1)
    tokens = block.tokens[window].numpy()
    on_picture.flat[tokens[tokens >= 0]] = of_window[tokens >= 0]
    padded = windows.padded_picture(seen, *grid.padded, cell)
    first, second, third = st.columns(3, gap="medium")
    with first:
        st.subheader(say("swin.on_picture"), anchor=False)
        start = grid.shift or grid.window
        rows, columns = (range(start, side, grid.window) for side in (grid.height, grid.width))
        lined = windows.bordered(windows.tinted(seen, on_picture), rows, columns, cell)
        st.image(lined, output_format="PNG", width=320, alt=say("swin.on_picture"))
        st.caption(say("swin.on_picture_note", window=window))
    with second:
        st.subheader(say("swin.rolled" if grid.shift else "swin.cut"), anchor=False)
        rolled = windows.rolled_picture(padded, grid.shift, cell)
        picker(
            f"swin.windows.{model.name}",
            windows.tinted(rolled, regions.numpy()) if grid.shift else rolled,
            grid.rows,
            grid.columns,
            window,
            lambda chosen: session.set_setting(f"window.{model.name}", chosen),
            grid=False,
            window_rows=range(1, grid.rows),
            window_columns=range(1, grid.columns),
            nouns=(say("window"), say("place")),
            width=320,
        )
        st.caption(say("swin.choose_window"))
    with third:
        st.subheader(say("swin.mask", window=window), anchor=False)
        if block.mask is None:
            st.markdown(say("swin.no_mask"))
        else:
            tiles(
                f"swin.mask.{model.name}",
                block.mask[window].numpy(),
                quantity="difference",
                limits=MASK_LIMITS,
                axes=(say("attention.query"), say("attention.key")),
                width=320,
                scale_label=say("swin.mask_scale"),
            )


def _attention(block: SwinBlockTrace, window: int, model: ModelEntry) -> None:
    st.header(say("swin.attention", window=window), anchor=False)
    head = min(session.setting(f"head.{model.name}.{block.name}", 0), block.num_heads - 1)
    size = block.grid.window**2
    axes = (say("attention.query"), say("attention.key"))
    tiles(
        f"swin.heads.{model.name}",
        block.window_pattern(window).numpy(),
        quantity="attention",
        labels=[say("attention.head", head=h) for h in range(block.num_heads)],
        axes=axes,
        selected=head,
        on_choose=lambda chosen: session.set_setting(f"head.{model.name}.{block.name}", chosen),
        width=140,
        scale_label=say("swin.heads_scale"),
    )
    st.subheader(say("swin.addends", head=head), anchor=False)
    parts = block.window_addends(window, head)
    shown = [
        ("qk", parts.qk),
        ("bias", parts.bias),
        ("mask", parts.mask),
        ("pattern", block.window_pattern(window, head)),
    ]
    for column, (name, part) in zip(st.columns(4, gap="medium"), shown, strict=True):
        with column:
            st.markdown(f"**{say(f'swin.addend_{name}')}** `({size}, {size})`")
            if part is None:
                st.caption(say("swin.no_mask"))
                continue
            tiles(
                f"swin.addend.{name}.{model.name}",
                part.numpy(),
                quantity=ADDEND_COLOURS[name],
                limits=MASK_LIMITS if name == "mask" else None,
                axes=axes,
                width=230,
            )
