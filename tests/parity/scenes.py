"""The models of the picture book beside what they are held to: rows of docs/parity.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.parity import detr, swin_unet
from tests.parity.observe import Gaps


class SceneRow(NamedTuple):
    """One model, what it is compared with, and the size of the pictures."""

    family: str
    title: str
    size: tuple[int, int]
    gaps: Callable[[], Gaps]


SCENE_ROWS = (
    SceneRow("detr", "transformers DetrForObjectDetection", detr.CONFIG.image_size, detr.gaps),
    SceneRow(
        "swin-unet", "reference of loops, timm's Swin blocks", swin_unet.CONFIG.image_size, swin_unet.gaps
    ),
)
