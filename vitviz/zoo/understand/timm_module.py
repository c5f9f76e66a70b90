"""A module of timm: its configuration is read from what it is made of. Imports no timm.

Whatever a module of these classes can hold and is not named below refuses it: a setting that is overlooked would be a
network that computes something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.understand.choices import ratio
from vitviz.zoo.understand.transformers import Read, make_swin, make_vit

ACTIVATIONS = {"GELU": "gelu", "GELUTanh": "gelu_tanh", "QuickGELU": "quick_gelu"}
VITS = {"VisionTransformer", "VisionTransformerDistilled"}
SWINS = {"SwinTransformer": SwinConfig, "SwinTransformerV2": SwinV2Config}
NORMS = {"LayerNorm", "LayerNormFp32"}
NOTHING = {"Identity", "NoneType"}
BLOCKS = {"Block": "before", "ResPostBlock": "after"}


def read_module(module: nn.Module) -> Read:
    """Our configuration of a module of timm.

    Raises:
        CheckpointError: if anything in it is not known here.
    """
    kind = type(module).__name__
    if kind in VITS:
        return _vit(_Parts(module))
    if kind in SWINS:
        return _swin(_Parts(module))
    raise CheckpointError("unknown_module", kind=kind, reason="its class is not one of those")


class _Parts:
    """What a module is made of, by dotted names; what is not among what is known refuses it."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.kind = type(module).__name__

    def get(self, path: str) -> Any:
        """The part of that name, None where there is none."""
        found: Any = self.module
        for name in path.split("."):
            found = found[int(name)] if name.isdigit() else getattr(found, name, None)
            if found is None:
                return None
        return found

    def what(self, path: str, known: set[str]) -> str:
        """The class of a part, which must be known."""
        name = type(self.get(path)).__name__
        if name not in known:
            raise self.refused(f"{path} is a {name}")
        return name

    def has(self, path: str, known: set[str]) -> bool:
        """Whether there is a part of one of these classes, and not nothing."""
        return self.what(path, known | NOTHING) not in NOTHING

    def refused(self, reason: str) -> CheckpointError:
        """The error for a part that is not known."""
        return CheckpointError("unknown_module", kind=self.kind, reason=reason)


def _vit(parts: _Parts) -> Read:
    dim, depth = int(parts.get("embed_dim")), len(parts.get("blocks"))
    parts.what("patch_embed", {"PatchEmbed"})
    parts.what("patch_embed.norm", NOTHING)
    settings: dict[str, Any] = {
        "image_size": tuple(int(side) for side in parts.get("patch_embed.img_size")),
        "patch_size": _square(parts, parts.get("patch_embed.proj.kernel_size")),
        "in_channels": int(parts.get("patch_embed.proj.in_channels")),
        "embed_dim": dim,
        "depth": depth,
        "patch_bias": parts.get("patch_embed.proj.bias") is not None,
        "class_token": parts.get("cls_token") is not None,
        "num_classes": _classes(parts, "head"),
        "norm_before_blocks": parts.has("norm_pre", NORMS),
        **_block(parts, dim),
        **_pooling(parts),
    }
    for path in ("pos_drop", "patch_drop"):
        parts.what(path, {"Dropout", "PatchDropout", *NOTHING})
    registers = parts.get("reg_token")
    distilled = parts.get("dist_token") is not None
    prefix = settings["class_token"] + distilled + (0 if registers is None else registers.shape[1])
    if distilled:
        settings["distillation_token"] = True
        if _classes(parts, "head_dist") != settings["num_classes"]:
            raise parts.refused("its two heads have different classes")
    if registers is not None:
        settings["num_registers"] = int(registers.shape[1])
    if parts.get("pos_embed") is None:
        settings["position"] = "none"
    elif parts.get("no_embed_class") and prefix:
        settings["position_prefix"] = 0
    return Read(_family(settings, distilled, registers is not None), make_vit(parts.kind, **settings))


def _family(settings: Mapping[str, Any], distilled: bool, registers: bool) -> str:
    """The row that describes such a network best; a module has no name to tell more."""
    if distilled:
        return "deit-distilled"
    if settings["norm_before_blocks"]:
        return "clip"
    if settings.get("pool") == "map":
        return "siglip"
    if settings.get("norm_place") == "after":
        return "vit-rpn"
    if registers:
        return "dinov2" if settings["class_token"] else "vit-registers"
    return "vit"


def _block(parts: _Parts, dim: int) -> dict[str, Any]:
    """The settings of all blocks, which must be alike."""
    first = parts.get("blocks.0")
    if not all(_alike(block, first) for block in parts.get("blocks")):
        raise parts.refused("its blocks are not alike")
    place = BLOCKS[parts.what("blocks.0", set(BLOCKS))]
    parts.what("blocks.0.attn", {"Attention"})
    for path in ("blocks.0.attn.norm", "blocks.0.mlp.norm"):
        parts.what(path, NOTHING)
    if parts.get("blocks.0.attn.proj.bias") is None:
        raise parts.refused("its attention has no bias behind the heads")
    settings: dict[str, Any] = {
        "num_heads": int(parts.get("blocks.0.attn.num_heads")),
        "qkv_bias": parts.get("blocks.0.attn.qkv.bias") is not None,
        "norm_eps": _eps(parts, "blocks.0.norm1"),
    }
    if place == "after":
        settings["norm_place"] = place
    else:
        settings["layer_scale"] = parts.has("blocks.0.ls1", {"LayerScale"})
    if parts.has("blocks.0.attn.q_norm", NORMS):
        settings["qk_norm"] = True
    if parts.what("blocks.0.mlp", {"Mlp", "GluMlp"}) == "Mlp":
        hidden = int(parts.get("blocks.0.mlp.fc1.out_features"))
        settings["mlp_ratio"] = ratio(hidden, dim)
        settings["activation"] = ACTIVATIONS[parts.what("blocks.0.mlp.act", set(ACTIVATIONS))]
    else:
        parts.what("blocks.0.mlp.act", {"SiLU"})
        if parts.get("blocks.0.mlp.gate_last"):
            raise parts.refused("the gate of its MLP is its second half")
        settings |= {"mlp_kind": "swiglu", "mlp_hidden": int(parts.get("blocks.0.mlp.fc2.in_features"))}
    return settings


