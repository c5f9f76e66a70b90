"""Runs of a ViT whose positions or whose patches' order were changed: real runs, through the probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from vitviz.models.positions import resize_positions
from vitviz.models.vit import VisionTransformer
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.guards import with_classes
from vitviz.tracing.interventions import Edit

# What happens to the sequence before the first block. "contents" are shuffled under fixed positions, "tokens" together
# with their positions; "removed" has no positions, "removed_shuffled" neither positions nor order.
Change = Literal["removed", "contents", "tokens", "removed_shuffled"]


def changes(network: VisionTransformer) -> tuple[Change, ...]:
    """The changes that make sense for this network: without positions there is nothing to remove."""
    if network.config.position == "none":
        return ("contents", "tokens")
    return ("removed", "contents", "tokens", "removed_shuffled")


@dataclass(frozen=True)
class AfterBlock:
    """A probe that changes nothing and calls ``callback`` after every block; what that raises ends the run."""

    callback: Callable[[], None]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Pass everything on."""
        if name.endswith(".resid_post"):
            self.callback()
        return tensor

    def wants(self, name: str) -> bool:
        """Nothing need be made for it."""
        return False


def changed_logits(
    network: VisionTransformer, image: Tensor, change: Change, order: Tensor, watch: Probe = no_probe
) -> Tensor:
    """Class scores (K,) of one picture (1, C, H, W) with ``change``; ``order`` (h*w,) is which patch comes where.

    Prefix tokens keep their place. ``watch`` is a probe that is called after the change.
    """
    with_classes(network.config)
    kept = network.config.num_prefix

    def moved(x: Tensor) -> Tensor:
        return torch.cat([x[:, :kept], x[:, kept:][:, order]], dim=1)  # (1, N, D)

    every: dict[Change, dict[str, Callable[[Tensor], Tensor]]] = {
        "removed": {"pos_embed": torch.zeros_like},
        "contents": {"tokens": moved},
        "tokens": {"full_embed": moved},
        "removed_shuffled": {"pos_embed": torch.zeros_like, "tokens": moved},
    }
    with torch.no_grad():
        return network(image, Chain((Edit(every[change]), watch)))[0]  # (K,)


def resized_positions(
    network: VisionTransformer, grid: tuple[int, int], mode: str, antialias: bool
) -> Tensor:
    """What ``network.positions(grid)`` would be with this ``mode`` and ``antialias``: (1, N, D).

    Raises:
        ValueError: if the model did not learn its positions, so that there is nothing to interpolate.
    """
    config, table = network.config, network.pos_embed
    if table is None:
        raise ValueError(f"positions of kind {config.position!r} are not interpolated")
    own = config.num_position_prefix
    patches = resize_positions(table[:, own:], config.grid, grid, mode, antialias)  # (1, h*w, D)
    without = patches.new_zeros(1, config.num_prefix - own, config.embed_dim)
    return torch.cat([table[:, :own], without, patches], dim=1)  # (1, N, D)


def logits_at_size(
    network: VisionTransformer, image: Tensor, positions: Tensor | None = None, watch: Probe = no_probe
) -> Tensor:
    """Class scores (K,) of a picture (1, C, H, W) of any size; with ``positions`` (1, N, D) in place of the model's."""
    with_classes(network.config)
    edits: dict[str, Callable[[Tensor], Tensor]] = {}
    if positions is not None:
        edits["pos_embed"] = lambda _: positions
    with torch.no_grad():
        return network(image, Chain((Edit(edits), watch)))[0]  # (K,)
