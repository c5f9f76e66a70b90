"""Rename the weights of other libraries to the names of our parameters.

Each layout is a table of (pattern, name): a key is renamed by the first pattern that matches all of it, or is left out
for a reason that stands in the table. What a table cannot say (joining q, k and v, moving the patch mergings of Swin)
follows in a few lines. The result is a plan: which tensors make which parameter; none of them is touched for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.models.config import ModelConfig, SwinV2Config, ViTConfig
from vitviz.zoo.errors import CheckpointError, some
from vitviz.zoo.jaxmap import jax_vit
from vitviz.zoo.plan import Plan, Recipe
from vitviz.zoo.variant_keys import (
    TIMM_VARIANT,
    finish,
    no_key_bias,
    transformers_pool,
    transformers_variant,
)

State = Mapping[str, Tensor]


@dataclass(frozen=True)
class LeftOut:
    """A tensor that nothing we compute reads, and why."""

    reason: str


# A pattern, and the name that it becomes.
Rules = tuple[tuple[str, str | LeftOut], ...]

MASK_TOKEN = LeftOut("stands in for hidden patches, in training only")
WINDOW_BUFFER = LeftOut(
    "places in a window and the mask of shifted windows are computed anew for every picture"
)
POOLER = LeftOut("a layer after the class token that the classifier does not read")
POSITION_IDS = LeftOut("counts 0, 1, 2 and so on")
DECODER = LeftOut("makes pictures of what the blocks computed, in training only")
TEXT = LeftOut("belongs to the text half of the model")
PROJECTION = LeftOut("maps to what pictures and texts share, where there are no classes")

_SWIN_BUFFERS = r"(?:.+\.)?(?:relative_position_index|relative_coords_table|attn_mask)"

_KIND = r"\.(?P<kind>weight|bias)"
_AS_IT_IS = r"\g<0>"

TIMM_VIT: Rules = (
    (r"cls_token|dist_token|reg_token|pos_embed", _AS_IT_IS),
    (r"register_tokens", "reg_token"),  # the DINOv2 authors' own files
    (r"(?:patch_embed\.proj|norm_pre|norm|head|head_dist)" + _KIND, _AS_IT_IS),
    (r"fc_norm" + _KIND, r"norm.\g<kind>"),
    (r"pre_logits(?:\.fc)?" + _KIND, r"pre_logits.\g<kind>"),
    (r"blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])" + _KIND, _AS_IT_IS),
    (r"blocks\.\d+\.ls[12]\.gamma", _AS_IT_IS),
    (r"blocks\.(\d+)\.gamma_([12])", r"blocks.\1.ls\2.gamma"),  # DeiT III's own files
    (r"mask_token", MASK_TOKEN),
    *TIMM_VARIANT,
    (r"(?:.+\.)?relative_position_index", WINDOW_BUFFER),
)

SWIN: Rules = (
    (r"patch_embed\.(?:proj|norm)" + _KIND, _AS_IT_IS),
    (r"layers\.\d+\.downsample\.(?:norm\.weight|norm\.bias|reduction\.weight)", _AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])" + _KIND, _AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.attn\.relative_position_bias_table", _AS_IT_IS),
    (_SWIN_BUFFERS, WINDOW_BUFFER),
    (r"norm" + _KIND, _AS_IT_IS),
    (r"head(?:\.fc)?" + _KIND, r"head.\g<kind>"),
)
SWIN_V2: Rules = (
    (r"layers\.\d+\.blocks\.\d+\.attn\.(?:q_bias|v_bias|logit_scale)", _AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.attn\.cpb_mlp\.(?:0\.weight|0\.bias|2\.weight)", _AS_IT_IS),
)


def _transformers_blocks(theirs: str, ours: str) -> Rules:
    """What is called the same in the blocks of all its models; the older names are those of the files."""
    return (
        (theirs + r"(?:layernorm_before|norm1)" + _KIND, ours + r"norm1.\g<kind>"),
        (theirs + r"(?:layernorm_after|norm2)" + _KIND, ours + r"norm2.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.query|q_proj)" + _KIND, ours + r"attn.q.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.key|k_proj)" + _KIND, ours + r"attn.k.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.value|v_proj)" + _KIND, ours + r"attn.v.\g<kind>"),
        (theirs + r"attention\.(?:output\.dense|o_proj)" + _KIND, ours + r"attn.proj.\g<kind>"),
        (theirs + r"(?:intermediate\.dense|mlp\.fc1)" + _KIND, ours + r"mlp.fc1.\g<kind>"),
        (theirs + r"(?:output\.dense|mlp\.fc2)" + _KIND, ours + r"mlp.fc2.\g<kind>"),
    )


_VIT = r"(?:(?:vit|deit|dinov2|dinov2_with_registers|ijepa|beit|data2vec_vision)\.)?"
_VIT_BLOCK = _VIT + r"(?:encoder\.layer|(?:model\.)?layer|layers)\.(\d+)\."
TRANSFORMERS_VIT: Rules = (
    (_VIT + r"embeddings\.cls_token", "cls_token"),
    (_VIT + r"embeddings\.distillation_token", "dist_token"),
    (_VIT + r"embeddings\.register_tokens", "reg_token"),
    (_VIT + r"embeddings\.position_embeddings", "pos_embed"),
    (_VIT + r"embeddings\.mask_token", MASK_TOKEN),
    (_VIT + r"embeddings\.patch_embeddings\.projection" + _KIND, r"patch_embed.proj.\g<kind>"),
    *_transformers_blocks(_VIT_BLOCK, r"blocks.\1."),
    (_VIT_BLOCK + r"layer_scale([12])\.lambda1", r"blocks.\1.ls\2.gamma"),
    (_VIT + r"layernorm" + _KIND, r"norm.\g<kind>"),
    (_VIT + r"pooler\.dense" + _KIND, r"pre_logits.\g<kind>"),
    (r"(?:cls_)?classifier" + _KIND, r"head.\g<kind>"),
    (r"distillation_classifier" + _KIND, r"head_dist.\g<kind>"),
    (r"decoder\..+", DECODER),
    *transformers_variant(_VIT, _VIT_BLOCK),
    (r"(?:.+\.)?relative_position_index", WINDOW_BUFFER),
)

_SWIN = r"(?:swin(?:v2)?\.)?"
_SWIN_STAGE = _SWIN + r"encoder\.layers\.(\d+)\."
_SWIN_BLOCK = _SWIN_STAGE + r"blocks\.(\d+)\."
_SWIN_TABLE = r"attention\.(?:self|relative_position_bias)\.relative_position_bias_table"
TRANSFORMERS_SWIN: Rules = (
    (_SWIN + r"embeddings\.patch_embeddings\.projection" + _KIND, r"patch_embed.proj.\g<kind>"),
    (_SWIN + r"embeddings\.norm" + _KIND, r"patch_embed.norm.\g<kind>"),
    (_SWIN + r"embeddings\.mask_token", MASK_TOKEN),
    (_SWIN_STAGE + r"downsample\.norm" + _KIND, r"layers.\1.downsample.norm.\g<kind>"),
    (_SWIN_STAGE + r"downsample\.reduction\.weight", r"layers.\1.downsample.reduction.weight"),
    (_SWIN_BUFFERS, WINDOW_BUFFER),
    (_SWIN_BLOCK + _SWIN_TABLE, r"layers.\1.blocks.\2.attn.relative_position_bias_table"),
    *_transformers_blocks(_SWIN_BLOCK, r"layers.\1.blocks.\2."),
    (_SWIN + r"layernorm" + _KIND, r"norm.\g<kind>"),
    (r"classifier" + _KIND, r"head.\g<kind>"),
)

# Queries and values have a bias in version 2, keys have none.
_SWIN_V2_ATTENTION = _SWIN_BLOCK + r"attention\.self\."
TRANSFORMERS_SWIN_V2: Rules = (
    (_SWIN_V2_ATTENTION + r"query\.bias", r"layers.\1.blocks.\2.attn.q_bias"),
    (_SWIN_V2_ATTENTION + r"value\.bias", r"layers.\1.blocks.\2.attn.v_bias"),
    (_SWIN_V2_ATTENTION + r"logit_scale", r"layers.\1.blocks.\2.attn.logit_scale"),
    (
        _SWIN_V2_ATTENTION + r"continuous_position_bias_mlp\.(0|2)" + _KIND,
        r"layers.\1.blocks.\2.attn.cpb_mlp.\3.\g<kind>",
    ),
)
SWIN_POSITIONS: Rules = ((r"absolute_pos_embed|" + _SWIN + r"embeddings\.position_embeddings", "pos_embed"),)

_CLIP = r"(?:vision_model\.)?"
_CLIP_BLOCK = _CLIP + r"encoder\.layers\.(\d+)\."
TRANSFORMERS_CLIP: Rules = (
    (_CLIP + r"embeddings\.class_embedding", "cls_token"),
    (_CLIP + r"embeddings\.position_embedding\.weight", "pos_embed"),
    (_CLIP + r"embeddings\.position_ids", POSITION_IDS),
    (_CLIP + r"embeddings\.patch_embedding" + _KIND, r"patch_embed.proj.\g<kind>"),
    (_CLIP + r"pre_layrnorm" + _KIND, r"norm_pre.\g<kind>"),  # their spelling
    (_CLIP_BLOCK + r"layer_norm([12])" + _KIND, r"blocks.\1.norm\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.([qkv])_proj" + _KIND, r"blocks.\1.attn.\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.out_proj" + _KIND, r"blocks.\1.attn.proj.\g<kind>"),
    (_CLIP_BLOCK + r"mlp\.(fc[12])" + _KIND, r"blocks.\1.mlp.\2.\g<kind>"),
    (_CLIP + r"post_layernorm" + _KIND, r"norm.\g<kind>"),
    (r"visual_projection\.weight", "head.weight"),
    *transformers_pool(_CLIP),
    (r"classifier" + _KIND, r"head.\g<kind>"),
    (r"text_model\..+|text_projection\.weight|logit_scale|logit_bias", TEXT),
)


def convert(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """Rename ``state`` to our names, its layout guessed from its keys; only joined tensors are copied.

    Whether every tensor is there and has the shape that ``config`` asks for is for ``load_state_dict`` to say.

    Raises:
        CheckpointError: if the layout is not known, or keys are left over; the sentence names the first few.
    """
    return {name: recipe.of(state) for name, recipe in plan(state.keys(), config).items()}


def plan(names: Collection[str], config: ModelConfig) -> Plan:
    """Which of the tensors with these names make which parameter of ours.

    Raises:
        CheckpointError: if the layout is not known, or names are left over; the sentence names the first few.
    """
    family = "Vision Transformer" if isinstance(config, ViTConfig) else "Swin Transformer"
    for marker, layout in _VIT_LAYOUTS if isinstance(config, ViTConfig) else _SWIN_LAYOUTS:
        if any(name.endswith(marker) for name in names):
            return layout(names, config)
    raise CheckpointError("unknown_layout", family=family, tensors=some(list(names)) or "none")


def timm_vit(names: Collection[str], config: ModelConfig) -> Plan:
    """ViT, DeiT, DINO, DINOv2 and CLIP as timm names them, and the DINO authors' files.

    Raises:
        CheckpointError: also if the last layer norm stands on the other side of the pooling than ``config`` says.
    """
    if isinstance(config, ViTConfig) and "fc_norm.weight" in names and not config.norm_after_pool:
        raise CheckpointError("norm_after_pool")
    return _finish(_join_qkv(_rename(names, TIMM_VIT)), config)


def transformers_vit(names: Collection[str], config: ModelConfig) -> Plan:
    """ViT, DeiT with or without its teacher, Dinov2 and Dinov2WithRegisters of transformers, before and since 5.

    The pooler is the paper's pre-training head, used where ``config`` has one and left out elsewhere.
    """
    renamed = _finish(_join_qkv(_rename(names, TRANSFORMERS_VIT)), config)
    if isinstance(config, ViTConfig) and config.representation_size:
        return renamed
    return {name: recipe for name, recipe in renamed.items() if not name.startswith("pre_logits.")}


def transformers_clip(names: Collection[str], config: ModelConfig) -> Plan:
    """The picture half of CLIP and SigLIP in transformers; CLIP's projection is the head, where ``config`` has one."""
    renamed = _finish(_join_qkv(_rename(names, TRANSFORMERS_CLIP)), config)
    for name in {"cls_token", "pos_embed"} & renamed.keys():
        # (1, 1, D) or (1, 1 + h*w, D)
        renamed[name] = renamed[name].then(lambda tensor: tensor.reshape(1, -1, tensor.shape[-1]))
    if not config.num_classes:
        renamed.pop("head.weight", None)
    if isinstance(config, ViTConfig) and config.pool != "map":
        return {name: recipe for name, recipe in renamed.items() if not name.startswith("attn_pool.")}
    return renamed


