"""Detection: a DETR, whose queries find the things of a picture-book page."""

from __future__ import annotations

from vitviz.app.scene_models import scene_head
from vitviz.app.words import say

MODEL = "detr-mini"


def show() -> None:
    """What the page is about, from the entry of its model."""
    scene_head(say("detection.title"), say("detection.lead"), MODEL)
