"""Our ViT against the one of transformers: class scores, every block's output and every attention pattern.

ViT-Ti and ViT-S have all their 12 blocks; DeiT, DINOv2 and CLIP are narrower and 4 deep, to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import TOLERANCE, compare, load, ours, watch
from vitviz.models.config import ViTConfig
from vitviz.zoo.keymaps import convert

transformers = pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

TINY = ViTConfig(embed_dim=192, num_heads=3, num_classes=50, norm_eps=1e-12, position_antialias=False)
NARROW = replace(
    TINY, image_size=(112, 112), embed_dim=96, depth=4, num_heads=3, num_classes=20, norm_eps=1e-6
)
DINO = replace(NARROW, patch_size=14, layer_scale=True)
CLIP = replace(
    NARROW,
    norm_eps=1e-5,
    activation="quick_gelu",
    norm_before_blocks=True,
    patch_bias=False,
    head_bias=False,
)
HIDDEN_ACT = {"gelu": "gelu", "gelu_tanh": "gelu_pytorch_tanh", "quick_gelu": "quick_gelu"}


def arguments(config: ViTConfig) -> dict[str, Any]:
    """What all configurations of transformers have; nothing is left to a default."""
    return {
        "hidden_size": config.embed_dim,
        "num_hidden_layers": config.depth,
        "num_attention_heads": config.num_heads,
        "image_size": config.image_size[0],
        "patch_size": config.patch_size,
        "layer_norm_eps": config.norm_eps,
        "hidden_act": HIDDEN_ACT[config.activation],
        "attn_implementation": "eager",
    }


def _vit(config: ViTConfig) -> nn.Module:
    theirs = transformers.ViTConfig(
        **arguments(config),
        intermediate_size=config.mlp_dim,
        qkv_bias=config.qkv_bias,
        num_labels=config.num_classes,
    )
    return transformers.ViTForImageClassification(theirs)


def _deit(config: ViTConfig) -> nn.Module:
    theirs = transformers.DeiTConfig(
        **arguments(config), intermediate_size=config.mlp_dim, qkv_bias=True, num_labels=config.num_classes
    )
    return transformers.DeiTForImageClassificationWithTeacher(theirs)


class _DinoWithHead(nn.Module):
    """Dinov2 with a head that reads the class token alone; transformers' own also reads the mean of the patches."""

    def __init__(self, model: nn.Module, config: ViTConfig) -> None:
        super().__init__()
        self.dinov2 = model
        self.classifier = nn.Linear(config.embed_dim, config.num_classes)

    def forward(self, image: Tensor) -> Any:
        return self.classifier(self.dinov2(image).last_hidden_state[:, 0])


def _dino(config: ViTConfig) -> nn.Module:
    theirs = transformers.Dinov2Config(**arguments(config), mlp_ratio=4, qkv_bias=True, layerscale_value=1.0)
    return _DinoWithHead(transformers.Dinov2Model(theirs), config)


def _dino_with_registers(config: ViTConfig) -> nn.Module:
    theirs = transformers.Dinov2WithRegistersConfig(
        **arguments(config),
        mlp_ratio=4,
        qkv_bias=True,
        layerscale_value=1.0,
        num_register_tokens=config.num_registers,
    )
    return _DinoWithHead(transformers.Dinov2WithRegistersModel(theirs), config)


def _clip(config: ViTConfig) -> nn.Module:
    theirs = transformers.CLIPVisionConfig(
        **arguments(config), intermediate_size=config.mlp_dim, projection_dim=config.num_classes
    )
    return transformers.CLIPVisionModelWithProjection(theirs)


@dataclass(frozen=True)
class Case:
    """One of the models, the configuration that should equal it, and the picture sizes to try."""

    config: ViTConfig
    build: Callable[[ViTConfig], nn.Module]
    sizes: tuple[tuple[int, int], ...] = ((112, 112), (160, 96), (144, 144))


DINO_SIZES = ((112, 112), (140, 84), (168, 168))
CASES = {
    # 112 x 448 has as many patches as 224 x 224, on another grid.
    "ViT-Ti/16": Case(TINY, _vit, ((224, 224), (160, 224), (112, 448))),
    "ViT-S/16": Case(replace(TINY, embed_dim=384, num_heads=6), _vit, ((224, 224), (160, 224))),
    "ViT, no qkv bias, tanh GELU": Case(replace(NARROW, qkv_bias=False, activation="gelu_tanh"), _vit),
    "DeiT distilled": Case(replace(NARROW, distillation_token=True, norm_eps=1e-12), _deit),
    "DINOv2": Case(DINO, _dino, DINO_SIZES),
    "DINOv2 with registers": Case(
        replace(DINO, num_registers=4, position_prefix=1, position_antialias=True),
        _dino_with_registers,
        DINO_SIZES,
    ),
    "CLIP": Case(CLIP, _clip),
}


def run(model: nn.Module, image: Tensor) -> Tensor:
    """The class scores, or for CLIP the projected class token."""
    if isinstance(model, _DinoWithHead):
        return model(image)
    output = model(image, interpolate_pos_encoding=True)
    return output.image_embeds if hasattr(output, "image_embeds") else output.logits


def inner(model: nn.Module) -> tuple[Iterable[nn.Module], Iterable[nn.Module]]:
    """Their blocks and their attention modules, in order."""
    modules = list(model.modules())
    blocks = [
        m for m in modules if type(m).__name__.endswith(("Layer", "EncoderLayer")) and hasattr(m, "mlp")
    ]
    attentions = [m for m in modules if type(m).__name__.endswith("Attention")]
    return blocks, attentions


@pytest.mark.parametrize("name", CASES)
def test_equals_transformers(name: str) -> None:
    case = CASES[name]
    foreign = randomise(case.build(case.config), seed=1).eval()
    network = ours(foreign, case.config)
    blocks, attentions = inner(foreign)
    for height, width in case.sizes:
        image = random_picture(height, width, seed=2)
        gaps = compare(network, image, watch(lambda i=image: run(foreign, i), blocks, attentions, 1))
        assert gaps.worst <= TOLERANCE, (height, width, gaps)


def test_the_pooler_is_the_pretraining_head_where_there_is_one() -> None:
    config = replace(NARROW, representation_size=96)
    theirs = transformers.ViTConfig(**arguments(config), intermediate_size=config.mlp_dim)
    foreign = randomise(transformers.ViTModel(theirs), seed=1).eval()
    image = random_picture(112, 112)
    with torch.no_grad():
        expected = foreign(image).pooler_output
    state = convert(foreign.state_dict(), config)
    assert "pre_logits.weight" in state
    assert "pre_logits.weight" not in convert(foreign.state_dict(), NARROW)
    state |= {"head.weight": torch.eye(96)[:20], "head.bias": torch.zeros(20)}
    network = load(state, config)
    with torch.no_grad():
        assert (network(image) - expected[:, :20]).abs().max() <= TOLERANCE
