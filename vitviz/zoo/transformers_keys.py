"""What transformers calls weights in its files and in its models, before and since version 5. Imports no torch."""

from __future__ import annotations

from vitviz.zoo.key_rules import (
    DECODER,
    KIND,
    MASK_TOKEN,
    POSITION_IDS,
    SHARED_TABLE,
    TEXT,
    WINDOW_BUFFER,
    Rules,
)
from vitviz.zoo.timm_keys import SWIN_BUFFERS


def _transformers_blocks(theirs: str, ours: str) -> Rules:
    """What is called the same in the blocks of all its models; the older names are those of the files."""
    return (
        (theirs + r"(?:layernorm_before|norm1)" + KIND, ours + r"norm1.\g<kind>"),
        (theirs + r"(?:layernorm_after|norm2)" + KIND, ours + r"norm2.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.query|q_proj)" + KIND, ours + r"attn.q.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.key|k_proj)" + KIND, ours + r"attn.k.\g<kind>"),
        (theirs + r"attention\.(?:(?:attention|self)\.value|v_proj)" + KIND, ours + r"attn.v.\g<kind>"),
        (theirs + r"attention\.(?:output\.dense|o_proj)" + KIND, ours + r"attn.proj.\g<kind>"),
        (theirs + r"(?:intermediate\.dense|mlp\.fc1)" + KIND, ours + r"mlp.fc1.\g<kind>"),
        (theirs + r"(?:output\.dense|mlp\.fc2)" + KIND, ours + r"mlp.fc2.\g<kind>"),
    )


def _variant(model: str, block: str) -> Rules:
    """BEiT, Data2Vec, DINOv2 giant and DINOv3; ``model`` and ``block`` are the patterns that their names begin with."""
    table = r"relative_position_bias\.relative_position_bias_table"
    return (
        (model + r"embeddings\.patch_embeddings" + KIND, r"patch_embed.proj.\g<kind>"),
        (block + r"lambda_([12])", r"blocks.\1.ls\2.gamma"),
        (block + r"(?:attention\.attention\.)?" + table, r"blocks.\1.attn.relative_position_bias_table"),
        (
            model + r"(?:shared_position_bias|encoder\.relative_position_bias)\.relative_position_bias_table",
            SHARED_TABLE,
        ),
        (model + r"(?:pooler\.layernorm|norm)" + KIND, r"norm.\g<kind>"),
        (block + r"mlp\.weights_in" + KIND, r"blocks.\1.mlp.fc1.\g<kind>"),
        (block + r"mlp\.(?:weights_out|down_proj)" + KIND, r"blocks.\1.mlp.fc2.\g<kind>"),
        (block + r"mlp\.gate_proj" + KIND, r"blocks.\1.mlp.fc1_g.\g<kind>"),
        (block + r"mlp\.up_proj" + KIND, r"blocks.\1.mlp.fc1_x.\g<kind>"),
    )


def _pool(model: str) -> Rules:
    """The attention that SigLIP pools by; ``model`` is the pattern that its names begin with."""
    return (
        (model + r"head\.probe", "attn_pool.latent"),
        (model + r"head\.attention\.in_proj_(weight|bias)", r"attn_pool.qkv.\1"),
        (model + r"head\.attention\.out_proj" + KIND, r"attn_pool.proj.\g<kind>"),
        (model + r"head\.layernorm" + KIND, r"attn_pool.norm.\g<kind>"),
        (model + r"head\.mlp\.(fc[12])" + KIND, r"attn_pool.mlp.\1.\g<kind>"),
    )


_VIT = r"(?:(?:vit|deit|dinov2|dinov2_with_registers|ijepa|beit|data2vec_vision)\.)?"
_VIT_BLOCK = _VIT + r"(?:encoder\.layer|(?:model\.)?layer|layers)\.(\d+)\."
TRANSFORMERS_VIT: Rules = (
    (_VIT + r"embeddings\.cls_token", "cls_token"),
    (_VIT + r"embeddings\.distillation_token", "dist_token"),
    (_VIT + r"embeddings\.register_tokens", "reg_token"),
    (_VIT + r"embeddings\.position_embeddings", "pos_embed"),
    (_VIT + r"embeddings\.mask_token", MASK_TOKEN),
    (_VIT + r"embeddings\.patch_embeddings\.projection" + KIND, r"patch_embed.proj.\g<kind>"),
    *_transformers_blocks(_VIT_BLOCK, r"blocks.\1."),
    (_VIT_BLOCK + r"layer_scale([12])\.lambda1", r"blocks.\1.ls\2.gamma"),
    (_VIT + r"layernorm" + KIND, r"norm.\g<kind>"),
    (_VIT + r"pooler\.dense" + KIND, r"pre_logits.\g<kind>"),
    (r"(?:cls_)?classifier" + KIND, r"head.\g<kind>"),
    (r"distillation_classifier" + KIND, r"head_dist.\g<kind>"),
    (r"decoder\..+", DECODER),
    *_variant(_VIT, _VIT_BLOCK),
    (r"(?:.+\.)?relative_position_index", WINDOW_BUFFER),
)

