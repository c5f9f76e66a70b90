"""Rename the weights of other libraries to the names of our parameters.

Each layout is a table of (pattern, name): a key is renamed by the first pattern that matches all of it. What a table
cannot say (joining q, k and v, moving the patch mergings of Swin) follows in a few lines. Nothing is copied
except where q, k and v are joined: the other tensors are the very ones that came in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from vitviz.models.config import ModelConfig, ViTConfig

State = Mapping[str, Tensor]
# A pattern, and the name that it becomes; None drops the key.
Rules = tuple[tuple[str, str | None], ...]

SHOWN_KEYS = 3

# Positions in a window and the mask of shifted windows are computed anew for every call.
_SWIN_BUFFERS = r"(?:.+\.)?(?:relative_position_index|attn_mask)"

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
    (r"mask_token", None),  # stands in for hidden patches in training only
)

SWIN: Rules = (
    (r"patch_embed\.(?:proj|norm)" + _KIND, _AS_IT_IS),
    (r"layers\.\d+\.downsample\.(?:norm\.weight|norm\.bias|reduction\.weight)", _AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])" + _KIND, _AS_IT_IS),
    (r"layers\.\d+\.blocks\.\d+\.attn\.relative_position_bias_table", _AS_IT_IS),
    (_SWIN_BUFFERS, None),
    (r"norm" + _KIND, _AS_IT_IS),
    (r"head(?:\.fc)?" + _KIND, r"head.\g<kind>"),
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


_VIT = r"(?:(?:vit|deit|dinov2|dinov2_with_registers)\.)?"
_VIT_BLOCK = _VIT + r"(?:encoder\.layer|layers)\.(\d+)\."
TRANSFORMERS_VIT: Rules = (
    (_VIT + r"embeddings\.cls_token", "cls_token"),
    (_VIT + r"embeddings\.distillation_token", "dist_token"),
    (_VIT + r"embeddings\.register_tokens", "reg_token"),
    (_VIT + r"embeddings\.position_embeddings", "pos_embed"),
    (_VIT + r"embeddings\.mask_token", None),
    (_VIT + r"embeddings\.patch_embeddings\.projection" + _KIND, r"patch_embed.proj.\g<kind>"),
    *_transformers_blocks(_VIT_BLOCK, r"blocks.\1."),
    (_VIT_BLOCK + r"layer_scale([12])\.lambda1", r"blocks.\1.ls\2.gamma"),
    (_VIT + r"layernorm" + _KIND, r"norm.\g<kind>"),
    (_VIT + r"pooler\.dense" + _KIND, r"pre_logits.\g<kind>"),
    (r"(?:cls_)?classifier" + _KIND, r"head.\g<kind>"),
    (r"distillation_classifier" + _KIND, r"head_dist.\g<kind>"),
)

_SWIN = r"(?:swin\.)?"
_SWIN_STAGE = _SWIN + r"encoder\.layers\.(\d+)\."
_SWIN_BLOCK = _SWIN_STAGE + r"blocks\.(\d+)\."
_SWIN_TABLE = r"attention\.(?:self|relative_position_bias)\.relative_position_bias_table"
TRANSFORMERS_SWIN: Rules = (
    (_SWIN + r"embeddings\.patch_embeddings\.projection" + _KIND, r"patch_embed.proj.\g<kind>"),
    (_SWIN + r"embeddings\.norm" + _KIND, r"patch_embed.norm.\g<kind>"),
    (_SWIN + r"embeddings\.mask_token", None),
    (_SWIN_STAGE + r"downsample\.norm" + _KIND, r"layers.\1.downsample.norm.\g<kind>"),
    (_SWIN_STAGE + r"downsample\.reduction\.weight", r"layers.\1.downsample.reduction.weight"),
    (_SWIN_BUFFERS, None),
    (_SWIN_BLOCK + _SWIN_TABLE, r"layers.\1.blocks.\2.attn.relative_position_bias_table"),
    *_transformers_blocks(_SWIN_BLOCK, r"layers.\1.blocks.\2."),
    (_SWIN + r"layernorm" + _KIND, r"norm.\g<kind>"),
    (r"classifier" + _KIND, r"head.\g<kind>"),
)

_CLIP = r"(?:vision_model\.)?"
_CLIP_BLOCK = _CLIP + r"encoder\.layers\.(\d+)\."
TRANSFORMERS_CLIP: Rules = (
    (_CLIP + r"embeddings\.class_embedding", "cls_token"),
    (_CLIP + r"embeddings\.position_embedding\.weight", "pos_embed"),
    (_CLIP + r"embeddings\.position_ids", None),  # 0, 1, 2, ... in old files
    (_CLIP + r"embeddings\.patch_embedding\.weight", "patch_embed.proj.weight"),
    (_CLIP + r"pre_layrnorm" + _KIND, r"norm_pre.\g<kind>"),  # their spelling
    (_CLIP_BLOCK + r"layer_norm([12])" + _KIND, r"blocks.\1.norm\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.([qkv])_proj" + _KIND, r"blocks.\1.attn.\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.out_proj" + _KIND, r"blocks.\1.attn.proj.\g<kind>"),
    (_CLIP_BLOCK + r"mlp\.(fc[12])" + _KIND, r"blocks.\1.mlp.\2.\g<kind>"),
    (_CLIP + r"post_layernorm" + _KIND, r"norm.\g<kind>"),
    (r"visual_projection\.weight", "head.weight"),
    (r"text_model\..+|text_projection\.weight|logit_scale", None),  # the other half of a whole CLIP
)


def convert(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """Rename ``state`` to our names, its layout guessed from its keys.

    Whether every tensor is there and has the shape that ``config`` asks for is for ``load_state_dict`` to say.

    Raises:
        ValueError: if the layout is not known, or keys are left over; the sentence names the first few.
    """
    for marker, layout in _VIT_LAYOUTS if isinstance(config, ViTConfig) else _SWIN_LAYOUTS:
        if any(key.endswith(marker) for key in state):
            return layout(state, config)
    family = "Vision Transformer" if isinstance(config, ViTConfig) else "Swin Transformer"
    raise ValueError(
        f"these weights are in no layout of a {family} that is known here: {_some(state) or 'none'}"
    )


def from_timm_vit(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """ViT, DeiT, DINO, DINOv2 and CLIP as timm names them, and the DINO authors' files."""
    return _rename(state, TIMM_VIT)


