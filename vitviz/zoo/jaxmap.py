"""The names in the ``.npz`` files of the ViT paper, whose matrices stand the other way round than torch's."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import torch
from torch import Tensor

from vitviz.models.config import ModelConfig
from vitviz.zoo.errors import CheckpointError, some
from vitviz.zoo.plan import Plan, Recipe, as_it_is


def _image_kernel(kernel: Tensor) -> Tensor:
    """(P, P, C, D) -> (D, C, P, P)."""
    return kernel.permute(3, 2, 0, 1)


def _matrix(kernel: Tensor) -> Tensor:
    """(in, out) -> (out, in)."""
    return kernel.T


def _to_heads(*kernels: Tensor) -> Tensor:
    """Three of (D, H, d) -> (3*D, D)."""
    return torch.cat([kernel.flatten(1).T for kernel in kernels])


def _of_heads(*biases: Tensor) -> Tensor:
    """Three of (H, d) -> (3*D,)."""
    return torch.cat([bias.flatten() for bias in biases])


def _from_heads(kernel: Tensor) -> Tensor:
    """(H, d, D) -> (D, D)."""
    return kernel.flatten(0, 1).T


_BLOCK = r"Transformer/encoderblock_(\d+)/"
_ATTENTION = _BLOCK + r"MultiHeadDotProductAttention_\d+/"
# The authors' files number the modules of a block through (LayerNorm_0, 2), those of big_vision each kind anew (0, 1).
_SIMPLE: tuple[tuple[str, str, Callable[[Tensor], Tensor]], ...] = (
    (r"cls", "cls_token", as_it_is),
    (r"Transformer/posembed_input/pos_embedding", "pos_embed", as_it_is),
    (r"embedding/kernel", "patch_embed.proj.weight", _image_kernel),
    (r"embedding/bias", "patch_embed.proj.bias", as_it_is),
    (_BLOCK + r"LayerNorm_0/scale", r"blocks.\1.norm1.weight", as_it_is),
    (_BLOCK + r"LayerNorm_0/bias", r"blocks.\1.norm1.bias", as_it_is),
    (_BLOCK + r"LayerNorm_[12]/scale", r"blocks.\1.norm2.weight", as_it_is),
    (_BLOCK + r"LayerNorm_[12]/bias", r"blocks.\1.norm2.bias", as_it_is),
    (_ATTENTION + r"out/kernel", r"blocks.\1.attn.proj.weight", _from_heads),
    (_ATTENTION + r"out/bias", r"blocks.\1.attn.proj.bias", as_it_is),
    (_BLOCK + r"MlpBlock_\d+/Dense_0/kernel", r"blocks.\1.mlp.fc1.weight", _matrix),
    (_BLOCK + r"MlpBlock_\d+/Dense_0/bias", r"blocks.\1.mlp.fc1.bias", as_it_is),
    (_BLOCK + r"MlpBlock_\d+/Dense_1/kernel", r"blocks.\1.mlp.fc2.weight", _matrix),
    (_BLOCK + r"MlpBlock_\d+/Dense_1/bias", r"blocks.\1.mlp.fc2.bias", as_it_is),
    (r"Transformer/encoder_norm/scale", "norm.weight", as_it_is),
    (r"Transformer/encoder_norm/bias", "norm.bias", as_it_is),
    (r"pre_logits/kernel", "pre_logits.weight", _matrix),
    (r"pre_logits/bias", "pre_logits.bias", as_it_is),
    (r"head/kernel", "head.weight", _matrix),
    (r"head/bias", "head.bias", as_it_is),
)
_QKV = re.compile(_ATTENTION + r"(query|key|value)/(kernel|bias)")


def jax_vit(names: Collection[str], config: ModelConfig) -> Plan:
    """The ViT paper's own files, ``google-research/vision_transformer`` and ``big_vision``.

    Raises:
        CheckpointError: if a name is not among them, or one of query, key and value is missing.
    """
    plan: dict[str, Recipe] = {}
    unknown = []
    for name in names:
        if match := _QKV.fullmatch(name):
            three = [name.replace(f"/{match[2]}/", f"/{which}/") for which in ("query", "key", "value")]
            missing = [one for one in three if one not in names]
            if missing:
                raise CheckpointError("qkv_incomplete", tensors=some(missing))
            kind, make = ("weight", _to_heads) if match[3] == "kernel" else ("bias", _of_heads)
            plan[f"blocks.{match[1]}.attn.qkv.{kind}"] = Recipe(tuple(three), make)
            continue
        for pattern, ours, change in _SIMPLE:
            if match := re.fullmatch(pattern, name):
                plan[match.expand(ours)] = Recipe((name,), change)
                break
        else:
            unknown.append(name)
    if unknown:
        raise CheckpointError("unexpected_tensors", tensors=some(unknown))
    return plan
