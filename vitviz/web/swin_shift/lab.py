"""The shift lab of a run: its map as it is set, the windows, their weights, and what the browser part gets of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.plot.numbers import MINUS
from vitviz.plot.region_colours import HUES
from vitviz.web.colours import colours
from vitviz.web.swin_shift.setting import MOST_SIDE, MOST_WINDOW, LabSetting, block_named, shifted_blocks
from vitviz.web.words import Speaker

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry
    from vitviz.models.windows import WindowGrid
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace

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


@dataclass(frozen=True)
class WindowWeights:
    """Attention weights of one window cut with shift ``shift``, (H, M*M, M*M), as they are and without the mask."""

    window: int
    shift: int
    masked: NDArray[np.float32]
    unmasked: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lab:
    """What the lab draws: the map of ``shifts[s]``, one geometry for each shift of one grid, over a picture.

    ``blocks`` are the blocks to choose from (name, title), ``own`` whether map, window and shift are those of the
    chosen one. ``code`` has for each frame the source lines and their live shapes. ``note`` says what is unusual about
    the setting, ``why_no_weights`` why there are none.
    """

    shifts: Sequence[ShiftGeometry]
    setting: LabSetting
    blocks: Sequence[tuple[str, str]]
    own: bool
    weights: WindowWeights | None
    code: Mapping[str, Sequence[tuple[str, str]]]
    note: str
    why_no_weights: str
    config: SwinConfig


def lab_of(trace: Trace, setting: LabSetting, lines: Sequence[StepLine], words: Speaker) -> Lab:
    """The lab of a run as it is set; ``lines`` are those of the chosen block's ``attend_in_windows``."""
    from vitviz.analysis.swin_shift.geometry import every_shift

    block = block_named(trace, setting.block)
    shifts = every_shift(setting.height, setting.width, setting.window, block.module.config.shift_rule)
    own = setting.is_own(block)
    why_none = _why_no_weights(block, shifts, setting, words)
    return Lab(
        shifts=shifts,
        setting=setting,
        blocks=[(block.name, _title(block, words)) for block in shifted_blocks(trace)],
        own=own,
        weights=None if why_none else _weights_of(block, shifts, setting),
        code=_code(lines, own),
        note=_note(setting, shifts, words),
        why_no_weights=why_none,
        config=cast(SwinConfig, trace.config),
    )


def lines_of(trace: Trace, name: str) -> tuple[StepLine, ...]:
    """The source lines that a block of the run went through, with their shapes."""
    from vitviz.analysis.segment_lines import step_lines

    return step_lines(trace.lines(trace.segment(name)), "SwinBlock.attend_in_windows")


def _title(block: SwinBlockTrace, words: Speaker) -> str:
    number = int(block.name.rsplit(".", 1)[1])
    grid = block.grid
    return words.say(
        "swin_shift.block_title", stage=block.stage, block=number, height=grid.height, width=grid.width
    )


def _grid(shifts: tuple[ShiftGeometry, ...], setting: LabSetting) -> WindowGrid:
    return shifts[min(setting.shift, len(shifts) - 1)].grid


def fitted(seen: Image.Image, setting: LabSetting) -> Image.Image:
    """The middle of the picture, as wide for its height as the map; at most ``LARGEST_PICTURE`` pixels a side."""
    unit = min(LARGEST_PICTURE, max(seen.size)) / max(setting.height, setting.width)
    size = (max(1, round(setting.width * unit)), max(1, round(setting.height * unit)))
    return seen if seen.size == size else ImageOps.fit(seen, size)


def _weights_of(
    block: SwinBlockTrace, shifts: tuple[ShiftGeometry, ...], setting: LabSetting
) -> WindowWeights:
    from vitviz.analysis.swin_shift.window_attention import window_attention

    grid = _grid(shifts, setting)
    window = min(setting.chosen, grid.num_windows - 1)
    two = window_attention(block.module, block["resid_pre"], grid, window)
    return WindowWeights(window, grid.shift, two.masked.numpy(), two.unmasked.numpy())


def _why_no_weights(
    block: SwinBlockTrace, shifts: tuple[ShiftGeometry, ...], setting: LabSetting, words: Speaker
) -> str:
    """Why the network has no attention weights for this setting; empty where it has."""
    own = block.grid
    if (setting.height, setting.width) != (own.height, own.width):
        return words.say("swin_shift.no_weights_map", height=own.height, width=own.width)
    table = block.module.attn.window
    if _grid(shifts, setting).window > table:
        return words.say("swin_shift.no_weights_window", table=table, window=setting.window)
    return ""


