"""Swin, the shift: why windows move and what the mask is for, on the person's own picture, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image, ImageOps

from vitviz.app import session, shell
from vitviz.app.topics.swin_shift.journey import show_journey
from vitviz.app.topics.swin_shift.merging import show_merging
from vitviz.app.topics.swin_shift.part import MOST_SIDE, MOST_WINDOW, Setting, WindowWeights, shift_lab
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry
    from vitviz.models.windows import WindowGrid
    from vitviz.tracing.blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# Which lines of SwinBlock.forward each frame is about.
LINES_OF = {
    "regular": ("windows.pad(", "windows.partition("),
    "roll": ("windows.shift(",),
    "regions": ("windows.partition(",),
    "mask": ("attn_mask",),
    "attention": ("self.attn(y",),
    "back": ("windows.reverse(", "windows.unshift(", "windows.crop("),
}
# The paper's figure has four windows, which a person can take in at a glance.
FIGURE_WINDOWS = 4
LARGEST_PICTURE = 448


def show() -> None:
    """The page."""
    model = session.entry("swin")
    shell.head(say("swin_shift.title"), say("swin_shift.lead"), model)
    if model != session.entry():
        st.caption(say("swin_shift.instead", name=model.title))
    with st.spinner(say("running")):
        trace = session.trace(model)
    _lab(model, trace)
    _without_mask(model, trace)
    show_journey(model, trace)
    show_merging(model, trace)


@st.fragment
def _lab(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.swin_shift.geometry import every_shift
    from vitviz.models.windows import MASKED_SCORE

    setting = current(model, trace)
    block = _block(trace, setting.block)
    shifts = every_shift(setting.height, setting.width, setting.window)
    shift_lab(
        f"swin_shift.lab.{model.name}",
        _picture(session.seen(model), setting),
        shifts,
        setting,
        blocks=[(block.name, _title(block)) for block in _shifted(trace)],
        own=_is_own(setting, block),
        weights=_weights(block, shifts, setting),
        masked_score=MASKED_SCORE,
        code=_code(trace, block, _is_own(setting, block)),
        notes=(_note(setting, shifts), _why_no_weights(block, setting)),
        on_setting=lambda wanted: choose(model, trace, wanted),
    )


@st.fragment
def _without_mask(model: ModelEntry, trace: Trace) -> None:
    """What the class scores would be if strangers met in every shifted window."""
    from vitviz.analysis.swin_shift.window_attention import logits_without_mask

    button, result = st.columns([1.2, 2.6], gap="medium", vertical_alignment="center")
    pressed = button.button(say("swin_shift.no_mask_run"), key=f"swin_shift.no_mask.{model.name}")
    masked = [block for block in trace.swin_blocks if block.grid.shift]
    if not pressed:
        return
    with result, st.spinner(say("running")):
        logits = session.derived(trace, "logits without mask", lambda: logits_without_mask(trace))
        gap = float((logits - trace.logits).abs().max())
        names = {"before": trace.top(1)[0].name, "after": trace.class_name(int(logits.argmax()))}
        scale = short(float(trace.logits.abs().max()))
        st.markdown(
            say("swin_shift.no_mask_result", blocks=len(masked), gap=short(gap), scale=scale, **names)
        )


def current(model: ModelEntry, trace: Trace) -> Setting:
    """What this person set; to begin with the block whose windows are most like those of the paper's figure."""
    kept = st.session_state.get(_key(model))
    if isinstance(kept, Setting):
        return kept
    blocks = _shifted(trace)
    nearest = min(
        blocks, key=lambda block: (abs(block.grid.num_windows - FIGURE_WINDOWS), not block.grid.shift)
    )
    return _own(nearest)


def choose(model: ModelEntry, trace: Trace, wanted: dict[str, Any]) -> None:
    """Take over what the browser part asks for; numbers out of range are brought back into it."""
    names = [block.name for block in _shifted(trace)]
    before = current(model, trace)
    block = _block(trace, str(wanted.get("block")) if wanted.get("block") in names else before.block)
    sequence = _whole(wanted.get("sequence"), 0, 10**9, 0)
    if wanted.get("own"):
        st.session_state[_key(model)] = _own(block, sequence)
        return
    height = _whole(wanted.get("height"), 1, MOST_SIDE, before.height)
    width = _whole(wanted.get("width"), 1, MOST_SIDE, before.width)
    window = _whole(wanted.get("window"), 1, MOST_WINDOW, before.window)
    shift = _whole(wanted.get("shift"), 0, window - 1, before.shift)
    chosen = _whole(wanted.get("chosen"), 0, 10**6, before.chosen)
    same_map = (height, width, window) == (before.height, before.width, before.window)
    # Another map has other windows: begin with its last one, where most regions come together.
    chosen = chosen if same_map else 10**6
    st.session_state[_key(model)] = Setting(block.name, height, width, window, shift, chosen, sequence)