def timm_swin(names: Collection[str], config: ModelConfig) -> Plan:
    """Swin as timm names it (a patch merging opens its stage), or as the authors do (it closes the stage before)."""
    merges_close = any(name.startswith("layers.0.downsample.") for name in names)
    renamed = _rename(names, _swin_rules(config, SWIN_V2) + SWIN)
    return _open_stages_with_merging(renamed) if merges_close else renamed


def transformers_swin(names: Collection[str], config: ModelConfig) -> Plan:
    """Swin of transformers, before and since 5, of both versions."""
    rules = _swin_rules(config, TRANSFORMERS_SWIN_V2) + TRANSFORMERS_SWIN
    return _open_stages_with_merging(_join_qkv(_rename(names, rules)))


def _swin_rules(config: ModelConfig, version_2: Rules) -> Rules:
    """What only some Swins have; in a file of another one it has no place."""
    if isinstance(config, ViTConfig):
        return ()
    positions = SWIN_POSITIONS if config.absolute_position else ()
    return positions + (version_2 if isinstance(config, SwinV2Config) else ())


Layout = Callable[[Collection[str], ModelConfig], Plan]
# The end of a key that only this layout has; the first that is found tells.
_VIT_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", timm_vit),
    ("embeddings.patch_embeddings.projection.weight", transformers_vit),
    ("embeddings.patch_embeddings.weight", transformers_vit),  # DINOv3
    ("embeddings.patch_embedding.weight", transformers_clip),
    ("embedding/kernel", jax_vit),
)
_SWIN_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", timm_swin),
    ("embeddings.patch_embeddings.projection.weight", transformers_swin),
)


