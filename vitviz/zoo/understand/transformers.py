"""``config.json`` of transformers: which of our networks a model type is, and everything its weights cannot tell.

A setting that is not written has the value that transformers documents for its model type: its own files leave such
settings out. Imports neither torch nor transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vitviz.models.config import ModelConfig, Rotary, SwinConfig, SwinV2Config, ViTConfig
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.refusals import refusal
from vitviz.zoo.understand.choices import Choices, ratio
from vitviz.zoo.understand.transformers_defaults import DEFAULTS

Shape = tuple[int, ...]
# The shapes of a checkpoint's tensors by name: they say which of a model's heads was saved.
Shapes = Mapping[str, Shape]

ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "quick_gelu": "quick_gelu",
}
MERGING_EPS = 1e-5  # of the layer norms between Swin's blocks, whatever a file says of the others


class Read(NamedTuple):
    """The family of a model and its configuration."""

    family: str
    config: ModelConfig


def read_transformers(table: Mapping[str, Any], where: str, shapes: Shapes) -> Read:
    """Our configuration of a model of transformers.

    Raises:
        CheckpointError: if the model type is refused or unknown, or a setting cannot be had or is not built here.
    """
    kind = Choices(table, where).word("model_type")
    if kind in {"clip", "siglip"}:
        table, kind = _vision(table, where), f"{kind}_vision_model"
    if code := refusal(kind):
        raise CheckpointError(code, name=kind)
    if kind not in _READERS:
        raise CheckpointError("unknown_type", name=kind)
    return _READERS[kind](Choices(table, where, DEFAULTS[kind]), shapes)


def _vision(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The picture half of a model of pictures and texts."""
    vision = table.get("vision_config")
    if not isinstance(vision, Mapping):
        raise CheckpointError("missing_choice", where=where, choice="vision_config")
    return vision


def make_vit(where: str, **settings: Any) -> ViTConfig:
    """A configuration of these settings.

    Raises:
        CheckpointError: if they do not go together.
    """
    try:
        return ViTConfig(**settings)
    except (ValueError, ZeroDivisionError) as error:
        raise CheckpointError("impossible_configuration", where=where, reason=error) from error


def make_swin(where: str, kind: type[SwinConfig] = SwinConfig, **settings: Any) -> SwinConfig:
    """A configuration of these settings.

    Raises:
        CheckpointError: if they do not go together.
    """
    try:
        return kind(**settings)
    except (ValueError, ZeroDivisionError) as error:
        raise CheckpointError("impossible_configuration", where=where, reason=error) from error


def _common(choices: Choices) -> dict[str, Any]:
    """What every ViT of transformers has."""
    choices.must_be("num_channels", 3)
    dim = choices.number("hidden_size")
    common: dict[str, Any] = {
        "image_size": choices.size("image_size"),
        "patch_size": choices.side("patch_size"),
        "embed_dim": dim,
        "depth": choices.number("num_hidden_layers"),
        "num_heads": choices.number("num_attention_heads"),
        "norm_eps": choices.fraction("layer_norm_eps"),
        "activation": choices.one_of("hidden_act", ACTIVATIONS),
        "position_antialias": False,
    }
    if "intermediate_size" in choices.defaults:
        common["mlp_ratio"] = ratio(choices.number("intermediate_size"), dim)
    if "qkv_bias" in choices.defaults:
        common["qkv_bias"] = choices.flag("qkv_bias")
    return common


def _classes(shapes: Shapes, *heads: str) -> int:
    """How many class scores the saved head makes; 0 where none was saved."""
    return next((shapes[head][0] for head in heads if len(shapes.get(head, ())) == 2), 0)


def _vit(choices: Choices, shapes: Shapes) -> Read:
    return Read(
        "vit", make_vit(choices.where, **_common(choices), num_classes=_classes(shapes, "classifier.weight"))
    )


def _deit(choices: Choices, shapes: Shapes) -> Read:
    taught = "distillation_classifier.weight" in shapes
    settings = _common(choices) | {"distillation_token": True}
    if not taught:
        settings["distillation_head"] = False
    classes = _classes(shapes, "cls_classifier.weight", "classifier.weight")
    return Read("deit-distilled", make_vit(choices.where, **settings, num_classes=classes))


def _vit_mae(choices: Choices, shapes: Shapes) -> Read:
    return Read("mae", make_vit(choices.where, **_common(choices), num_classes=0))


def _ijepa(choices: Choices, shapes: Shapes) -> Read:
    settings = _common(choices) | {"class_token": False, "pool": "avg"}
    return Read(
        "i-jepa", make_vit(choices.where, **settings, num_classes=_classes(shapes, "classifier.weight"))
    )


