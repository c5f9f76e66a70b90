"""What a module of timm is made of, asked for by name: whatever is not among what is known refuses it. Imports no timm.

A setting that is overlooked would be a network that computes something else.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from vitviz.zoo.errors import CheckpointError

ACTIVATIONS = {"GELU": "gelu", "GELUTanh": "gelu_tanh", "QuickGELU": "quick_gelu"}
NORMS = {"LayerNorm", "LayerNormFp32"}
NOTHING = {"Identity", "NoneType"}


class Parts:
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

    def square(self, path: str) -> int:
        """The side of something square: a patch, a window."""
        sides = self.get(path)
        pair = (sides, sides) if isinstance(sides, int) else tuple(int(side) for side in sides)
        if pair[0] != pair[1]:
            raise self.refused(f"something in it is {pair[0]} x {pair[1]}, and only squares are known")
        return int(pair[0])

    def eps(self, path: str) -> float:
        """The epsilon of a layer norm."""
        self.what(path, NORMS)
        return float(self.get(f"{path}.eps"))

    def only_eps(self) -> float:
        """The epsilon that all layer norms have, which must be one."""
        found = {float(part.eps) for part in self.module.modules() if isinstance(part, nn.LayerNorm)}
        if len(found) != 1:
            raise self.refused("its layer norms have different epsilons")
        return found.pop()

    def classes(self, head: str) -> int:
        """How many class scores a head makes, 0 where there is none."""
        if self.what(head, {"Linear", *NOTHING}) in NOTHING:
            return 0
        if self.get(f"{head}.bias") is None:
            raise self.refused("its head has no bias")
        return int(self.get(f"{head}.out_features"))

    def check_blocks_are_alike(self) -> None:
        """Refuse blocks that differ by more than how often training drops them."""
        first = self.get("blocks.0")
        if not all(_alike(block, first) for block in self.get("blocks")):
            raise self.refused("its blocks are not alike")

    def embedding(self) -> dict[str, Any]:
        """The settings of a picture's way to tokens, for every ViT."""
        self.what("patch_embed", {"PatchEmbed"})
        self.what("patch_embed.norm", NOTHING)
        for path in ("pos_drop", "patch_drop"):
            self.what(path, {"Dropout", "PatchDropout", "PatchDropoutWithIndices", *NOTHING})
        return {
            "image_size": tuple(int(side) for side in self.get("patch_embed.img_size")),
            "patch_size": self.square("patch_embed.proj.kernel_size"),
            "in_channels": int(self.get("patch_embed.proj.in_channels")),
            "patch_bias": self.get("patch_embed.proj.bias") is not None,
            "embed_dim": int(self.get("embed_dim")),
            "depth": len(self.get("blocks")),
            "class_token": self.get("cls_token") is not None,
            "num_classes": self.classes("head"),
            "norm_before_blocks": self.has("norm_pre", NORMS),
            "norm_eps": self.only_eps(),
        }

    def registers(self) -> int:
        """How many registers there are."""
        tokens = self.get("reg_token")
        return 0 if tokens is None else int(tokens.shape[1])

    def pooling(self) -> dict[str, Any]:
        """The settings of what the head reads."""
        pool = self.get("global_pool")
        after = self.has("fc_norm", NORMS)
        if after == self.has("norm", NORMS):
            raise self.refused("it ends with two layer norms, or with none")
        if pool not in {"token", "avg", "max", "avgmax", "map"}:
            raise self.refused(f"its pooling is {pool!r}")
        settings: dict[str, Any] = {"pool": pool, "norm_after_pool": after}
        if self.get("pool_include_prefix"):
            settings["pool_prefix"] = True
        self.what("attn_pool", {"AttentionPoolLatent"} if pool == "map" else NOTHING)
        return settings


def _alike(one: nn.Module, other: nn.Module) -> bool:
    """Whether two blocks differ by nothing but how often training drops them."""
    kinds = [
        [(name, repr(part)) for name, part in block.named_modules() if not list(part.children())]
        for block in (one, other)
    ]
    kept = [[pair for pair in kind if not pair[0].startswith("drop_path")] for kind in kinds]
    return kept[0] == kept[1]
