"""A Swin of timm, of either version: its configuration is read from what it is made of. Imports no timm."""

from __future__ import annotations

from typing import Any

from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.zoo.understand.choices import ratio
from vitviz.zoo.understand.module_parts import ACTIVATIONS, NORMS, Parts
from vitviz.zoo.understand.transformers import Read, make_swin

SWINS = {"SwinTransformer": SwinConfig, "SwinTransformerV2": SwinV2Config}


def read_swin(parts: Parts) -> Read:
    """Our configuration of a Swin of timm, of either version."""
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
        "patch_size": parts.square("patch_embed.proj.kernel_size"),
        "in_channels": int(parts.get("patch_embed.proj.in_channels")),
        "embed_dim": dim,
        "depths": tuple(len(layer.blocks) for layer in layers),
        "num_heads": tuple(int(layer.blocks[0].attn.num_heads) for layer in layers),
        "mlp_ratio": ratio(int(parts.get("layers.0.blocks.0.mlp.fc1.out_features")), dim),
        "activation": ACTIVATIONS[parts.what("layers.0.blocks.0.mlp.act", set(ACTIVATIONS))],
        "patch_norm": parts.has("patch_embed.norm", NORMS),
        "num_classes": parts.classes("head.fc"),
        "window_size": _windows(parts),
        "shift_rule": "axis",
    }
    settings |= _swin_eps(parts)
    if not second:
        settings["qkv_bias"] = parts.get("layers.0.blocks.0.attn.qkv.bias") is not None
    else:
        before = tuple(
            parts.square(f"layers.{i}.blocks.0.attn.pretrained_window_size") for i in range(len(layers))
        )
        if any(before):
            settings["pretrained_window_sizes"] = before
    return Read("swin-v2" if second else "swin", make_swin(parts.kind, kind, **settings))


def _swin_eps(parts: Parts) -> dict[str, float]:
    """Epsilon of the layer norms, and of those between the blocks where it is another."""
    inside = {parts.eps("norm")}
    between = {parts.eps("patch_embed.norm")} if parts.has("patch_embed.norm", NORMS) else set()
    for i, stage in enumerate(parts.get("layers")):
        for j in range(len(stage.blocks)):
            inside |= {parts.eps(f"layers.{i}.blocks.{j}.norm{n}") for n in (1, 2)}
        if i:
            between.add(parts.eps(f"layers.{i}.downsample.norm"))
    if len(inside) > 1 or len(between) > 1:
        raise parts.refused("its layer norms have different epsilons")
    if between <= inside:
        return {"norm_eps": inside.pop()}
    return {"norm_eps": inside.pop(), "merging_eps": between.pop()}


def _windows(parts: Parts) -> int | tuple[int, ...]:
    """The window of each stage, as one number where that says the same."""
    sides = tuple(parts.square(f"layers.{i}.blocks.0.window_size") for i in range(len(parts.get("layers"))))
    height, width = parts.get("patch_embed.img_size")
    patch = parts.square("patch_embed.proj.kernel_size")
    largest = max(sides)
    # A stage whose map is smaller than the window has the map for its window.
    maps = [-(-min(height, width) // (patch * 2**stage)) for stage in range(len(sides))]
    if all(side == min(largest, own) for side, own in zip(sides, maps, strict=True)):
        return largest
    return sides
