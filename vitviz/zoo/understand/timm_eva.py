"""Architectures of timm's classes Eva and Beit, from their names: EVA, EVA-02, RoPE-ViT, DINOv3, BEiT.

Imports neither torch nor timm. Tests hold every name to timm's own model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from vitviz.models.config import Rotary
from vitviz.zoo.understand.transformers import Read, make_vit
from vitviz.zoo.understand.vit_sizes import SIZES, Size

_AFTER: dict[str, Any] = {"pool": "avg", "norm_after_pool": True}
_EVA_GIANT = Size(1408, 40, 16, 6144 / 1408)
_EVA_ENORMOUS = Size(1792, 64, 16, 15360 / 1792)
_EVA_GRID = (16, 16)  # the places of EVA-02 are scaled to it at any size
# DINOv3's sizes, and how wide their SwiGLU is where they have one.
_DINOV3: dict[str, tuple[Size, int | None]] = {
    "tiny": (SIZES["tiny"], None),
    "small": (SIZES["small"], None),
    "small_plus": (SIZES["small"], 1536),
    "base": (SIZES["base"], None),
    "large": (SIZES["large"], None),
    "huge_plus": (Size(1280, 32, 20), 5120),
    "7b": (Size(4096, 40, 32), 8192),
}
# LingBot-Vision (arXiv 2607.05247) is built as DINOv3 is.
_LINGBOT: dict[str, tuple[Size, int | None]] = {
    **{word: _DINOV3[word] for word in ("small", "base", "large")},
    "giant": (Size(1536, 40, 24), 4096),
}


def eva_architecture(name: str) -> Read | None:
    """The configuration of an architecture, with 1,000 classes, or None where it is none of these."""
    for pattern, read in _READERS:
        if match := re.fullmatch(pattern, name):
            return read(name, match)
    return None


def _make(family: str, name: str, size: Size, side: int, **settings: Any) -> Read:
    return Read(family, make_vit(name, **size._asdict() | {"image_size": (side, side)} | settings))


def _eva02(name: str, match: re.Match[str]) -> Read:
    size = SIZES[match["size"]]
    settings: dict[str, Any] = {"mlp_norm": True} if match["size"] in {"base", "large"} else {}
    return _make(
        "eva-02",
        name,
        size,
        int(match["side"]),
        patch_size=int(match["patch"]),
        mlp_kind="swiglu",
        mlp_hidden=int(size.embed_dim * (4 * 2 / 3)),
        rotary=Rotary("axial", 10_000.0, "neighbours", reference_grid=_EVA_GRID),
        **settings | ({"attn_norm": True} if match["clip"] else _AFTER),
    )


def _eva(name: str, match: re.Match[str]) -> Read:
    pooled = {} if match["clip"] else _AFTER
    return _make("eva-02", name, _EVA_GIANT, int(match["side"]), patch_size=14, **pooled)


def _enormous(name: str, match: re.Match[str]) -> Read:
    return _make("eva-02", name, _EVA_ENORMOUS, 224, patch_size=14, norm_place="after")


def _rope(name: str, match: re.Match[str]) -> Read:
    rotary = Rotary("axial", 100.0, "neighbours", columns_first=True)
    if match["mixed"]:
        rotary = Rotary("mixed", 10.0, "neighbours", columns_first=True)
    learned: dict[str, Any] = {"position_prefix": 0} if match["learned"] else {"position": "none"}
    return _make("vit-rope", name, SIZES[match["size"]], 224, layer_scale=True, rotary=rotary, **learned)


def _rope_gap(name: str, match: re.Match[str]) -> Read:
    return _make(
        "vit-rope",
        name,
        SIZES[match["size"]],
        256,
        layer_scale=True,
        position="none",
        class_token=False,
        num_registers=int(match["registers"]),
        qkv_bias=match["size"] != "mediumd",
        rotary=Rotary("axial", 10_000.0, "neighbours", reference_grid=_EVA_GRID),
        **_AFTER,
    )


def _dinov3(name: str, match: re.Match[str]) -> Read | None:
    if match["size"] not in _DINOV3:
        return None
    size, gated = _DINOV3[match["size"]]
    return _like_dinov3(name, size, gated, 256, pool="avg", qkv_bias=match["biased"] is not None)


def _lingbot(name: str, match: re.Match[str]) -> Read | None:
    if match["size"] not in _LINGBOT:
        return None
    size, gated = _LINGBOT[match["size"]]
    return _like_dinov3(name, size, gated, 512, pool="token", qkv_bias=match["size"] != "giant")


def _like_dinov3(name: str, size: Size, gated: int | None, side: int, **settings: Any) -> Read:
    return _make(
        "dinov3",
        name,
        size,
        side,
        layer_scale=True,
        position="none",
        num_registers=4,
        norm_eps=1e-5,
        rotary=Rotary("centred", 100.0, "halves"),
        **settings | ({"mlp_kind": "swiglu", "mlp_hidden": gated} if gated else {}),
    )


def _beit(name: str, match: re.Match[str]) -> Read:
    settings: dict[str, Any] = {"layer_scale": True, "position": "none", "relative_bias": True, **_AFTER}
    return _make("beit", name, SIZES[match["size"]], int(match["side"]), **settings)


_READERS: tuple[tuple[str, Callable[[str, re.Match[str]], Read | None]], ...] = (
    (r"eva02_(?P<size>tiny|small|base|large)_patch(?P<patch>14|16)(?P<clip>_clip)?_(?P<side>\d{3})", _eva02),
    (r"eva_giant_patch14(?P<clip>_clip)?_(?P<side>\d{3})", _eva),
    (r"eva02_enormous_patch14_clip_224", _enormous),
    (r"vit_(?P<size>small|base|large)_patch16_rope(?P<mixed>_mixed)?(?P<learned>_ape)?_224", _rope),
    (r"vit_(?P<size>medium|mediumd|betwixt|base)_patch16_rope_reg(?P<registers>\d)_gap_256", _rope_gap),
    (r"vit_(?P<size>[a-z0-9]+(?:_plus)?)_patch16_dinov3(?P<biased>_qkvb)?", _dinov3),
    (r"vit_(?P<size>[a-z]+)_patch16_lingbot", _lingbot),
    (r"beit(?:v2)?_(?P<size>base|large)_patch16_(?P<side>\d{3})", _beit),
)
