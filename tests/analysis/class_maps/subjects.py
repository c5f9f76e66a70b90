"""Small networks of noise that a class map is asked of, and maps computed a second way."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, Rotary, SwinConfig, SwinV2Config, ViTConfig
from vitviz.tracing.interventions import Gradients
from vitviz.tracing.trace import Trace, run_trace

VIT = ViTConfig((32, 48), 8, embed_dim=24, depth=3, num_heads=3, num_classes=5)
SWIN = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
V2 = SwinV2Config((64, 64), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
CONFIGS: dict[str, ModelConfig] = {
    "ViT": VIT,
    "distilled": replace(VIT, distillation_token=True),
    "registers": replace(VIT, num_registers=2, layer_scale=True),
    "mean": replace(VIT, class_token=False, pool="avg", norm_after_pool=True),
    "mean, norm first": replace(VIT, pool="avg"),
    "mean of all": replace(VIT, pool="avg", pool_prefix=True),
    "token and mean": replace(VIT, pool="token_avg"),
    "maximum": replace(VIT, pool="max"),
    "mean and maximum": replace(VIT, pool="avgmax"),
    "pooling query": replace(VIT, class_token=False, pool="map"),
    "pooling query over all": replace(VIT, pool="map", pool_prefix=True),
    "rotary": replace(VIT, rotary=Rotary(), num_registers=2, position="none"),
    "relative bias": replace(VIT, relative_bias=True),
    "norms behind": replace(VIT, norm_place="after"),
    "inner norms, SwiGLU": replace(VIT, mlp_kind="swiglu", mlp_norm=True, attn_norm=True),
    "q/k norm": replace(VIT, qk_norm=True),
    "hidden head": replace(VIT, representation_size=6),
    "pre-norm": replace(VIT, norm_before_blocks=True, activation="quick_gelu"),
    "no head": replace(VIT, num_classes=0),
    "Swin": SWIN,
    "Swin v2": V2,
}
VITS = [name for name, config in CONFIGS.items() if isinstance(config, ViTConfig) and config.num_classes]


@cache
def traced(name: str, size: tuple[int, int] | None = None) -> Trace:
    """One run in float64, so that what is equal is equal to many digits."""
    config = CONFIGS[name]
    size = size or ((54, 42) if isinstance(config, SwinConfig) else (40, 24))
    network = randomise(build(config), seed=4).eval().requires_grad_(False).double()
    return run_trace(network, random_picture(*size, seed=5).double())


def whole_gradients(trace: Trace, names: list[str], target: int, against: int | None = None) -> Gradients:
    """One explicit run of the whole network with a graph from the first of ``names`` on; read ``.tensors``."""
    probe = Gradients(frozenset(names))
    with torch.enable_grad():
        logits = trace.network(trace["image"], _Both(trace, probe))[0]
        value = logits[target] - (0 if against is None else logits[against])
        found = probe.of(value)
    for name, gradient in found.items():
        probe.tensors[f"{name}.gradient"] = gradient
    return probe


class _Both:
    """The run's own edit, then the gradients."""

    def __init__(self, trace: Trace, probe: Gradients) -> None:
        self.edit, self.probe = trace.intervention, probe

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        return self.probe(name, self.edit(name, tensor))

    def wants(self, name: str) -> bool:
        return self.probe.wants(name) or self.edit.wants(name)
