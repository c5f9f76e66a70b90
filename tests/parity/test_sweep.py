"""Sweeps over heads and MLPs against hooks on timm's models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.analysis.interventions.test_sweep import close, finished
from tests.conftest import random_picture, randomise
from tests.parity.observe import ours
from vitviz.analysis.interventions.sweep import head_sweep, mlp_sweep
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.tracing.trace import run_trace

pytestmark = pytest.mark.parity


@pytest.mark.parametrize("family", ["vit", "swin"])
def test_heads_and_mlps_are_those_of_timm_with_hooks(family: str) -> None:
    theirs, config = timms(family)
    image = random_picture(64, 64)
    trace = run_trace(ours(theirs, config), image)
    stacks = [theirs.blocks] if family == "vit" else [stage.blocks for stage in theirs.layers]
    blocks: list[Any] = [block for stack in stacks for block in stack]

    def without(module: nn.Module, change: Callable[[Tensor], Tensor]) -> Tensor:
        """Their class scores where ``change`` is made to what the module gives on."""
        handle = module.register_forward_hook(lambda _, given, out: change(out))
        with torch.no_grad():
            scores: Tensor = theirs(image)[0]
        handle.remove()
        return scores

    heads, mlps = finished(head_sweep(trace)), finished(mlp_sweep(trace))
    for place, logits in zip(heads.places, heads.logits, strict=True):
        attention = blocks[place.block].attn

        def silent(out: Tensor, attention: Any = attention, head: int = place.at) -> Tensor:
            """The values of one head at 0: whatever its weights are, it says nothing."""
            out = out.unflatten(-1, (3, attention.num_heads, -1)).clone()  # (B, N, 3, H, d)
            out[:, :, 2, head] = 0
            return out.flatten(2)

        close(logits, without(attention.qkv, silent))
    for place, logits in zip(mlps.places, mlps.logits, strict=True):
        close(logits, without(blocks[place.block].mlp, torch.zeros_like))


def timms(family: str) -> tuple[Any, ModelConfig]:
    """A small ViT or Swin of timm with noise for weights, and its configuration."""
    if family == "vit":
        module = pytest.importorskip("timm.models.vision_transformer")
        vit = ViTConfig((64, 64), patch_size=8, embed_dim=24, depth=3, num_heads=3, num_classes=5)
        made = module.VisionTransformer(64, 8, num_classes=5, embed_dim=24, depth=3, num_heads=3)
        return randomise(made, seed=1).eval(), vit
    module = pytest.importorskip("timm.models.swin_transformer")
    swin = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
    made = module.SwinTransformer(
        64, num_classes=5, embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4
    )
    return randomise(made, seed=1).eval(), swin