def _rename(names: Collection[str], rules: Rules) -> dict[str, Recipe]:
    """Rename every key by the first rule that matches all of it.

    Raises:
        CheckpointError: if no rule matches a key, or two keys become one name.
    """
    compiled = [(re.compile(pattern), name) for pattern, name in rules]
    renamed: dict[str, Recipe] = {}
    unknown = []
    for key in names:
        match, template = next(((m, name) for p, name in compiled if (m := p.fullmatch(key))), (None, ""))
        if match is None:
            unknown.append(key)
        elif isinstance(template, str):
            name = match.expand(template)
            if name in renamed:
                raise CheckpointError("same_tensor_twice", name=name, tensor=key)
            renamed[name] = Recipe((key,))
    if unknown:
        raise CheckpointError("unexpected_tensors", tensors=some(unknown))
    return renamed


def _finish(renamed: dict[str, Recipe], config: ModelConfig) -> dict[str, Recipe]:
    return finish(renamed, config) if isinstance(config, ViTConfig) else renamed


def _rows(*tensors: Tensor) -> Tensor:
    """Below one another: (3*D, D) of three (D, D), or (3*D,) of three (D,)."""
    return torch.cat(tensors)


def _join_qkv(renamed: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """Join ``attn.q``, ``attn.k`` and ``attn.v`` to ``attn.qkv``, rows in that order; keys without a bias get zeros.

    Raises:
        CheckpointError: if one of the three is missing.
    """
    joined: dict[str, Recipe] = {}
    for name, recipe in renamed.items():
        match = re.fullmatch(r"(.+\.attn)\.[qkv]\.(weight|bias)", name)
        if match is None:
            joined[name] = recipe
            continue
        attention, kind = match.groups()
        three = [f"{attention}.{letter}.{kind}" for letter in "qkv"]
        missing = [one for one in three if one not in renamed]
        without_key_bias = missing == [f"{attention}.k.bias"]
        if missing and not without_key_bias:
            raise CheckpointError("qkv_incomplete", tensors=some(missing))
        sources = tuple(source for one in three if one in renamed for source in renamed[one].sources)
        joined[f"{attention}.qkv.{kind}"] = Recipe(sources, no_key_bias if without_key_bias else _rows)
    return joined


def _open_stages_with_merging(plan: Plan) -> dict[str, Recipe]:
    """Move every patch merging from the end of a stage to the start of the next one, where it stands here."""
    return {
        re.sub(r"^layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) + 1}.downsample", name): recipe
        for name, recipe in plan.items()
    }
