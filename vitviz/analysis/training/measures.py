"""Norms of a network while it learns: of its gradient, and of its weights part by part."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Parts of a ViT by what the names of their parameters contain; the first that fits counts.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("patches", ("patch_embed",)),
    ("positions", ("pos_embed",)),
    ("class token", ("cls_token",)),
    ("attention", (".attn.",)),
    ("MLP", (".mlp.",)),
    ("layer norm", ("norm",)),
    ("head", ("head",)),
)


def part_of(name: str) -> str:
    """Which part of a ViT the parameter called ``name`` belongs to.

    Raises:
        KeyError: none of them.
    """
    for part, pieces in PARTS:
        if any(piece in name for piece in pieces):
            return part
    raise KeyError(name)


def norm(tensors: list[Tensor]) -> float:
    """The Euclidean length of all numbers of ``tensors`` as one vector, summed in float64; 0 for none."""
    return sum(tensor.detach().double().square().sum().item() for tensor in tensors) ** 0.5


def gradient_norm(network: nn.Module) -> float:
    """The length of the whole gradient, as it is before it is clipped."""
    return norm([p.grad for p in network.parameters() if p.grad is not None])


def weight_norms(network: nn.Module) -> dict[str, float]:
    """The length of the weights of every part that the network has, in the order of ``PARTS``."""
    found: dict[str, list[Tensor]] = {part: [] for part, _ in PARTS}
    for name, parameter in network.named_parameters():
        found[part_of(name)].append(parameter)
    return {part: norm(tensors) for part, tensors in found.items() if tensors}


def clip_factor(length: float, most: float) -> float:
    """What a gradient of that length is multiplied by, so that it is no longer than ``most``.

    As ``torch.nn.utils.clip_grad_norm_`` computes it, in float32: most / (length + 1e-6), at most 1.
    """
    return float((most / (torch.tensor(length, dtype=torch.float32) + 1e-6)).clamp(max=1.0))
