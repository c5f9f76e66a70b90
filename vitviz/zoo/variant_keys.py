"""What the files of ViT's later families have beside those of a plain ViT, and how our parameters are made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from vitviz.models.config import ViTConfig
from vitviz.zoo.plan import Recipe

_KIND = r"\.(?P<kind>weight|bias)"
_AS_IT_IS = r"\g<0>"
_SHARED_TABLE, _ALL_FREQUENCIES = "shared_bias_table", "rope.freqs"

# Patterns and names as in ``keymaps``. EVA, BEiT, SigLIP and DINOv3 of timm, SwiGLU of the DINOv2 authors.
TIMM_VARIANT: tuple[tuple[str, str], ...] = (
    (r"attn_pool\.latent", _AS_IT_IS),
    (r"attn_pool\.(?:q|kv|proj|norm|mlp\.fc[12])" + _KIND, _AS_IT_IS),
    (r"blocks\.\d+\.attn\.(?:q_norm|k_norm|norm)" + _KIND, _AS_IT_IS),
    (r"blocks\.(\d+)\.attn\.([qkv])_proj" + _KIND, r"blocks.\1.attn.\2.\g<kind>"),
    (r"blocks\.(\d+)\.attn\.([qv])_bias", r"blocks.\1.attn.\2.bias"),
    (r"blocks\.\d+\.attn\.relative_position_bias_table", _AS_IT_IS),
    (r"rel_pos_bias\.relative_position_bias_table", _SHARED_TABLE),
    (r"blocks\.\d+\.mlp\.(?:norm|fc1_g|fc1_x)" + _KIND, _AS_IT_IS),
    (r"blocks\.(\d+)\.mlp\.w12" + _KIND, r"blocks.\1.mlp.fc1.\g<kind>"),
    (r"blocks\.(\d+)\.mlp\.w3" + _KIND, r"blocks.\1.mlp.fc2.\g<kind>"),
    (r"rope\.freqs", _ALL_FREQUENCIES),
)


def transformers_variant(model: str, block: str) -> tuple[tuple[str, str], ...]:
    """BEiT, Data2Vec, DINOv2 giant and DINOv3; ``model`` and ``block`` are the patterns that their names begin with."""
    table = r"relative_position_bias\.relative_position_bias_table"
    return (
        (model + r"embeddings\.patch_embeddings" + _KIND, r"patch_embed.proj.\g<kind>"),
        (block + r"lambda_([12])", r"blocks.\1.ls\2.gamma"),
        (block + r"(?:attention\.attention\.)?" + table, r"blocks.\1.attn.relative_position_bias_table"),
        (
            model + r"(?:shared_position_bias|encoder\.relative_position_bias)\.relative_position_bias_table",
            _SHARED_TABLE,
        ),
        (model + r"(?:pooler\.layernorm|norm)" + _KIND, r"norm.\g<kind>"),
        (block + r"mlp\.weights_in" + _KIND, r"blocks.\1.mlp.fc1.\g<kind>"),
        (block + r"mlp\.(?:weights_out|down_proj)" + _KIND, r"blocks.\1.mlp.fc2.\g<kind>"),
        (block + r"mlp\.gate_proj" + _KIND, r"blocks.\1.mlp.fc1_g.\g<kind>"),
        (block + r"mlp\.up_proj" + _KIND, r"blocks.\1.mlp.fc1_x.\g<kind>"),
    )


def transformers_pool(model: str) -> tuple[tuple[str, str], ...]:
    """The attention that SigLIP pools by; ``model`` is the pattern that its names begin with."""
    return (
        (model + r"head\.probe", "attn_pool.latent"),
        (model + r"head\.attention\.in_proj_(weight|bias)", r"attn_pool.qkv.\1"),
        (model + r"head\.attention\.out_proj" + _KIND, r"attn_pool.proj.\g<kind>"),
        (model + r"head\.layernorm" + _KIND, r"attn_pool.norm.\g<kind>"),
        (model + r"head\.mlp\.(fc[12])" + _KIND, r"attn_pool.mlp.\1.\g<kind>"),
    )


def finish(renamed: Mapping[str, Recipe], config: ViTConfig) -> dict[str, Recipe]:
    """Join the two halves of SwiGLU, give every block what it shares, part the query of a pool from keys and values."""
    plan = dict(renamed)
    for name in [name for name in plan if re.fullmatch(r"blocks\.\d+\.mlp\.fc1_x\.(?:weight|bias)", name)]:
        value, gate = plan.pop(name), plan.pop(name.replace("fc1_x", "fc1_g"), None)
        sources = value.sources if gate is None else gate.sources + value.sources
        plan[name.replace("fc1_x", "fc1")] = Recipe(sources, _rows)
    shared, frequencies = plan.pop(_SHARED_TABLE, None), plan.pop(_ALL_FREQUENCIES, None)
    for i in range(config.depth):
        table = f"blocks.{i}.attn.relative_position_bias_table"
        if shared is not None:
            own = plan[table].sources if table in plan else ()
            plan[table] = Recipe(own + shared.sources, _sum)
        if frequencies is not None:
            plan[f"blocks.{i}.attn.rope_freqs"] = frequencies.then(partial(_of_block, i))
    for kind in ("weight", "bias"):
        three = plan.pop(f"attn_pool.qkv.{kind}", None)
        if three is not None:
            plan[f"attn_pool.q.{kind}"] = three.then(lambda rows: rows[: len(rows) // 3])
            plan[f"attn_pool.kv.{kind}"] = three.then(lambda rows: rows[len(rows) // 3 :])
    return plan


def no_key_bias(query: Tensor, value: Tensor) -> Tensor:
    """The bias of queries, keys and values where keys have none, (3*D,)."""
    return torch.cat([query, torch.zeros_like(query), value])


def _rows(*tensors: Tensor) -> Tensor:
    return torch.cat(tensors)


def _of_block(block: int, frequencies: Tensor) -> Tensor:
    """(2, L, H, d/2) of all blocks -> (2, H, d/2)."""
    return frequencies[:, block]


def _sum(*tensors: Tensor) -> Tensor:
    return torch.stack(tensors).sum(dim=0)
