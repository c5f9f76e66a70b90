"""``config.json`` of timm: an architecture by name, and what the file changes of it. Imports neither torch nor timm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.understand.choices import Choices
from vitviz.zoo.understand.timm_architectures import architecture
from vitviz.zoo.understand.transformers import Read, Shapes

POOLS = {name: name for name in ("token", "avg", "max", "avgmax", "map")}
PATCHES_POOLED = {
    "avg",
    "max",
    "avgmax",
}  # timm normalises after these, where an architecture does not say otherwise
ACTIVATIONS = {"gelu": "gelu", "gelu_tanh": "gelu_tanh", "quick_gelu": "quick_gelu"}
# Settings that change nothing of what a trained network computes.
WITHOUT_EFFECT = {
    "dynamic_img_size", "dynamic_img_pad", "strict_img_size", "drop_rate", "drop_path_rate", "proj_drop_rate",
    "attn_drop_rate", "pos_drop_rate", "patch_drop_rate", "weight_init", "fix_init", "num_classes",
}  # fmt: skip
HEADS = ("head.weight", "head.fc.weight")
# How wide what CLIPs of timm share with texts is: a head of that width and no word of classes is that projection.
PROJECTIONS = {512, 640, 768, 1024, 1280}


def read_timm(table: Mapping[str, Any], where: str, shapes: Shapes) -> Read:
    """Our configuration of a model of timm.

    Raises:
        CheckpointError: if the architecture is refused or unknown, or the file changes what is not built here.
    """
    choices = Choices(table, where)
    read = architecture(choices.word("architecture"))
    config = _changed(read.config, table.get("model_args"), where)
    pretrained = pretrained_settings(table, where)
    arguments = table.get("model_args") or {}
    if "input_size" in pretrained and "img_size" not in arguments:
        channels, height, width = _input_size(pretrained, where)
        if channels != 3:
            raise CheckpointError(
                "unknown_choice", where=where, choice="input_size", value=(channels, height, width)
            )
        config = _replaced(config, where, image_size=(height, width))
    if "global_pool" in choices and isinstance(config, ViTConfig):
        pool = choices.one_of("global_pool", POOLS)
        if pool != config.pool:
            raise CheckpointError("unknown_choice", where=where, choice="global_pool", value=pool)
    if isinstance(config, ViTConfig) and config.norm_after_pool and "norm.weight" in shapes:
        raise CheckpointError("norm_before_pool")
    return Read(read.family, _with_head(config, pretrained, where, shapes))


def _with_head(config: ModelConfig, pretrained: Choices, where: str, shapes: Shapes) -> ModelConfig:
    """The configuration with as many classes as the saved head has scores; 0 where there is no head of classes."""
    scores = next((shapes[head][0] for head in HEADS if len(shapes.get(head, ())) == 2), 0)
    said = pretrained.count("num_classes") if "num_classes" in pretrained else None
    if scores and said and said != scores:
        raise CheckpointError("classes_do_not_fit", where=where, names=said, scores=scores)
    return _replaced(config, where, num_classes=0 if is_projection(pretrained, scores) else scores)


def is_projection(pretrained: Choices, scores: int) -> bool:
    """Whether the head of a CLIP maps to what pictures and texts share, and makes no classes.

    A CLIP that was trained on classes afterwards says so in its tag, or names them.
    """
    architecture, _, tag = (
        pretrained.word("architecture").partition(".") if "architecture" in pretrained else ("", "", "")
    )
    tag = pretrained.word("tag") if "tag" in pretrained else tag
    said = "_ft_" in tag or "label_names" in pretrained
    return "_clip_" in architecture and scores in PROJECTIONS and not said


def pretrained_settings(table: Mapping[str, Any], where: str) -> Choices:
    """What timm knows of the weights: in a table of its own, or, in older files, among the rest."""
    inner = table.get("pretrained_cfg")
    own = inner if isinstance(inner, Mapping) else {}
    return Choices({**table, **{name: value for name, value in own.items() if value is not None}}, where)


def _input_size(pretrained: Choices, where: str) -> tuple[int, int, int]:
    size = pretrained.numbers("input_size")
    if len(size) != 3 or min(size) < 1:
        raise CheckpointError(
            "bad_choice", where=where, choice="input_size", value=size, wanted="channels, height and width"
        )
    return size[0], size[1], size[2]


def _changed(config: ModelConfig, arguments: object, where: str) -> ModelConfig:
    """The architecture with what ``model_args`` changes of it."""
    if not arguments:
        return config
    if not isinstance(arguments, Mapping):
        raise CheckpointError(
            "bad_choice", where=where, choice="model_args", value=arguments, wanted="a table"
        )
    choices = Choices(arguments, where)
    changes: dict[str, Any] = {}
    for name in sorted(
        arguments, key=lambda one: one in {"fc_norm", "use_fc_norm"}
    ):  # what is said of it counts last
        if name in WITHOUT_EFFECT or arguments[name] is None:
            continue
        changes |= (
            _swin_change(choices, name)
            if isinstance(config, SwinConfig)
            else _vit_change(choices, name, config)
        )
    return _replaced(config, where, **changes)


def _vit_change(choices: Choices, name: str, config: ViTConfig) -> dict[str, Any]:
    match name:
        case "img_size":
            return {"image_size": choices.size(name)}
        case "patch_size":
            return {"patch_size": choices.side(name)}
        case "embed_dim" | "depth" | "num_heads":
            return {name: choices.number(name)}
        case "mlp_ratio":
            return {name: choices.fraction(name)}
        case "class_token" | "qkv_bias":
            return {name: choices.flag(name)}
        case "reg_tokens" | "num_reg_tokens":
            return {"num_registers": choices.count(name)}
        case "no_embed_class":
            return {"position_prefix": 0 if choices.flag(name) else None}
        case "init_values":
            return {"layer_scale": choices.fraction(name) > 0}
        case "global_pool":
            return _pooled(config, choices.one_of(name, POOLS))
        case "fc_norm" | "use_fc_norm":
            return {"norm_after_pool": choices.flag(name)}
        case "act_layer":
            return {"activation": choices.one_of(name, ACTIVATIONS)}
        case "in_chans":
            choices.must_be(name, 3)
            return {}
    raise CheckpointError("unknown_choice", where=choices.where, choice=name, value=choices.get(name))


def _pooled(config: ViTConfig, pool: str) -> dict[str, Any]:
    """Another pooling: the norm moves behind it where it pools patches, unless the architecture has it elsewhere."""
    if pool == config.pool:
        return {}
    usual = config.norm_after_pool == (config.pool in PATCHES_POOLED)
    return {"pool": pool, "norm_after_pool": pool in PATCHES_POOLED if usual else config.norm_after_pool}


def _swin_change(choices: Choices, name: str) -> dict[str, Any]:
    match name:
        case "img_size":
            return {"image_size": choices.size(name)}
        case "embed_dim":
            return {name: choices.number(name)}
        case "depths" | "num_heads":
            return {name: choices.numbers(name)}
        case "window_size":
            return {name: choices.side(name)}
        case "mlp_ratio":
            return {name: choices.fraction(name)}
        case "qkv_bias":
            return {name: choices.flag(name)}
        case "in_chans":
            choices.must_be(name, 3)
            return {}
        case "global_pool":
            choices.must_be(name, "avg")
            return {}
    raise CheckpointError("unknown_choice", where=choices.where, choice=name, value=choices.get(name))


def _replaced(config: ModelConfig, where: str, **changes: Any) -> ModelConfig:
    """The configuration with some settings changed.

    Raises:
        CheckpointError: if they do not go together.
    """
    try:
        return replace(config, **changes)
    except (ValueError, ZeroDivisionError) as error:
        raise CheckpointError("impossible_configuration", where=where, reason=error) from error
