"""How many parameters every model of the registry has: the published numbers, and ours where nobody published one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo.registry import REGISTRY

EXPECTED = {
    # vit_jax/models_test.py
    "vit-ti16": 5_717_416,
    "vit-s16": 22_050_664,
    "vit-b16": 86_567_656,
    "vit-l16": 304_326_632,
    # timm: vit_base_patch16_384, and vit_small_patch14_dinov2 with 1,000 classes at 518 pixels
    "vit-b16-384": 86_859_496,
    "vit-s14-518": 22_441_192,
    # timm: deit_tiny_distilled_patch16_224
    "deit-ti16": 5_910_800,
    # torchvision's documentation; timm for the large one
    "swin-t": 28_288_354,
    "swin-s": 49_606_258,
    "swin-b": 87_768_224,
    "swin-l": 196_532_476,
    # Published sizes with another head: 192 x 20 + 20 in place of 192 x 1000 + 1000.
    "vit-tiny": 5_717_416 - 193_000 + 3_860,
    # No other library has these; the sum of their parts is below.
    "swin-mini": 6_028_550,
    "vit-test": 10_053,
    "swin-test": 35_777,
}


def meta(config: ModelConfig) -> nn.Module:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return build(config)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", REGISTRY)
def test_every_model_has_its_published_size(name: str) -> None:
    assert name in EXPECTED, f"say here how many parameters {name} should have"
    assert count(meta(REGISTRY[name].config)) == EXPECTED[name]


def test_no_count_is_for_a_model_that_is_gone() -> None:
    assert EXPECTED.keys() == REGISTRY.keys()


def block_parameters(dim: int, hidden: int) -> int:
    """Two norms, q k v, projection, two layers of the MLP."""
    return 2 * 2 * dim + (3 * dim * dim + 3 * dim) + (dim * dim + dim) + 2 * dim * hidden + hidden + dim


@pytest.mark.parametrize(
    "name", [name for name, entry in REGISTRY.items() if isinstance(entry.config, ViTConfig)]
)
def test_a_vit_is_the_sum_of_its_parts(name: str) -> None:
    config = REGISTRY[name].config
    assert isinstance(config, ViTConfig)
    dim, heads = config.embed_dim, 1 + config.distillation_token
    total = config.patch_size**2 * 3 * dim + dim  # patch embedding
    total += config.num_prefix * dim + config.num_tokens * dim  # class (and distillation) token, positions
    total += config.depth * block_parameters(dim, 4 * dim) + 2 * dim  # blocks, last norm
    total += config.depth * 2 * dim * config.layer_scale
    total += heads * (dim + 1) * config.num_classes
    assert count(meta(config)) == total


@pytest.mark.parametrize(
    "name", [name for name, entry in REGISTRY.items() if isinstance(entry.config, SwinConfig)]
)
def test_a_swin_is_the_sum_of_its_parts(name: str) -> None:
    config = REGISTRY[name].config
    assert isinstance(config, SwinConfig)
    total = 4 * 4 * 3 * config.embed_dim + 3 * config.embed_dim  # patch embedding and its norm
    for stage, (depth, heads) in enumerate(zip(config.depths, config.num_heads, strict=True)):
        dim = config.embed_dim * 2**stage
        table = (2 * config.stage_window(stage) - 1) ** 2 * heads
        total += depth * (block_parameters(dim, 4 * dim) + table)
        if stage:
            total += 2 * 2 * dim + 2 * dim * dim  # norm of 4C, 4C to 2C, where C is half of dim
    total += 2 * dim + (dim + 1) * config.num_classes
    assert count(meta(config)) == total
