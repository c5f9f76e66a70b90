"""One block's cost: the formulas of its own map beside what it multiplied."""

from __future__ import annotations

import pytest

from tests.conftest import random_picture, randomise
from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
from vitviz.analysis.swin_cost.block_cost import block_cost, first_blocks
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer
from vitviz.tracing.trace import run_trace

CONFIG = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=3)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (36, 52)])
def test_the_formulas_stand_beside_what_ran(height: int, width: int) -> None:
    trace = run_trace(randomise(SwinTransformer(CONFIG)).eval(), random_picture(height, width))
    blocks = first_blocks(trace)
    assert [block.name for block in blocks] == ["layers.0.blocks.0", "layers.1.blocks.0"]
    for stage, block in enumerate(blocks):
        cost = block_cost(trace, block)
        rows, columns, dim = -(-height // 4 // 2**stage), -(-width // 4 // 2**stage), 8 * 2**stage
        assert (cost.stage, cost.height, cost.width, cost.dim) == (stage, rows, columns, dim)
        assert cost.everything == global_cost(rows, columns, dim)
        assert cost.windowed == window_cost(rows, columns, dim, cost.window)
        assert cost.counted == cost.padded_windowed.total
        assert cost.is_padded == (cost.counted > cost.windowed.total)
        assert sum(share.part for share in cost.shares) == pytest.approx(1)
        assert sum(s.product.multiply_adds for s in cost.shares if s.product.in_attention) == cost.counted
