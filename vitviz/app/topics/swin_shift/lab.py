"""Section of the Swin shift page: one map with its windows, shift and mask, from eight frames on one line of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st
from PIL import Image, ImageOps

from vitviz.app import session
from vitviz.app.topics.swin_shift.part import Lab, WindowWeights, shift_lab
from vitviz.app.topics.swin_shift.setting import LabSetting, block_named, choose, current, shifted_blocks
from vitviz.app.words import say
from vitviz.models.config import SwinConfig

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry
    from vitviz.models.windows import WindowGrid
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# Which lines of SwinBlock.attend_in_windows each frame is about.
LINES_OF = {
    "regular": ("windows.pad(", "windows.partition("),
    "roll": ("windows.shift(",),
    "regions": ("windows.partition(",),
    "mask": ("attn_mask",),
    "attention": ("self.attn(y",),
    "back": ("windows.reverse(", "windows.unshift(", "windows.crop("),
}
LARGEST_PICTURE = 448
LINES: session.Derived[tuple[StepLine, ...]] = session.Derived("lines of a shifted block")


@st.fragment
def show_lab(model: ModelEntry, trace: Trace) -> None:
    """The browser part, on the map that this person set and with the weights of the block that ran."""
    from vitviz.analysis.swin_shift.geometry import every_shift

    setting = current(model, trace)
    block = block_named(trace, setting.block)
    rule = block.module.config.shift_rule
    shifts = every_shift(setting.height, setting.width, setting.window, rule)
    own = setting.is_own(block)
    lab = Lab(
        picture=_picture(session.seen(model), setting),
        shifts=shifts,
        setting=setting,
        blocks=[(block.name, _title(block)) for block in shifted_blocks(trace)],
        own=own,
        weights=_weights(block, shifts, setting),
        code=_code(trace, block, own),
        note=_note(setting, shifts),
        why_no_weights=_why_no_weights(block, shifts, setting),
        config=cast(SwinConfig, trace.config),
    )
    shift_lab(f"swin_shift.lab.{model.name}", lab, lambda wanted: choose(model, trace, wanted))


def _title(block: SwinBlockTrace) -> str:
    number = int(block.name.rsplit(".", 1)[1])
    grid = block.grid
    return say(
        "swin_shift.block_title", stage=block.stage, block=number, height=grid.height, width=grid.width
    )


def _grid(shifts: tuple[ShiftGeometry, ...], setting: LabSetting) -> WindowGrid:
    return shifts[min(setting.shift, len(shifts) - 1)].grid


def _picture(seen: Image.Image, setting: LabSetting) -> Image.Image:
    """The middle of the picture, as wide for its height as the map; at most ``LARGEST_PICTURE`` pixels a side."""
    unit = min(LARGEST_PICTURE, max(seen.size)) / max(setting.height, setting.width)
    size = (max(1, round(setting.width * unit)), max(1, round(setting.height * unit)))
    return seen if seen.size == size else ImageOps.fit(seen, size)


def _weights(
    block: SwinBlockTrace, shifts: tuple[ShiftGeometry, ...], setting: LabSetting
) -> WindowWeights | None:
    from vitviz.analysis.swin_shift.window_attention import window_attention

    if _why_no_weights(block, shifts, setting):
        return None
    grid = _grid(shifts, setting)
    window = min(setting.chosen, grid.num_windows - 1)
    two = window_attention(block.module, block["resid_pre"], grid, window)
    return WindowWeights(window, grid.shift, two.masked.numpy(), two.unmasked.numpy())


def _why_no_weights(block: SwinBlockTrace, shifts: tuple[ShiftGeometry, ...], setting: LabSetting) -> str:
    """Why the network has no attention weights for this setting; empty where it has."""
    own = block.grid
    if (setting.height, setting.width) != (own.height, own.width):
        return say("swin_shift.no_weights_map", height=own.height, width=own.width)
    table = block.module.attn.window
    if _grid(shifts, setting).window > table:
        return say("swin_shift.no_weights_window", table=table, window=setting.window)
    return ""


def _note(setting: LabSetting, shifts: tuple[ShiftGeometry, ...]) -> str:
    """What is unusual about a setting: a window as large as the map, or padding."""
    grid = _grid(shifts, setting)
    size = {"height": grid.height, "width": grid.width, "window": grid.window}
    notes = []
    if min(grid.height, grid.width) <= setting.window and not grid.shift:
        notes.append(say("swin_shift.note_one_window", asked=setting.window, **size))
    if grid.padded != (grid.height, grid.width):
        rows, columns = grid.padded
        key = "swin_shift.note_padding_stays" if grid.padding_stays else "swin_shift.note_padded"
        notes.append(say(key, rows=rows, columns=columns, **size))
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
        return step_lines(trace.lines(trace.segment(name)), "SwinBlock.attend_in_windows")

    return session.derived(trace, LINES.at(name), make)
