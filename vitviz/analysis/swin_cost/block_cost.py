"""What the attention of one block of a run costs: by the paper's formulas, and counted while it ran again."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.analysis.swin_cost.attention_cost import Cost, global_cost, padded_cost, window_cost
from vitviz.analysis.swin_cost.multiply_adds import Product, attention_total, count_block
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace


@dataclass(frozen=True)
class Share:
    """One product of a block, and its part of all multiply-adds of the block, from 0 to 1."""

    product: Product
    part: float


@dataclass(frozen=True)
class BlockCost:
    """Multiply-adds of a block whose map is ``height`` x ``width`` x ``dim``, in windows of ``window``.

    ``everything`` and ``windowed`` are eq. 1 and 2 for the map, ``counted`` is what the attention really multiplied.
    ``padded`` is the map after padding to whole windows and ``padded_windowed`` eq. 2 for that: what runs.
    """

    stage: int
    height: int
    width: int
    dim: int
    window: int
    padded: tuple[int, int]
    everything: Cost
    windowed: Cost
    padded_windowed: Cost
    counted: int
    shares: tuple[Share, ...]

    @property
    def is_padded(self) -> bool:
        """Whether the map is no whole number of windows."""
        return self.padded != (self.height, self.width)


def block_cost(trace: Trace, block: SwinBlockTrace) -> BlockCost:
    """Run the block again on its kept input, count every product in it, and set the formulas beside them."""
    grid, dim = block.grid, int(block["resid_pre"].shape[-1])
    size = (grid.height, grid.width, dim)
    products = count_block(trace, block.name)
    total = sum(product.multiply_adds for product in products)
    return BlockCost(
        block.stage, *size, grid.window, grid.padded,
        global_cost(*size), window_cost(*size, grid.window), padded_cost(*size, grid.window),
        attention_total(products),
        tuple(Share(product, product.multiply_adds / total) for product in products),
    )  # fmt: skip


def first_blocks(trace: Trace) -> list[SwinBlockTrace]:
    """Block 0 of every stage: the one with regular windows."""
    return [block for block in trace.swin_blocks if block.name.endswith(".blocks.0")]
