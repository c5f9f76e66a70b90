"""What is told of a run's memory before it is what the run then takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.conftest import randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, Rotary, SwinConfig, SwinV2Config, ViTConfig
from vitviz.tracing.footprint import footprint
from vitviz.tracing.trace import run_trace

VIT = ViTConfig((64, 64), patch_size=8, embed_dim=48, depth=3, num_heads=3, num_classes=5)
SWIN = SwinConfig((64, 64), embed_dim=24, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
CONFIGS: dict[str, ModelConfig] = {
    "ViT": VIT,
    "registers": replace(VIT, num_registers=2, position_prefix=1, layer_scale=True, num_classes=0),
    "norms on q and k": replace(VIT, qk_norm=True, mlp_kind="swiglu"),
    "angles": replace(VIT, position="none", rotary=Rotary()),
    "a query that pools": replace(VIT, class_token=False, pool="map"),
    "Swin": SWIN,
    "Swin as timm shifts": replace(SWIN, shift_rule="axis"),
    "Swin v2": SwinV2Config(
        (64, 64), embed_dim=24, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5
    ),
}


@pytest.mark.parametrize("size", [(64, 64), (160, 120)])
@pytest.mark.parametrize("name", CONFIGS)
def test_it_is_what_the_run_takes(name: str, size: tuple[int, int]) -> None:
    config = CONFIGS[name]
    trace = run_trace(randomise(build(config)).eval(), torch.randn(1, 3, *size))
    kept = trace.nbytes
    told = footprint(config, *size)
    rows, columns = trace.patch_grid
    assert told.patches == rows * columns
    assert told.tokens == rows * columns + config.num_prefix
    assert told.kept == kept
    blocks = [
        sum(row.bytes for row in trace.rows() if row.name.startswith(f"{b.name}.")) for b in trace.blocks
    ]
    assert 0.85 <= told.opened / max(blocks) <= 1.35