_SWIN = r"(?:swin(?:v2)?\.)?"
_SWIN_STAGE = _SWIN + r"encoder\.layers\.(\d+)\."
_SWIN_BLOCK = _SWIN_STAGE + r"blocks\.(\d+)\."
_SWIN_TABLE = r"attention\.(?:self|relative_position_bias)\.relative_position_bias_table"
TRANSFORMERS_SWIN: Rules = (
    (_SWIN + r"embeddings\.patch_embeddings\.projection" + KIND, r"patch_embed.proj.\g<kind>"),
    (_SWIN + r"embeddings\.norm" + KIND, r"patch_embed.norm.\g<kind>"),
    (_SWIN + r"embeddings\.mask_token", MASK_TOKEN),
    (_SWIN_STAGE + r"downsample\.norm" + KIND, r"layers.\1.downsample.norm.\g<kind>"),
    (_SWIN_STAGE + r"downsample\.reduction\.weight", r"layers.\1.downsample.reduction.weight"),
    (SWIN_BUFFERS, WINDOW_BUFFER),
    (_SWIN_BLOCK + _SWIN_TABLE, r"layers.\1.blocks.\2.attn.relative_position_bias_table"),
    *_transformers_blocks(_SWIN_BLOCK, r"layers.\1.blocks.\2."),
    (_SWIN + r"layernorm" + KIND, r"norm.\g<kind>"),
    (r"classifier" + KIND, r"head.\g<kind>"),
)

# Queries and values have a bias in version 2, keys have none.
_SWIN_V2_ATTENTION = _SWIN_BLOCK + r"attention\.self\."
TRANSFORMERS_SWIN_V2: Rules = (
    (_SWIN_V2_ATTENTION + r"query\.bias", r"layers.\1.blocks.\2.attn.q_bias"),
    (_SWIN_V2_ATTENTION + r"value\.bias", r"layers.\1.blocks.\2.attn.v_bias"),
    (_SWIN_V2_ATTENTION + r"logit_scale", r"layers.\1.blocks.\2.attn.logit_scale"),
    (
        _SWIN_V2_ATTENTION + r"continuous_position_bias_mlp\.(0|2)" + KIND,
        r"layers.\1.blocks.\2.attn.cpb_mlp.\3.\g<kind>",
    ),
)
TRANSFORMERS_SWIN_POSITIONS: Rules = ((_SWIN + r"embeddings\.position_embeddings", "pos_embed"),)

_CLIP = r"(?:vision_model\.)?"
_CLIP_BLOCK = _CLIP + r"encoder\.layers\.(\d+)\."
TRANSFORMERS_CLIP: Rules = (
    (_CLIP + r"embeddings\.class_embedding", "cls_token"),
    (_CLIP + r"embeddings\.position_embedding\.weight", "pos_embed"),
    (_CLIP + r"embeddings\.position_ids", POSITION_IDS),
    (_CLIP + r"embeddings\.patch_embedding" + KIND, r"patch_embed.proj.\g<kind>"),
    (_CLIP + r"pre_layrnorm" + KIND, r"norm_pre.\g<kind>"),  # their spelling
    (_CLIP_BLOCK + r"layer_norm([12])" + KIND, r"blocks.\1.norm\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.([qkv])_proj" + KIND, r"blocks.\1.attn.\2.\g<kind>"),
    (_CLIP_BLOCK + r"self_attn\.out_proj" + KIND, r"blocks.\1.attn.proj.\g<kind>"),
    (_CLIP_BLOCK + r"mlp\.(fc[12])" + KIND, r"blocks.\1.mlp.\2.\g<kind>"),
    (_CLIP + r"post_layernorm" + KIND, r"norm.\g<kind>"),
    (r"visual_projection\.weight", "head.weight"),
    *_pool(_CLIP),
    (r"classifier" + KIND, r"head.\g<kind>"),
    (r"text_model\..+|text_projection\.weight|logit_scale|logit_bias", TEXT),
)