def _key(model: ModelEntry) -> str:
    return f"swin_shift.setting.{model.name}"


def _whole(value: object, low: int, high: int, otherwise: int) -> int:
    """``value`` as a whole number within bounds; what a browser sends need not be one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return otherwise
    return int(min(high, max(low, value)))


def _shifted(trace: Trace) -> list[SwinBlockTrace]:
    """The blocks with SW-MSA: every second one of a stage, also where the map is a single window."""
    return [block for block in trace.swin_blocks if int(block.name.rsplit(".", 1)[1]) % 2 == 1]


def _block(trace: Trace, name: str) -> SwinBlockTrace:
    return next(block for block in trace.swin_blocks if block.name == name)


def _title(block: SwinBlockTrace) -> str:
    number = int(block.name.rsplit(".", 1)[1]) + 1
    grid = block.grid
    return say(
        "swin_shift.block_title", stage=block.stage + 1, block=number, height=grid.height, width=grid.width
    )


def _own(block: SwinBlockTrace, sequence: int = 0) -> Setting:
    """What the model itself does in a block, with the last window chosen: it holds most regions."""
    grid = block.grid
    return Setting(
        block.name, grid.height, grid.width, block.module.window, grid.shift, grid.num_windows - 1, sequence
    )


def _is_own(setting: Setting, block: SwinBlockTrace) -> bool:
    own = _own(block)
    return (setting.height, setting.width, setting.window, setting.shift) == (
        own.height, own.width, own.window, own.shift,
    )  # fmt: skip


def _grid(shifts: tuple[ShiftGeometry, ...], setting: Setting) -> WindowGrid:
    return shifts[min(setting.shift, len(shifts) - 1)].grid


def _picture(seen: Image.Image, setting: Setting) -> Image.Image:
    """The middle of the picture, as wide for its height as the map; at most ``LARGEST_PICTURE`` pixels a side."""
    unit = min(LARGEST_PICTURE, max(seen.size)) / max(setting.height, setting.width)
    size = (max(1, round(setting.width * unit)), max(1, round(setting.height * unit)))
    return seen if seen.size == size else ImageOps.fit(seen, size)


def _weights(
    block: SwinBlockTrace, shifts: tuple[ShiftGeometry, ...], setting: Setting
) -> WindowWeights | None:
    from vitviz.analysis.swin_shift.window_attention import window_attention

    if _why_no_weights(block, setting):
        return None
    grid = _grid(shifts, setting)
    window = min(setting.chosen, grid.num_windows - 1)
    two = window_attention(block.module, block["resid_pre"], grid, window)
    return WindowWeights(window, grid.shift, two.masked.numpy(), two.unmasked.numpy())


def _why_no_weights(block: SwinBlockTrace, setting: Setting) -> str:
    """Why the network has no attention weights for this setting; empty where it has."""
    own = block.grid
    if (setting.height, setting.width) != (own.height, own.width):
        return say("swin_shift.no_weights_map", height=own.height, width=own.width)
    table = block.module.attn.window
    if min(setting.window, setting.height, setting.width) > table:
        return say("swin_shift.no_weights_window", table=table, window=setting.window)
    return ""


def _note(setting: Setting, shifts: tuple[ShiftGeometry, ...]) -> str:
    """What is unusual about a setting: a window as large as the map, or padding."""
    grid = _grid(shifts, setting)
    notes = []
    if min(grid.height, grid.width) <= setting.window:
        notes.append(
            say(
                "swin_shift.note_one_window",
                asked=setting.window, height=grid.height, width=grid.width, window=grid.window,
            )
        )  # fmt: skip
    if grid.padded != (grid.height, grid.width):
        rows, columns = grid.padded
        notes.append(
            say(
                "swin_shift.note_padded",
                height=grid.height, width=grid.width, window=grid.window, rows=rows, columns=columns,
            )
        )  # fmt: skip
    return "  ".join(notes)


def _code(trace: Trace, block: SwinBlockTrace, own: bool) -> dict[str, list[tuple[str, str]]]:
    """The source lines behind each frame, with the shapes of the run where the map is the model's ``own``."""
    from vitviz.analysis.segment_lines import find

    lines = _lines(trace, block.name)
    return {
        frame: [(line.text, str(line.shape) if own else "") for line in find(lines, marks)]
        for frame, marks in LINES_OF.items()
    }


def _lines(trace: Trace, name: str) -> tuple[StepLine, ...]:
    from vitviz.analysis.segment_lines import step_lines

    def make() -> tuple[StepLine, ...]:
        return step_lines(trace.lines(trace.segment(name)), "SwinBlock.forward")

    return session.derived(trace, f"shift lines of {name}", make)
