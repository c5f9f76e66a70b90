"""How many pixels a cell of the backbone's map can see: its receptive field."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitviz.models.scene_config import DetrConfig


def receptive_field(config: DetrConfig) -> int:
    """Pixels a side that one cell of the last map depends on, where the picture is large enough.

    A layer of size k whose cells are s pixels apart adds (k - 1)·s to what its input's cells see; a stride multiplies
    the distance for all later layers.
    """
    field, apart = 1, 1
    layers = [(7, 2), (3, 2)]  # the stem and its pooling
    for stage, depth in enumerate(config.stage_depths):
        layers += [(3, 2 if stage else 1), (3, 1)] + [(3, 1), (3, 1)] * (depth - 1)
    for size, stride in layers:
        field += (size - 1) * apart
        apart *= stride
    return field
