"""Random changes to a batch of pictures, on the device that trains.

Every random number comes from a generator that is made for one step of one run, on the CPU, so that a run
that was stopped goes on with the same changes and every device sees the same ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from vitviz.images import IMAGENET_MEAN, IMAGENET_STD

GREY = (0.299, 0.587, 0.114)


def step_generator(seed: int, step: int, purpose: int = 0) -> Generator:
    """Randomness that depends on nothing but the run's seed, the step and what it is for."""
    mixed = (seed * 1_000_003 + step) * 31 + purpose
    return Generator().manual_seed(mixed % (1 << 63))


@dataclass(frozen=True)
class Augmentation:
    """What is done to a batch; every number is a strength, and 0 turns that change off.

    Attributes:
        crop: smallest share of the area that a random resized crop shows (1: the whole picture).
        aspect: a crop is at most this much wider or higher than square.
        colour: brightness, contrast and saturation are multiplied by something in 1 +- colour.
        erase: share of the pictures in which a rectangle becomes grey (random erasing, arXiv 1708.04896).
        mixup: share of the batches that are blended with another order of themselves (arXiv 1710.09412).
        cutmix: share of the batches in which a rectangle comes from another picture (arXiv 1905.04899).
    """

    crop: float = 0.5
    aspect: float = 4 / 3
    colour: float = 0.2
    erase: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0

    def __call__(
        self, pixels: Tensor, labels: Tensor, classes: int, size: int, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Bytes (B, 3, h, w), labels (B,) -> normalised pictures (B, 3, size, size), targets (B, classes)."""
        x = random_resized_crop(pixels.float() / 255, size, self.crop, self.aspect, generator)
        if self.colour:
            x = colour_jitter(x, self.colour, generator)
        x = normalise(x.clamp(0, 1))
        if self.erase:
            x = random_erasing(x, self.erase, generator)
        target = F.one_hot(labels, classes).to(x.dtype)
        return mix(x, target, self.mixup, self.cutmix, generator)


def normalise(x: Tensor) -> Tensor:
    """(x - mean) / std of ImageNet, for pixels in 0 to 1. (B, 3, h, w), same shape."""
    mean, std = (
        torch.tensor(values, device=x.device).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD)
    )
    return (x - mean) / std


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def random_resized_crop(x: Tensor, size: int, crop: float, aspect: float, generator: Generator) -> Tensor:
    """Show a random part of every picture, half of them mirrored. (B, 3, h, w) -> (B, 3, size, size)."""
    count = len(x)
    area = _uniform(count, crop, 1.0, generator)
    ratio = _uniform(count, -math.log(aspect), math.log(aspect), generator).exp().sqrt()
    width = (area.sqrt() * ratio).clamp(max=1)  # shares of the side
    height = (area.sqrt() / ratio).clamp(max=1)
    across = (_uniform(count, -1, 1, generator)) * (1 - width)  # centre, where -1 and 1 are the borders
    down = (_uniform(count, -1, 1, generator)) * (1 - height)
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 2] = width * mirror, across
    theta[:, 1, 1], theta[:, 1, 2] = height, down
    grid = F.affine_grid(theta.to(x), [count, 3, size, size], align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def colour_jitter(x: Tensor, strength: float, generator: Generator) -> Tensor:
    """Change brightness, contrast and saturation of every picture. (B, 3, h, w) in 0 to 1, same shape."""
    brightness, contrast, saturation = (
        _uniform(len(x), 1 - strength, 1 + strength, generator).to(x).view(-1, 1, 1, 1) for _ in range(3)
    )
    grey = (x * torch.tensor(GREY, device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)  # (B, 1, h, w)
    # All three are linear in the pixel: b * (c * (s x + (1 - s) grey) + (1 - c) mean).
    mean = grey.mean(dim=(2, 3), keepdim=True)  # (B, 1, 1, 1)
    keep = brightness * contrast
    return x * (keep * saturation) + (grey * (keep * (1 - saturation)) + mean * (brightness * (1 - contrast)))


def _rectangles(
    count: int, size: int, low: float, high: float, generator: Generator, device: torch.device
) -> Tensor:
    """Masks (count, 1, size, size), true inside one random rectangle of ``low`` to ``high`` of the area."""
    area = _uniform(count, low, high, generator)
    ratio = _uniform(count, -1.0, 1.0, generator).exp().sqrt()
    sides = [(area.sqrt() * shape).clamp(max=1) * size for shape in (ratio, 1 / ratio)]
    masks = []
    for side in sides:
        start = torch.rand(count, generator=generator) * (size - side)
        place = torch.arange(size) + 0.5
        masks.append((place >= start[:, None]) & (place < (start + side)[:, None]))  # (count, size)
    return (masks[0][:, None, :, None] & masks[1][:, None, None, :]).to(device)


def random_erasing(x: Tensor, share: float, generator: Generator) -> Tensor:
    """Put a rectangle of mean colour over ``share`` of the pictures. (B, 3, h, w), same shape."""
    inside = _rectangles(len(x), x.shape[-1], 0.02, 0.3, generator, x.device)
    chosen = (torch.rand(len(x), generator=generator) < share).to(x.device).view(-1, 1, 1, 1)
    return x.masked_fill(inside & chosen, 0.0)


def mix(
    x: Tensor, target: Tensor, mixup: float, cutmix: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Blend the batch with another order of itself, or paste a rectangle of it, or do neither.

    Targets are blended by the share of the pixels, so every row still sums to 1.
    """
    choice, share = torch.rand(2, generator=generator).tolist()
    other = torch.randperm(len(x), generator=generator).to(x.device)
    if choice < mixup:
        share *= 0.5
        return x.lerp(x[other], share), target.lerp(target[other], share)
    if choice < mixup + cutmix:
        inside = _rectangles(1, x.shape[-1], 0.5 * share, 0.5 * share, generator, x.device)
        share = inside.float().mean().item()
        return torch.where(inside, x[other], x), target.lerp(target[other], share)
    return x, target
