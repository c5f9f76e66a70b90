"""The shift lab: one map of patches, its windows, the cyclic shift and the mask, on one scrubbable line of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import picture_url
from vitviz.app.topics.swin_shift.setting import MOST_SIDE, MOST_WINDOW, LabSetting
from vitviz.app.words import section
from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.plot.numbers import MINUS
from vitviz.plot.region_colours import HUES

if TYPE_CHECKING:
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry


@dataclass(frozen=True)
class WindowWeights:
    """Attention weights of one window cut with shift ``shift``, (H, M*M, M*M), as they are and without the mask."""

    window: int
    shift: int
    masked: NDArray[np.float32]
    unmasked: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lab:
    """What the lab draws: the map of ``shifts[s]``, one geometry for each shift of one grid, over ``picture``.

    ``blocks`` are the blocks to choose from (name, title), ``own`` whether map, window and shift are those of the
    chosen one. ``code`` has for each frame the source lines and their live shapes. ``note`` says what is unusual about
    the setting, ``why_no_weights`` why there are none.
    """

    picture: Image.Image
    shifts: Sequence[ShiftGeometry]
    setting: LabSetting
    blocks: Sequence[tuple[str, str]]
    own: bool
    weights: WindowWeights | None
    code: Mapping[str, Sequence[tuple[str, str]]]
    note: str
    why_no_weights: str
    config: SwinConfig


def shift_lab(key: str, lab: Lab, on_setting: Callable[[dict[str, Any]], None]) -> None:
    """Mount the lab. ``on_setting`` is called with what a person changed: another block, map, window or chosen window.

    Moving the scrubber, the shift or the pointer asks the server nothing.
    """
    mount = component("app/topics/swin_shift/part.js")
    data = {
        "image": picture_url(lab.picture),
        "setting": asdict(lab.setting),
        "blocks": [{"name": name, "title": title} for name, title in lab.blocks],
        "limits": {"side": MOST_SIDE, "window": MOST_WINDOW},
        "isOwn": lab.own,
        "attention": None if lab.weights is None else _weights(lab.weights),
        "masked": lab.config.masked_score,
        "code": {frame: [list(line) for line in lines] for frame, lines in lab.code.items()},
        "note": lab.note,
        "attentionNote": lab.why_no_weights,
        "hues": list(HUES),
        "scales": {"attention": colours("attention"), "difference": colours("difference")},
        "words": _words(lab.config),
        **describe(lab.shifts),
    }

    def changed() -> None:
        if wanted := st.session_state[key].get("setting"):
            on_setting(dict(wanted))

    mount(key=key, data=data, on_setting_change=changed)


def _words(config: SwinConfig) -> dict[str, str]:
    """What the lab says: with the number that this model's mask adds to a score, of a Swin v2 with its scores."""
    words = section("swin_shift.lab")
    if isinstance(config, SwinV2Config):
        words |= section("swin_shift.lab_v2")
    masked = f"{config.masked_score:g}".replace("-", MINUS)
    return {name: text.replace("{masked}", masked) for name, text in words.items()}


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


def _weights(weights: WindowWeights) -> dict[str, Any]:
    return {
        "window": weights.window,
        "shift": weights.shift,
        "heads": weights.masked.shape[0],
        "masked": np.asarray(weights.masked, np.float32),
        "unmasked": np.asarray(weights.unmasked, np.float32),
    }
