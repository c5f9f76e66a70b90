"""A small DETR with weights that hide nothing, and pages for it."""

from __future__ import annotations

import pytest
import torch

from vitviz.models.build import build_scene_network
from vitviz.models.detr import Detr
from vitviz.models.scene_config import DetrConfig
from vitviz.models.scene_start import start_scene_network

SIZE = 32


@pytest.fixture(scope="session")
def detr() -> Detr:
    """Random weights, biases too: those of attention's values make what layer 0 adds."""
    config = DetrConfig(
        (SIZE, SIZE), stem_dim=8, stage_dims=(8, 8), stage_depths=(1, 1), embed_dim=16, num_heads=2, mlp_dim=16,
        num_queries=8,
    )  # fmt: skip
    network = build_scene_network(config)
    start_scene_network(network, 1)
    generator = torch.Generator().manual_seed(2)
    for parameter in network.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=generator)
    assert isinstance(network, Detr)
    network.class_head.weight.data *= 6  # sure of what it says, so that some answers count
    return network.eval().requires_grad_(False)