def _note(setting: LabSetting, shifts: tuple[ShiftGeometry, ...], words: Speaker) -> str:
    """What is unusual about a setting: a window as large as the map, or padding."""
    grid = _grid(shifts, setting)
    size = {"height": grid.height, "width": grid.width, "window": grid.window}
    notes = []
    if min(grid.height, grid.width) <= setting.window and not grid.shift:
        notes.append(words.say("swin_shift.note_one_window", asked=setting.window, **size))
    if grid.padded != (grid.height, grid.width):
        rows, columns = grid.padded
        key = "swin_shift.note_padding_stays" if grid.padding_stays else "swin_shift.note_padded"
        notes.append(words.say(key, rows=rows, columns=columns, **size))
    return "  ".join(notes)


def _code(lines: Sequence[StepLine], own: bool) -> dict[str, list[tuple[str, str]]]:
    """The source lines behind each frame, with the shapes of the run where the map is the model's ``own``."""
    from vitviz.analysis.segment_lines import find

    return {
        frame: [(line.text, str(line.shape) if own else "") for line in find(lines, marks)]
        for frame, marks in LINES_OF.items()
    }


def lab_data(lab: Lab, image: str, words: Speaker) -> dict[str, Any]:
    """All that the browser part gets; ``image`` is the address of the ``fitted`` picture."""
    return {
        "image": image,
        "setting": asdict(lab.setting),
        "blocks": [{"name": name, "title": title} for name, title in lab.blocks],
        "limits": {"side": MOST_SIDE, "window": MOST_WINDOW},
        "isOwn": lab.own,
        "attention": None if lab.weights is None else weights_data(lab.weights),
        "masked": lab.config.masked_score,
        "code": {frame: [list(line) for line in lines] for frame, lines in lab.code.items()},
        "note": lab.note,
        "attentionNote": lab.why_no_weights,
        "hues": list(HUES),
        "scales": {"attention": colours("attention"), "difference": colours("difference")},
        "words": _words(lab.config, words),
        **describe(lab.shifts),
    }


def _words(config: SwinConfig, words: Speaker) -> dict[str, str]:
    """What the lab says: with the number that this model's mask adds to a score, of a Swin v2 with its scores."""
    said = words.section("swin_shift.lab")
    if isinstance(config, SwinV2Config):
        said |= words.section("swin_shift.lab_v2")
    masked = f"{config.masked_score:g}".replace("-", MINUS)
    return {name: text.replace("{masked}", masked) for name, text in said.items()}


def describe(shifts: Sequence[ShiftGeometry]) -> dict[str, Any]:
    """The geometry as the browser part reads it: int16 indices, a bit for each cut pair, pieces as lists."""
    grid = shifts[0].grid
    return {
        "grid": {
            "height": grid.height,
            "width": grid.width,
            "window": grid.window,
            "rows": grid.rows,
            "columns": grid.columns,
            "padded": list(grid.padded),
            "num_windows": grid.num_windows,
        },
        "cells": shifts[0].cells.astype(np.int16),
        "shifts": [_shift(geometry) for geometry in shifts],
    }


def _shift(geometry: ShiftGeometry) -> dict[str, Any]:
    from vitviz.analysis.swin_shift.geometry import border_pair

    masks, which = geometry.masks
    pair = border_pair(geometry)
    return {
        "shift": geometry.grid.shift,
        "origins": geometry.origins.astype(np.int16),
        "tokens": geometry.tokens.astype(np.int16),
        "regions": geometry.regions.astype(np.uint8),
        "masks": np.packbits(masks),
        "maskOf": which.tolist(),
        "pieces": [list(piece) for piece in geometry.pieces],
        "sizes": [list(size) for size in geometry.sizes],
        "pair": pair,
        "joined": pair is not None and geometry.grid.shift > 0,
    }


def weights_data(weights: WindowWeights) -> dict[str, Any]:
    """Both patterns of a window as the browser part reads them."""
    return {
        "window": weights.window,
        "shift": weights.shift,
        "heads": weights.masked.shape[0],
        "masked": np.asarray(weights.masked, np.float32),
        "unmasked": np.asarray(weights.unmasked, np.float32),
    }
