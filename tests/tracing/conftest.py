"""Small networks of both families, with noise for weights, and pictures for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, SwinV2Config, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.probe import Probe, no_probe
from vitviz.tracing.interventions import Record
from vitviz.tracing.trace import Trace, run_trace

VIT = ViTConfig((32, 32), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
RELATIVE = replace(
    VIT,
    distillation_token=True,
    num_registers=2,
    position_prefix=1,
    layer_scale=True,
    norm_before_blocks=True,
    activation="quick_gelu",
)
MEAN_POOLED = replace(
    VIT, class_token=False, pool="avg", norm_after_pool=True, position="sincos", representation_size=6
)
SWIN = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
SWIN_V2 = SwinV2Config(
    (64, 64),
    embed_dim=16,
    depths=(2, 2),
    num_heads=(2, 4),
    window_size=4,
    num_classes=5,
    absolute_position=True,
)


@dataclass(frozen=True)
class Subject:
    """A network and a picture for it."""

    network: VisionTransformer | SwinTransformer
    image: Tensor

    def trace(self, intervention: Probe = no_probe) -> Trace:
        """One run."""
        return run_trace(self.network, self.image, intervention=intervention)

    def everything(self, intervention: Probe | None = None) -> dict[str, Tensor]:
        """Every tensor of one explicit run, by name, kept by a probe and not by a trace."""
        from vitviz.probe import Chain

        record = Record()
        with torch.no_grad():
            self.network(self.image, record if intervention is None else Chain((intervention, record)))
        return record.tensors

    def logits(self) -> Tensor:
        """A plain run."""
        with torch.no_grad():
            return self.network(self.image)


SUBJECTS: dict[str, tuple[ModelConfig, tuple[int, int]]] = {
    "ViT": (VIT, (32, 32)),
    "ViT with registers, at another size": (RELATIVE, (24, 40)),
    "ViT without a class token": (MEAN_POOLED, (32, 32)),
    "Swin": (SWIN, (64, 64)),
    "Swin, padded": (SWIN, (54, 42)),  # maps 14 x 11 and 7 x 6
    "Swin v2, padded": (SWIN_V2, (54, 42)),
}


def make(name: str) -> Subject:
    """The subject of that name, new."""
    config, size = SUBJECTS[name]
    network = build(config)
    randomise(network)
    return Subject(network.eval().requires_grad_(False), random_picture(*size, seed=1))


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each of them in turn."""
    return make(request.param)


@pytest.fixture(params=["ViT", "Swin, padded"])
def either(request: pytest.FixtureRequest) -> Subject:
    """One of each family."""
    return make(request.param)
