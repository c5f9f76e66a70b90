"""What timm's architectures are, from their names: sizes by the word for them, the rest by the words that follow.

A name that is not fully understood has no configuration. tests/zoo holds every name that does against timm's own model.
Imports neither torch nor timm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vitviz.models.config import SwinV2Config
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.refusals import refusal
from vitviz.zoo.understand.timm_eva import eva_architecture
from vitviz.zoo.understand.transformers import Read, make_swin, make_vit
from vitviz.zoo.understand.vit_sizes import SIZES, Size

# DINOv2's giant and that of TIPS are another size than the ViT paper's, with SwiGLU.
SWIGLU_GIANT: dict[str, Any] = {
    **Size(1536, 40, 24)._asdict(), "mlp_kind": "swiglu", "mlp_hidden": 4096
}  # fmt: skip
# Image sides where the name has none.
SIDES = {"dinov2": 518, "tipsv2": 448, "flexivit": 240}
CLIP = {"norm_before_blocks": True, "patch_bias": False, "norm_eps": 1e-5}
MEAN = {"class_token": False, "pool": "avg"}

_VIT = re.compile(
    r"(?P<kind>vit|deit|deit3)_(?P<size>[a-z0-9]+)(?P<distilled>_distilled)?_patch(?P<patch>\d+)"
    r"(?P<plus>_plus)?(?:_(?P<words>[a-z0-9_]*?[a-z][a-z0-9]*))?(?:_(?P<side>\d{3}))?"
)
_SWIN = re.compile(r"swin_(?P<size>tiny|small|base|large)_patch4_window(?P<window>\d+)_(?P<side>\d+)")
_SWIN_V2 = re.compile(
    r"swinv2_(?P<size>tiny|small|base|large)_window(?:(?P<before>\d+)to)?(?P<window>\d+)_(?:\d+to)?(?P<side>\d+)"
)
SWIN_SIZES: Mapping[str, dict[str, Any]] = {
    "tiny": {"embed_dim": 96, "depths": (2, 2, 6, 2), "num_heads": (3, 6, 12, 24)},
    "small": {"embed_dim": 96, "depths": (2, 2, 18, 2), "num_heads": (3, 6, 12, 24)},
    "base": {"embed_dim": 128, "depths": (2, 2, 18, 2), "num_heads": (4, 8, 16, 32)},
    "large": {"embed_dim": 192, "depths": (2, 2, 18, 2), "num_heads": (6, 12, 24, 48)},
}
# Swin-S3 (arXiv 2111.14725): windows of their own for every stage.
SWIN_S3: Mapping[str, dict[str, Any]] = {
    "swin_s3_tiny_224": SWIN_SIZES["tiny"] | {"window_size": (7, 7, 14, 7)},
    "swin_s3_small_224": SWIN_SIZES["small"] | {"window_size": 14},
    "swin_s3_base_224": SWIN_SIZES["tiny"] | {"depths": (2, 2, 30, 2), "window_size": (7, 7, 14, 7)},
}
# SigLIP models whose MLP has the tanh form of GELU; the older conversions have the exact one.
_SIGLIP_TANH = re.compile(
    r"vit_(?:base_patch32|so400m_patch16|giantopt_patch16)_siglip(?:_gap)?_\d+|vit_large_patch16_siglip(?:_gap)?_512"
)


def architecture(name: str) -> Read:
    """The configuration of an architecture of timm, with 1,000 classes.

    Raises:
        CheckpointError: if it is refused, or its name is not one that is known here.
    """
    base = name.partition(".")[0]  # a tag behind a point says which weights
    if code := refusal(base):
        raise CheckpointError(code, name=base)
    found = _vit(base) or _swin(base) or eva_architecture(base) or _one_of_a_kind(base)
    if found is None:
        raise CheckpointError("unknown_type", name=base)
    return found


def _vit(name: str) -> Read | None:
    match = _VIT.fullmatch(name)
    if match is None:
        return None
    words = (match["words"] or "").split("_") if match["words"] else []
    size = SIZES.get(f"{match['size']} plus" if match["plus"] else match["size"])
    if size is None:
        return None
    settings: dict[str, Any] = {**size._asdict(), "patch_size": int(match["patch"])}
    changed: tuple[str, dict[str, Any]] | None
    if match["kind"] == "deit":
        family = "deit-distilled" if match["distilled"] else "deit"
        settings |= {"distillation_token": True} if match["distilled"] else {}
        changed = None if words else (family, {})
    elif match["kind"] == "deit3":
        changed = None if words else ("deit3", {"position_prefix": 0, "layer_scale": True})
    else:
        changed = _words(name, match["size"], tuple(words), bool(match["plus"]))
    side = (
        int(match["side"]) if match["side"] else next((SIDES[word] for word in words if word in SIDES), None)
    )
    if changed is None or side is None:
        return None
    family, changes = changed
    return Read(family, make_vit(name, image_size=(side, side), **settings | changes))


def _words(name: str, size: str, words: tuple[str, ...], plus: bool) -> tuple[str, dict[str, Any]] | None:
    """The family and settings of what follows the patch size in a name, or None where it is not understood."""
    registers = next((int(word[3:]) for word in words if re.fullmatch(r"reg\d", word)), 0)
    match tuple(word for word in words if not re.fullmatch(r"reg\d", word)):
        case () if not registers:
            return "vit", {"layer_scale": True} if plus else {}
        case ("rpn",):
            return "vit-rpn", {"qkv_bias": False, "norm_place": "after"} | MEAN | AFTER
        case ("36x1",):
            return "vit", {"depth": 36, "layer_scale": True}
        case ("clip",):
            return "clip", CLIP
        case ("clip", "quickgelu"):
            return "clip", CLIP | {"activation": "quick_gelu"}
        case ("gap",) if registers:
            return "vit-registers", {"num_registers": registers} | MEAN | _registers_of(size)
        case ("gap",):
            own: dict[str, Any] = {"num_heads": 16} if size == "base" else {}
            plain = size in {"base", "huge", "giant"}
            return "vit", MEAN | own | ({} if plain else {"qkv_bias": False, "layer_scale": True})
        case ("map",) if registers:
            return "vit-registers", {"num_registers": registers, "class_token": False, "pool": "map"}
        case ("dinov2" | "tipsv2",):
            giant = SWIGLU_GIANT if size == "giant" else {}
            kept = {"num_registers": registers, "position_prefix": 0} if registers else {}
            return "dinov2", {"layer_scale": True} | kept | giant
        case ("siglip", *gap) if gap in ([], ["gap"]):
            tanh = {"activation": "gelu_tanh"} if _SIGLIP_TANH.fullmatch(name) else {}
            return "siglip", (MEAN if gap else {"class_token": False, "pool": "map"}) | tanh
    return None


AFTER = {"norm_after_pool": True}


def _registers_of(size: str) -> dict[str, Any]:
    """Of timm's models with registers and mean pooling, what differs between their sizes."""
    if size == "so150m":
        return {}
    if size == "so150m2":
        return AFTER | {"qkv_bias": False, "layer_scale": True}
    return AFTER | {"position_prefix": 0} | ({} if size == "base" else {"layer_scale": True})


