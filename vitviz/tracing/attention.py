"""How many patches a block works on, for callers that do not ask the block itself yet."""

from __future__ import annotations

from vitviz.tracing.blocks import BlockTrace


def map_size(block: BlockTrace) -> tuple[int, int]:
    """``block.map_size``."""
    return block.map_size
