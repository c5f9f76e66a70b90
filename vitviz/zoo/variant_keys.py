"""How the parameters of ViT's later families are made of what their files hold, where a new name does not do it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from vitviz.models.config import ViTConfig
from vitviz.zoo.key_rules import ALL_FREQUENCIES, SHARED_TABLE
from vitviz.zoo.plan import Recipe


def finish(renamed: Mapping[str, Recipe], config: ViTConfig) -> dict[str, Recipe]:
    """Join the two halves of SwiGLU, give every block what it shares, part the query of a pool from keys and values."""
    plan = dict(renamed)
    for name in [name for name in plan if re.fullmatch(r"blocks\.\d+\.mlp\.fc1_x\.(?:weight|bias)", name)]:
        value, gate = plan.pop(name), plan.pop(name.replace("fc1_x", "fc1_g"), None)
        sources = value.sources if gate is None else gate.sources + value.sources
        plan[name.replace("fc1_x", "fc1")] = Recipe(sources, _rows)
    shared, frequencies = plan.pop(SHARED_TABLE, None), plan.pop(ALL_FREQUENCIES, None)
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