def from_transformers_vit(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """ViT, DeiT with or without its teacher, Dinov2 and Dinov2WithRegisters of transformers, before and since 5.

    The pooler is the paper's pre-training head, used where ``config`` has one and dropped elsewhere.

    Raises:
        ValueError: also if the classifier reads something that our head does not.
    """
    renamed = _join_qkv(_rename(state, TRANSFORMERS_VIT))
    if not (isinstance(config, ViTConfig) and config.representation_size):
        renamed = {name: tensor for name, tensor in renamed.items() if not name.startswith("pre_logits.")}
    head, norm = renamed.get("head.weight"), renamed.get("norm.weight")
    if head is not None and norm is not None and head.shape[1] == 2 * norm.shape[0]:
        raise ValueError(
            f"this classifier reads the class token and the mean of the patches side by side ({head.shape[1]} numbers),"
            f" and the head here reads {norm.shape[0]}: load the model without its classifier"
        )
    return renamed


def from_transformers_clip(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """The picture half of CLIP in transformers; the projection is the head. The text half is dropped if it is there."""
    renamed = _join_qkv(_rename(state, TRANSFORMERS_CLIP))
    for name in {"cls_token", "pos_embed"} & renamed.keys():
        renamed[name] = renamed[name].reshape(1, -1, renamed[name].shape[-1])  # (1, 1, D) or (1, 1 + h*w, D)
    return renamed


def from_timm_swin(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """Swin as timm names it (a patch merging opens its stage), or as the authors do (it closes the stage before)."""
    merges_close = any(key.startswith("layers.0.downsample.") for key in state)
    renamed = _rename(state, SWIN)
    return _open_stages_with_merging(renamed) if merges_close else renamed


def from_transformers_swin(state: State, config: ModelConfig) -> dict[str, Tensor]:
    """Swin of transformers, before and since 5."""
    return _open_stages_with_merging(_join_qkv(_rename(state, TRANSFORMERS_SWIN)))


Layout = Callable[[State, ModelConfig], dict[str, Tensor]]
# The end of a key that only this layout has; the first that is found tells.
_VIT_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", from_timm_vit),
    ("embeddings.patch_embeddings.projection.weight", from_transformers_vit),
    ("embeddings.patch_embedding.weight", from_transformers_clip),
)
_SWIN_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    ("patch_embed.proj.weight", from_timm_swin),
    ("embeddings.patch_embeddings.projection.weight", from_transformers_swin),
)


def _rename(state: State, rules: Rules) -> dict[str, Tensor]:
    """Rename every key by the first rule that matches all of it.

    Raises:
        ValueError: if no rule matches a key, or two keys become one name.
    """
    compiled = [(re.compile(pattern), name) for pattern, name in rules]
    renamed: dict[str, Tensor] = {}
    unknown = []
    for key, tensor in state.items():
        match, template = next(((m, name) for p, name in compiled if (m := p.fullmatch(key))), (None, None))
        if match is None:
            unknown.append(key)
        elif template is not None:
            name = match.expand(template)
            if name in renamed:
                raise ValueError(f"two of these weights are both {name}; the second is {key}")
            renamed[name] = tensor
    if unknown:
        raise ValueError(f"these weights have names that have no place in the model: {_some(unknown)}")
    return renamed


def _join_qkv(state: State) -> dict[str, Tensor]:
    """Join ``attn.q``, ``attn.k`` and ``attn.v`` to ``attn.qkv``, rows in that order.

    Raises:
        ValueError: if one of the three is missing.
    """
    joined: dict[str, Tensor] = {}
    for name, tensor in state.items():
        match = re.fullmatch(r"(.+\.attn)\.[qkv]\.(weight|bias)", name)
        if match is None:
            joined[name] = tensor
            continue
        attention, kind = match.groups()
        parts = [f"{attention}.{letter}.{kind}" for letter in "qkv"]
        missing = [part for part in parts if part not in state]
        if missing:
            raise ValueError(f"query, key and value must come together, but {_some(missing)} is not there")
        together = f"{attention}.qkv.{kind}"
        if together not in joined:
            joined[together] = torch.cat([state[part] for part in parts])  # (3*D, D) or (3*D,)
    return joined


def _open_stages_with_merging(state: State) -> dict[str, Tensor]:
    """Move every patch merging from the end of a stage to the start of the next one, where it stands here."""
    return {
        re.sub(r"^layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) + 1}.downsample", name): tensor
        for name, tensor in state.items()
    }


def _some(keys: Iterable[str]) -> str:
    """The first few keys, and how many more there are."""
    known = list(keys)
    more = len(known) - SHOWN_KEYS
    return ", ".join(known[:SHOWN_KEYS]) + (f" and {more} more" if more > 0 else "")
