"""EVA, EVA-02, RoPE-ViT, DINOv3 and BEiT as modules of timm: read from what they are made of. Imports no timm."""

from __future__ import annotations

from typing import Any, Literal

from vitviz.models.config import Rotary
from vitviz.zoo.understand.choices import ratio
from vitviz.zoo.understand.module_parts import ACTIVATIONS, NORMS, NOTHING, Parts
from vitviz.zoo.understand.transformers import Read, make_vit

EVAS = {"Eva", "Beit"}
BLOCKS = {"EvaBlock": "before", "Block": "before", "EvaBlockPostNorm": "after"}
ROTARY_KINDS: dict[str, Literal["centred", "axial", "mixed"]] = {
    "RotaryEmbeddingCat": "axial",
    "RotaryEmbeddingMixed": "mixed",
    "RotaryEmbeddingDinoV3": "centred",
}
# What places of rotary positions can be in timm beside what is known here, and the value that means nothing of it.
_PLAIN = {
    "in_pixels": False,
    "linear_bands": False,
    "min_period": None,
    "max_period": None,
    "grid_type": "index",
    "normalize_coords": "separate",
}


def read_eva(parts: Parts) -> Read:
    """Our configuration of a module of timm's classes Eva and Beit."""
    settings: dict[str, Any] = parts.embedding()
    settings |= _block(parts) | parts.pooling() | _mlp(parts, settings["embed_dim"])
    registers = parts.registers()
    if registers:
        settings["num_registers"] = registers
    if parts.get("pos_embed") is None:
        settings["position"] = "none"
    elif parts.get("no_embed_class") and settings["class_token"] + registers:
        settings["position_prefix"] = 0
    if parts.has("rope", set(ROTARY_KINDS)):
        settings["rotary"] = _rotary(parts)
    own, shared = parts.get("blocks.0.attn.relative_position_bias_table"), parts.get("rel_pos_bias")
    if own is not None or shared is not None:
        settings["relative_bias"] = True
    return Read(_family(parts, settings), make_vit(parts.kind, **settings))


def _family(parts: Parts, settings: dict[str, Any]) -> str:
    """The row that describes such a network best; a module has no name to tell more."""
    if parts.kind == "Beit":
        return "beit"
    rotary = settings.get("rotary")
    if rotary is not None and rotary.kind == "centred":
        return "dinov3"
    return "vit-rope" if rotary is not None and "mlp_kind" not in settings else "eva-02"


def _block(parts: Parts) -> dict[str, Any]:
    """The settings of all blocks but those of their MLPs."""
    parts.check_blocks_are_alike()
    settings: dict[str, Any] = _attention(parts)
    scales = [parts.get(f"blocks.0.gamma_{i}") is not None for i in (1, 2)]
    if scales[0] != scales[1]:
        raise parts.refused("only one of a block's two sublayers is scaled")
    if BLOCKS[parts.what("blocks.0", set(BLOCKS))] == "after":
        settings["norm_place"] = "after"
    else:
        settings["layer_scale"] = scales[0]
    return settings


def _attention(parts: Parts) -> dict[str, Any]:
    attention = "blocks.0.attn"
    parts.what(attention, {"EvaAttention", "AttentionRope", "Attention"})
    parts.what(f"{attention}.gate", NOTHING)
    if parts.get(f"{attention}.proj.in_features") != parts.get("embed_dim"):
        raise parts.refused("its heads together are not as wide as its tokens")
    if parts.get(f"{attention}.num_kv_groups") not in {None, 1}:
        raise parts.refused("its heads share keys and values")
    if parts.get(f"{attention}.proj.bias") is None:
        raise parts.refused("its attention has no bias behind the heads")
    biases = ("q_bias", "qkv.bias", "q_proj.bias")
    settings: dict[str, Any] = {
        "num_heads": int(parts.get(f"{attention}.num_heads")),
        "qkv_bias": any(parts.get(f"{attention}.{bias}") is not None for bias in biases),
    }
    if parts.has(f"{attention}.q_norm", NORMS):
        settings["qk_norm"] = True
    if parts.has(f"{attention}.norm", NORMS):
        settings["attn_norm"] = True
    return settings


def _mlp(parts: Parts, dim: int) -> dict[str, Any]:
    mlp = "blocks.0.mlp"
    settings: dict[str, Any] = {"mlp_norm": True} if parts.has(f"{mlp}.norm", NORMS) else {}
    if parts.what(mlp, {"Mlp", "GluMlp", "SwiGLU"}) == "Mlp":
        return settings | {
            "mlp_ratio": ratio(int(parts.get(f"{mlp}.fc1.out_features")), dim),
            "activation": ACTIVATIONS[parts.what(f"{mlp}.act", set(ACTIVATIONS))],
        }
    parts.what(f"{mlp}.act", {"SiLU"})
    if parts.get(f"{mlp}.gate_last"):
        raise parts.refused("the gate of its MLP is its second half")
    return settings | {"mlp_kind": "swiglu", "mlp_hidden": int(parts.get(f"{mlp}.fc2.in_features"))}


def _rotary(parts: Parts) -> Rotary:
    """The rotary positions; how training moves or scales the places says nothing here."""
    for name, plain in _PLAIN.items():
        if parts.get(f"rope.{name}") not in (None, plain):
            raise parts.refused(f"its rotary positions have another {name}")
    reference = parts.get("rope.ref_feat_shape")
    return Rotary(
        kind=ROTARY_KINDS[parts.what("rope", set(ROTARY_KINDS))],
        temperature=float(parts.get("rope.temperature")),
        pairs="halves" if parts.get("blocks.0.attn.rotate_half") else "neighbours",
        columns_first=parts.get("rope.grid_indexing") == "xy",
        offset=float(parts.get("rope.grid_offset") or 0),
        reference_grid=None if reference is None else (int(reference[0]), int(reference[1])),
    )