def _alike(one: nn.Module, other: nn.Module) -> bool:
    """Whether two blocks differ by nothing but how often training drops them."""
    kinds = [
        [(name, repr(part)) for name, part in block.named_modules() if not list(part.children())]
        for block in (one, other)
    ]
    kept = [[pair for pair in kind if not pair[0].startswith("drop_path")] for kind in kinds]
    return kept[0] == kept[1]


def _pooling(parts: _Parts) -> dict[str, Any]:
    pool = parts.get("global_pool")
    after = parts.has("fc_norm", NORMS)
    if after == parts.has("norm", NORMS):
        raise parts.refused("it ends with two layer norms, or with none")
    if pool not in {"token", "avg", "max", "avgmax", "map"}:
        raise parts.refused(f"its pooling is {pool!r}")
    settings: dict[str, Any] = {"pool": pool, "norm_after_pool": after}
    if parts.get("pool_include_prefix"):
        settings["pool_prefix"] = True
    if pool == "map":
        parts.what("attn_pool", {"AttentionPoolLatent"})
    else:
        parts.what("attn_pool", NOTHING)
    return settings


def _classes(parts: _Parts, head: str) -> int:
    if parts.what(head, {"Linear", *NOTHING}) in NOTHING:
        return 0
    if parts.get(f"{head}.bias") is None:
        raise parts.refused("its head has no bias")
    return int(parts.get(f"{head}.out_features"))


def _swin(parts: _Parts) -> Read:
    kind = SWINS[parts.kind]
    second = parts.kind == "SwinTransformerV2"
    parts.what("patch_embed", {"PatchEmbed"})
    parts.what("norm", NORMS)
    parts.what("head", {"ClassifierHead"})
    if parts.get("head.global_pool.pool_type") != "avg":
        raise parts.refused("its pooling is not the mean")
    layers = parts.get("layers")
    dim = int(parts.get("patch_embed.proj.out_channels"))
    settings: dict[str, Any] = {
        "image_size": tuple(int(side) for side in parts.get("patch_embed.img_size")),
        "patch_size": _square(parts, parts.get("patch_embed.proj.kernel_size")),
        "in_channels": int(parts.get("patch_embed.proj.in_channels")),
        "embed_dim": dim,
        "depths": tuple(len(layer.blocks) for layer in layers),
        "num_heads": tuple(int(layer.blocks[0].attn.num_heads) for layer in layers),
        "mlp_ratio": ratio(int(parts.get("layers.0.blocks.0.mlp.fc1.out_features")), dim),
        "activation": ACTIVATIONS[parts.what("layers.0.blocks.0.mlp.act", set(ACTIVATIONS))],
        "patch_norm": parts.has("patch_embed.norm", NORMS),
        "num_classes": _classes(parts, "head.fc"),
        "window_size": _windows(parts),
        "shift_rule": "axis",
    }
    settings |= _swin_eps(parts)
    if not second:
        settings["qkv_bias"] = parts.get("layers.0.blocks.0.attn.qkv.bias") is not None
    else:
        before = tuple(_square(parts, layer.blocks[0].attn.pretrained_window_size) for layer in layers)
        if any(before):
            settings["pretrained_window_sizes"] = before
    return Read("swin-v2" if second else "swin", make_swin(parts.kind, kind, **settings))


def _swin_eps(parts: _Parts) -> dict[str, float]:
    """Epsilon of the layer norms, and of those between the blocks where it is another."""
    inside = {_eps(parts, "norm")}
    between = {_eps(parts, "patch_embed.norm")} if parts.has("patch_embed.norm", NORMS) else set()
    for i, stage in enumerate(parts.get("layers")):
        for j in range(len(stage.blocks)):
            inside |= {_eps(parts, f"layers.{i}.blocks.{j}.norm{n}") for n in (1, 2)}
        if i:
            between.add(_eps(parts, f"layers.{i}.downsample.norm"))
    if len(inside) > 1 or len(between) > 1:
        raise parts.refused("its layer norms have different epsilons")
    if between <= inside:
        return {"norm_eps": inside.pop()}
    return {"norm_eps": inside.pop(), "merging_eps": between.pop()}


def _windows(parts: _Parts) -> int | tuple[int, ...]:
    """The window of each stage, as one number where that says the same."""
    sides = tuple(_square(parts, layer.blocks[0].window_size) for layer in parts.get("layers"))
    height, width = parts.get("patch_embed.img_size")
    patch = _square(parts, parts.get("patch_embed.proj.kernel_size"))
    largest = max(sides)
    # A stage whose map is smaller than the window has the map for its window.
    maps = [-(-min(height, width) // (patch * 2**stage)) for stage in range(len(sides))]
    if all(side == min(largest, own) for side, own in zip(sides, maps, strict=True)):
        return largest
    return sides


def _square(parts: _Parts, sides: Any) -> int:
    pair = (sides, sides) if isinstance(sides, int) else tuple(int(side) for side in sides)
    if pair[0] != pair[1]:
        raise parts.refused(f"something in it is {pair[0]} x {pair[1]}, and only squares are known")
    return int(pair[0])


def _eps(parts: _Parts, path: str) -> float:
    parts.what(path, NORMS)
    return float(parts.get(f"{path}.eps"))
