"""A module of timm: its configuration is read from what it is made of. Imports no timm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.understand.choices import ratio
from vitviz.zoo.understand.eva_module import EVAS, read_eva
from vitviz.zoo.understand.module_parts import ACTIVATIONS, NORMS, NOTHING, Parts
from vitviz.zoo.understand.swin_module import SWINS, read_swin
from vitviz.zoo.understand.transformers import Read, make_vit

VITS = {"VisionTransformer", "VisionTransformerDistilled"}
BLOCKS = {"Block": "before", "ResPostBlock": "after"}


def read_module(module: nn.Module) -> Read:
    """Our configuration of a module of timm.

    Raises:
        CheckpointError: if anything in it is not known here.
    """
    kind = type(module).__name__
    if kind in VITS:
        return _vit(Parts(module))
    if kind in EVAS:
        return read_eva(Parts(module))
    if kind in SWINS:
        return read_swin(Parts(module))
    raise CheckpointError("unknown_module", kind=kind, reason="its class is not one of those")


def _vit(parts: Parts) -> Read:
    settings: dict[str, Any] = parts.embedding()
    settings |= _block(parts, settings["embed_dim"]) | parts.pooling()
    registers = parts.registers()
    distilled = parts.get("dist_token") is not None
    prefix = settings["class_token"] + distilled + registers
    if distilled:
        settings["distillation_token"] = True
        if parts.classes("head_dist") != settings["num_classes"]:
            raise parts.refused("its two heads have different classes")
    if registers:
        settings["num_registers"] = registers
    if parts.get("pos_embed") is None:
        settings["position"] = "none"
    elif parts.get("no_embed_class") and prefix:
        settings["position_prefix"] = 0
    return Read(_family(settings, distilled, registers > 0), make_vit(parts.kind, **settings))


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


def _block(parts: Parts, dim: int) -> dict[str, Any]:
    """The settings of all blocks, which must be alike."""
    parts.check_blocks_are_alike()
    place = BLOCKS[parts.what("blocks.0", set(BLOCKS))]
    parts.what("blocks.0.attn", {"Attention"})
    for path in ("blocks.0.attn.norm", "blocks.0.mlp.norm"):
        parts.what(path, NOTHING)
    if parts.get("blocks.0.attn.proj.bias") is None:
        raise parts.refused("its attention has no bias behind the heads")
    settings: dict[str, Any] = {
        "num_heads": int(parts.get("blocks.0.attn.num_heads")),
        "qkv_bias": parts.get("blocks.0.attn.qkv.bias") is not None,
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
