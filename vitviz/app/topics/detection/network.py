"""The DETR of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vitviz.app.scene_models import scene_model

if TYPE_CHECKING:
    from vitviz.models.detr import Detr

MODEL = "detr-mini"


def network() -> Detr:
    """The DETR of the page, which is loaded once."""
    return cast("Detr", scene_model(MODEL).network)