def _one_of_a_kind(name: str) -> Read | None:
    if match := re.fullmatch(r"flexivit_(small|base|large)", name):
        side = SIDES["flexivit"]
        settings = {**SIZES[match[1]]._asdict(), "image_size": (side, side), "position_prefix": 0}
        return Read("vit", make_vit(name, **settings))
    if name == "vit_base_patch16_224_miil":
        return Read("vit", make_vit(name, qkv_bias=False))
    if match := re.fullmatch(r"eva_large_patch14_(196|336)", name):
        side = int(match[1])
        settings = {**SIZES["large"]._asdict(), "image_size": (side, side), "patch_size": 14, "pool": "avg"}
        return Read("vit", make_vit(name, **settings | AFTER))
    return None


def _swin(name: str) -> Read | None:
    settings: dict[str, Any] = {}
    if name in SWIN_S3:
        settings = SWIN_S3[name] | {"image_size": (224, 224)}
    elif match := _SWIN.fullmatch(name):
        side = int(match["side"])
        settings = SWIN_SIZES[match["size"]] | {
            "window_size": int(match["window"]),
            "image_size": (side, side),
        }
    if settings:
        return Read("swin", make_swin(name, **settings | SHIFTS))
    return _swin_v2(name)


def _swin_v2(name: str) -> Read | None:
    match = _SWIN_V2.fullmatch(name)
    if match is None:
        return None
    side = int(match["side"])
    settings = SWIN_SIZES[match["size"]] | {"window_size": int(match["window"]), "image_size": (side, side)}
    if match["before"]:
        settings = settings | {"pretrained_window_sizes": (12, 12, 12, 6)}
    return Read("swin-v2", make_swin(name, SwinV2Config, **settings | SHIFTS))


# timm decides on each axis alone whether windows shift.
SHIFTS = {"shift_rule": "axis"}
