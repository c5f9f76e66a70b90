"""Step 8: Swin's shifted windows in five frames, for one token: who shares its window, and who may meet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.app import session, tokens
from vitviz.app.settings import HEAD
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.models.config import SwinConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vitviz.analysis.path.window_frames import WindowFrames
    from vitviz.models.windows import WindowGrid
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "windows"
SIDE = 160
CUT, MEET = 0.35, 1.0  # how the maps show who shares a window and may not meet, and who may
CHOSEN = "path.windows.chosen"  # whether somebody chose a token in this step


def show() -> None:
    """Regular windows, displaced ones, the rolled picture with its mask, and the weights of one head."""
    model = session.entry("swin")
    assert isinstance(model.config, SwinConfig)
    _windows(model, run_step(STEP, model, window=model.config.window_size))


@st.fragment
def _windows(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.path.window_frames import first_cut_token, pair_of_blocks, window_frames

    pair = pair_of_blocks(trace)
    if pair is None:
        st.info(say("path.windows.no_shift"))
        return
    regular, shifted = pair
    grid = shifted.grid
    size = (grid.height, grid.width)
    token = tokens.current(model, size)
    if tokens.is_first(model) and not st.session_state.get(CHOSEN):
        token = first_cut_token(shifted, token)  # in the middle of a picture no mask acts
    heads = range(shifted.num_heads)
    head = min(HEAD.get(0, model.name), heads[-1])
    frames = window_frames(regular, shifted, head, token)
    answered = ask(
        STEP, model, {name: say(f"path.windows.{name}") for name in ("no", "yes", "head")}, lambda: "no",
        lambda: say(
            "path.windows.because" if frames.shifted.cut.any() else "path.windows.nothing_cut",
            legal=int(frames.shifted.legal.sum()), cut=int(frames.shifted.cut.sum()),
            weight=f"{frames.largest_cut:.1e}" if frames.largest_cut else "0",
        ),
    )  # fmt: skip
    _frames(model, (regular, shifted), frames, token, head, answered)
    st.caption(say("path.windows.legend", regular=regular.name, shifted=shifted.name, shift=grid.shift))
    if answered:
        take_away(STEP)


def _frames(
    model: ModelEntry,
    blocks: tuple[SwinBlockTrace, SwinBlockTrace],
    frames: WindowFrames,
    token: int,
    head: int,
    answered: bool,
) -> None:
    grid = blocks[1].grid
    edges = range(0, max(grid.padded) + 1, grid.window)
    displaced = [edge - grid.window + grid.shift for edge in edges]
    meets = np.where(frames.shifted.legal, MEET, np.where(frames.shifted.cut, CUT, np.nan))
    sharing = np.where(frames.shifted.legal | frames.shifted.cut, MEET, np.nan)
    head_weights = say("path.windows.weights", head=head)
    shown: Sequence[tuple[str, bool, NDArray[np.floating], Sequence[int], bool]] = [
        (say("path.windows.regular"), False, np.where(frames.regular.legal, MEET, np.nan), edges, True),
        (say("path.windows.moved"), False, sharing, displaced, True),
        (say("path.windows.rolled"), True, sharing, edges, True),
        (say("path.windows.masked"), True, meets, edges, answered),
        (head_weights, False, frames.weights, displaced, answered),
    ]
    for number, (place, (title, rolled, values, lines, drawn)) in enumerate(
        zip(st.container(key="path-frames").columns(len(shown), gap="small"), shown, strict=True)
    ):
        with place:
            st.markdown(f"**{number + 1}** {title}")
            if not drawn:
                st.caption(say("path.windows.hidden"))
                continue
            weights = title == head_weights
            top = float(np.nanmax(values)) if weights else MEET
            overlay = Overlay(
                _moved(values, grid, rolled).ravel(), (0.0, top), "attention", 0.6,
                say("path.weights.scale"), weights,
            )  # fmt: skip
            picker(
                f"path.windows.{number}.{model.name}", _rolled(session.seen(model), grid) if rolled
                else session.seen(model), grid.height, grid.width, _at(token, grid, rolled),
                partial(_choose, model, grid, rolled),
                overlay=overlay, grid=False, window_rows=[e for e in lines if 0 <= e <= grid.height],
                window_columns=[e for e in lines if 0 <= e <= grid.width], width=SIDE,
            )  # fmt: skip


def _choose(model: ModelEntry, grid: WindowGrid, rolled: bool, chosen: int) -> None:
    st.session_state[CHOSEN] = True
    tokens.choose(model, _from(chosen, grid, rolled), (grid.height, grid.width))


def _moved(values: NDArray[np.floating], grid: WindowGrid, rolled: bool) -> NDArray[np.floating]:
    """A map (h, w) as it lies after the cyclic shift."""
    down, across = grid.shifts
    return np.roll(values, (-down, -across), (0, 1)) if rolled else values


def _rolled(picture: Image.Image, grid: WindowGrid) -> Image.Image:
    """The picture as it lies after the cyclic shift of a map."""
    down, across = grid.shifts
    pixels = np.asarray(picture)
    moved = np.roll(
        pixels,
        (-down * picture.height // grid.height, -across * picture.width // grid.width),
        (0, 1),
    )
    return Image.fromarray(moved)


def _at(token: int, grid: WindowGrid, rolled: bool) -> int:
    """Where a token of the map lies in a frame."""
    down, across = grid.shifts if rolled else (0, 0)
    row, column = divmod(token, grid.width)
    return (row - down) % grid.height * grid.width + (column - across) % grid.width


def _from(place: int, grid: WindowGrid, rolled: bool) -> int:
    """The token of the map that lies at a place of a frame."""
    down, across = grid.shifts if rolled else (0, 0)
    row, column = divmod(place, grid.width)
    return (row + down) % grid.height * grid.width + (column + across) % grid.width
