"""One model in three libraries (timm, vitviz, transformers) with the same random weights, and four ways to run it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from tests.torchvision_stub import make_torchvision_importable
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.tracing.trace import run_trace
from vitviz.zoo.keymaps import convert
from vitviz.zoo.registry import find

make_torchvision_importable()

import timm  # noqa: E402
import transformers  # noqa: E402


@dataclass(frozen=True)
class Case:
    """One model at its native size: our configuration, and what timm calls it."""

    config: ModelConfig
    timm_name: str

    def image(self) -> Tensor:
        """A picture of noise, (1, 3, H, W)."""
        return torch.randn(1, 3, *self.config.image_size, generator=torch.Generator().manual_seed(0))


VIT_S = cast(ViTConfig, find("vit-s16").config)
DINO_S = replace(VIT_S, image_size=(518, 518), patch_size=14, layer_scale=True)
VIT_B = cast(ViTConfig, find("vit-b16").config)
CASES = {
    "vit-ti16": Case(find("vit-ti16").config, "vit_tiny_patch16_224"),
    "vit-s16": Case(VIT_S, "vit_small_patch16_224"),
    "vit-b16": Case(VIT_B, "vit_base_patch16_224"),
    "vit-b16-384": Case(replace(VIT_B, image_size=(384, 384)), "vit_base_patch16_384"),
    "vit-s14-518": Case(DINO_S, "vit_small_patch14_dinov2"),
    "swin-t": Case(find("swin-t").config, "swin_tiny_patch4_window7_224"),
}


def build_timm(case: Case) -> nn.Module:
    """timm's model, its weights not yet filled."""
    model = timm.create_model(case.timm_name, num_classes=case.config.num_classes, weight_init="skip")
    return model.eval().requires_grad_(False)


def build_vitviz(case: Case) -> nn.Module:
    """Our model, its weights not yet filled."""
    return build(case.config).eval().requires_grad_(False)


def build_transformers(case: Case) -> nn.Module:
    """transformers' model with explicit attention, the only kind that returns patterns, and random weights."""
    config = case.config
    model: Any
    if isinstance(config, SwinConfig):
        model = transformers.SwinForImageClassification(transformers.SwinConfig(**_swin_arguments(config)))
    elif config.layer_scale:
        theirs = transformers.Dinov2Config(**_vit_arguments(config), mlp_ratio=4)
        model = transformers.Dinov2ForImageClassification(theirs)
    else:
        arguments = _vit_arguments(config) | {"intermediate_size": config.mlp_dim}
        model = transformers.ViTForImageClassification(transformers.ViTConfig(**arguments))
    return model.eval().requires_grad_(False)


BUILDERS: dict[str, Callable[[Case], nn.Module]] = {
    "timm": build_timm,
    "vitviz": build_vitviz,
    "transformers": build_transformers,
}


@dataclass(frozen=True)
class Variant:
    """One way to run a model: which library's, how, and where in its result the class scores are."""

    library: str
    run: Callable[[Any, Tensor], Any]
    logits: Callable[[Any], Tensor]


def _plain(model: Any, image: Tensor) -> Any:
    return model(image)


def _with_attentions(model: Any, image: Tensor) -> Any:
    return model(image, output_attentions=True)


VARIANTS = {
    "timm": Variant("timm", _plain, lambda result: result[0]),
    "vitviz": Variant("vitviz", _plain, lambda result: result[0]),
    "traced": Variant("vitviz", run_trace, lambda result: result.logits),
    "transformers": Variant("transformers", _with_attentions, lambda result: result.logits[0]),
}


def build_all(case: Case) -> dict[str, nn.Module]:
    """The three models with one set of weights: transformers' random ones, read through the key maps.

    Raises:
        RuntimeError: if a model has a tensor that the others have not.
    """
    models = {library: builder(case) for library, builder in BUILDERS.items()}
    state = _weights_of(models["transformers"], case.config)
    models["vitviz"].load_state_dict(state)
    if isinstance(case.config, SwinConfig):
        state = {name.replace("head.", "head.fc.", 1): tensor for name, tensor in state.items()}
    models["timm"].load_state_dict(state)
    return models


def _weights_of(theirs: Any, config: ModelConfig) -> dict[str, Tensor]:
    """The weights of a model of transformers, by our names."""
    state = theirs.state_dict()
    if not isinstance(config, ViTConfig) or not config.layer_scale:
        return convert(state, config)
    # Their classifier reads the class token and the mean of the patches, timm's and ours the class token alone.
    weight = theirs.classifier.weight
    weight[:, config.embed_dim :] = 0
    state = {name: tensor for name, tensor in state.items() if not name.startswith("classifier.")}
    head = {"head.weight": weight[:, : config.embed_dim], "head.bias": theirs.classifier.bias}
    return convert(state, config) | head


def _vit_arguments(config: ViTConfig) -> dict[str, Any]:
    return {
        "hidden_size": config.embed_dim,
        "num_hidden_layers": config.depth,
        "num_attention_heads": config.num_heads,
        "image_size": config.image_size[0],
        "patch_size": config.patch_size,
        "layer_norm_eps": config.norm_eps,
        "num_labels": config.num_classes,
        "attn_implementation": "eager",
    }


def _swin_arguments(config: SwinConfig) -> dict[str, Any]:
    return {
        "image_size": config.image_size[0],
        "patch_size": config.patch_size,
        "embed_dim": config.embed_dim,
        "depths": list(config.depths),
        "num_heads": list(config.num_heads),
        "window_size": config.window_size,
        "layer_norm_eps": config.norm_eps,
        "num_labels": config.num_classes,
        "attn_implementation": "eager",
    }