def _dinov2(choices: Choices, shapes: Shapes) -> Read:
    settings = _common(choices)
    dim, factor = settings["embed_dim"], choices.fraction("mlp_ratio")
    settings |= {"mlp_ratio": factor, "layer_scale": True}
    if choices.flag("use_swiglu_ffn"):
        hidden = (int(int(dim * factor) * 2 / 3) + 7) // 8 * 8
        settings |= {"mlp_kind": "swiglu", "mlp_hidden": hidden}
    if "num_register_tokens" in choices.defaults:
        settings |= {
            "num_registers": choices.count("num_register_tokens"),
            "position_prefix": 1,
            "position_antialias": True,
        }
    classes = _classes(shapes, "classifier.weight")
    if classes and shapes["classifier.weight"][1] == 2 * dim:
        settings["pool"] = "token_avg"
    return Read("dinov2", make_vit(choices.where, **settings, num_classes=classes))


def _dinov3(choices: Choices, shapes: Shapes) -> Read:
    choices.must_be("proj_bias", True)
    choices.must_be("mlp_bias", True)
    gated = choices.flag("use_gated_mlp")
    if gated:  # the gate of SwiGLU; what ``_common`` reads is of a plain MLP, which is not there
        choices.must_be("hidden_act", "silu")
        choices = Choices({**choices.table, "hidden_act": "gelu"}, choices.where, choices.defaults)
    settings = _common(choices) | {
        "qkv_bias": any(choices.flag(f"{name}_bias") for name in ("query", "key", "value")),
        "position": "none",
        "num_registers": choices.count("num_register_tokens"),
        "layer_scale": True,
        "rotary": _rotary(choices),
        "num_classes": 0,
    }
    if gated:
        settings |= {"mlp_kind": "swiglu", "mlp_hidden": choices.number("intermediate_size")}
    return Read("dinov3", make_vit(choices.where, **settings))


def _rotary(choices: Choices) -> Rotary:
    return Rotary(kind="centred", temperature=choices.fraction("rope_theta"))


def _clip(choices: Choices, shapes: Shapes) -> Read:
    settings = _common(choices) | {"norm_before_blocks": True, "patch_bias": False, "num_classes": 0}
    if _classes(shapes, "classifier.weight"):  # it reads the mean of patches that no layer norm has seen
        raise CheckpointError("refused_no_norm", name="CLIPForImageClassification")
    return Read("clip", make_vit(choices.where, **settings))


def _siglip(choices: Choices, shapes: Shapes) -> Read:
    settings = _common(choices) | {"class_token": False}
    classes = _classes(shapes, "classifier.weight")
    pooled_by_head = choices.flag("vision_use_head") and not classes
    return Read(
        "siglip",
        make_vit(choices.where, **settings, num_classes=classes, pool="map" if pooled_by_head else "avg"),
    )


def _beit(choices: Choices, shapes: Shapes) -> Read:
    mean = choices.flag("use_mean_pooling")
    settings = _common(choices) | {
        "position": "learned" if choices.flag("use_absolute_position_embeddings") else "none",
        "layer_scale": choices.get("layer_scale_init_value") > 0,
        "pool": "avg" if mean else "token",
        "norm_after_pool": mean,
        "num_classes": _classes(shapes, "classifier.weight"),
    }
    if choices.flag("use_relative_position_bias") or choices.flag("use_shared_relative_position_bias"):
        settings["relative_bias"] = True
    return Read("beit", make_vit(choices.where, **settings))


def _swin(choices: Choices, shapes: Shapes) -> Read:
    choices.must_be("num_channels", 3)
    settings: dict[str, Any] = {
        "image_size": choices.size("image_size"),
        "patch_size": choices.side("patch_size"),
        "embed_dim": choices.number("embed_dim"),
        "depths": choices.numbers("depths"),
        "num_heads": choices.numbers("num_heads"),
        "window_size": choices.number("window_size"),
        "mlp_ratio": choices.fraction("mlp_ratio"),
        "qkv_bias": choices.flag("qkv_bias"),
        "norm_eps": choices.fraction("layer_norm_eps"),
        "activation": choices.one_of("hidden_act", ACTIVATIONS),
        "num_classes": _classes(shapes, "classifier.weight"),
    }
    if settings["norm_eps"] != MERGING_EPS:
        settings["merging_eps"] = MERGING_EPS
    if choices.flag("use_absolute_embeddings"):
        settings["absolute_position"] = True
    if "pretrained_window_sizes" not in choices.defaults:
        return Read("swin", make_swin(choices.where, **settings))
    settings |= {
        "pretrained_window_sizes": choices.numbers("pretrained_window_sizes"),
        "shift_rule": "native",
        "masked_score": -200.0,
    }
    return Read("swin-v2", make_swin(choices.where, SwinV2Config, **settings))


_READERS: dict[str, Callable[[Choices, Shapes], Read]] = {
    "vit": _vit,
    "deit": _deit,
    "vit_mae": _vit_mae,
    "ijepa": _ijepa,
    "dinov2": _dinov2,
    "dinov2_with_registers": _dinov2,
    "dinov3_vit": _dinov3,
    "clip_vision_model": _clip,
    "siglip_vision_model": _siglip,
    "beit": _beit,
    "data2vec-vision": _beit,
    "swin": _swin,
    "swinv2": _swin,
}
