"""The picture to paint a region on, and beside it the picture without that region."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image

from vitviz.app import session
from vitviz.app.component import component
from vitviz.app.pictures import picture_url
from vitviz.app.topics.interventions.removal_choice import DROP
from vitviz.app.words import section
from vitviz.images.preprocess import from_array

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def region_part(
    model: ModelEntry,
    trace: Trace,
    grid: tuple[int, int],
    region: str,
    how: str,
    other: Tensor | None,
    on_paint: Callable[[str], None],
) -> None:
    """Show ``region``, as ``ranges_of`` writes it, of ``grid`` patches; ``on_paint`` hears the text of another one."""
    mount = component("app/topics/interventions/region_part.js")
    seen = session.seen(model)
    key = f"interventions.patches_part.{model.name}"
    data = {
        "rows": grid[0],
        "columns": grid[1],
        "region": region,
        "image": picture_url(seen),
        "standIn": "" if how == DROP else picture_url(stand_in(model, trace, how, other)),
        "width": seen.width,
        "height": seen.height,
        "words": section("interventions.patches_part"),
    }
    mount(key=key, data=data, on_region_change=lambda: on_paint(str(st.session_state[key]["region"])))


def stand_in(model: ModelEntry, trace: Trace, how: str, other: Tensor | None) -> Image.Image:
    """The whole picture with its pixels replaced: the browser shows of it what is painted."""
    import torch

    from vitviz.tracing.replaced import replaced

    everything = torch.ones(1, 1, 1, dtype=torch.bool)
    pixels = replaced(trace.kept["image"], everything, how, other)[0]  # type: ignore[arg-type]  # (C, H, W)
    return Image.fromarray(from_array(pixels.numpy(), model.preprocessing))
