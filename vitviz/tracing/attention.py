"""How many patches a block works on, for ViT and Swin alike."""

from __future__ import annotations

from vitviz.tracing.blocks import BlockTrace, SwinBlockTrace


def map_size(block: BlockTrace) -> tuple[int, int]:
    """Rows and columns of patches that the block works on."""
    if isinstance(block, SwinBlockTrace):
        return block.grid.height, block.grid.width
    height, width = block.trace["image"].shape[-2:]
    return height // block.trace.config.patch_size, width // block.trace.config.patch_size
