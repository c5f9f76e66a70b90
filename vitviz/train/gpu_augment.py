"""Strong random changes to a whole batch at once, made where the batch lies.

``augment.py`` draws its random numbers on the CPU so that a run can be repeated to the bit. Here they are drawn on
the device, every picture gets its own, and nothing waits for the CPU: a GPU is fed from bytes that lie on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.train.augment import GREY, normalise


@dataclass(frozen=True)
class Strong:
    """What is done to a batch; every number is a strength or a share, and 0 (for ``crop`` 1) turns it off.

    Attributes:
        crop: smallest share of the area that a random resized crop shows.
        aspect: a crop is at most this much wider or higher than square.
        turn: share of the pictures that are turned, by up to 20 degrees.
        colour: brightness, contrast and saturation are multiplied by something in 1 +- colour.
        hue: the hue turns by up to this share of a full circle.
        grey: share of the pictures that lose their colour.
        curve: share of the pictures with a tone curve: a gamma, a posterisation or a solarisation.
        sharp: share of the pictures that are blurred or sharpened.
        erase: share of the pictures in which a rectangle becomes grey (arXiv 1708.04896).
        mixup: share of the pictures that are blended with another one (arXiv 1710.09412).
        cutmix: share of the pictures that get a rectangle of another one (arXiv 1905.04899).
    """

    crop: float = 0.3
    aspect: float = 4 / 3
    turn: float = 0.3
    colour: float = 0.4
    hue: float = 0.05
    grey: float = 0.05
    curve: float = 0.25
    sharp: float = 0.25
    erase: float = 0.25
    mixup: float = 0.3
    cutmix: float = 0.4

    def __call__(self, pixels: Tensor, target: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Bytes (B, 3, h, w), targets (B, K) -> normalised pictures (B, 3, size, size), targets (B, K)."""
        x = cropped(pixels.float() / 255, size, self)
        x = normalise(recoloured(x, self).clamp(0, 1))
        return mixed(erased(x, self.erase), target, self.mixup, self.cutmix)


def _uniform(x: Tensor, low: float, high: float) -> Tensor:
    """One random number for each picture, (B,)."""
    return torch.rand(len(x), device=x.device) * (high - low) + low


def _chosen(x: Tensor, share: float) -> Tensor:
    """Which pictures something happens to, (B, 1, 1, 1)."""
    return (torch.rand(len(x), device=x.device) < share).view(-1, 1, 1, 1)


def cropped(x: Tensor, size: int, strong: Strong) -> Tensor:
    """A random part of every picture, half of them mirrored, some turned. (B, 3, h, w) -> (B, 3, size, size)."""
    area = _uniform(x, strong.crop, 1.0)
    ratio = _uniform(x, -math.log(strong.aspect), math.log(strong.aspect)).exp().sqrt()
    width, height = (
        (area.sqrt() * ratio).clamp(max=1),
        (area.sqrt() / ratio).clamp(max=1),
    )  # shares of the side
    across, down = _uniform(x, -1, 1) * (1 - width), _uniform(x, -1, 1) * (1 - height)
    width = torch.where(_uniform(x, 0, 1) < 0.5, -width, width)
    angle = _uniform(x, -math.pi / 9, math.pi / 9) * (_uniform(x, 0, 1) < strong.turn)
    sine, cosine = angle.sin(), angle.cos()
    theta = torch.stack(
        [
            torch.stack([width * cosine, -height * sine, across], dim=1),
            torch.stack([width * sine, height * cosine, down], dim=1),
        ],
        dim=1,
    )  # (B, 2, 3)
    grid = F.affine_grid(theta, [len(x), 3, size, size], align_corners=False)
    return F.grid_sample(x, grid, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(0, 1)


def colour_matrix(x: Tensor, strong: Strong) -> Tensor:
    """Saturation, hue and greyness as one matrix a picture: (B, 3, 3), every row summing to 1."""
    grey = torch.tensor(GREY, device=x.device).expand(3, 3)  # every row is the weights of grey
    saturation = _uniform(x, 1 - strong.colour, 1 + strong.colour)
    saturation = torch.where(_chosen(x, strong.grey).flatten(), torch.zeros_like(saturation), saturation)
    angle = _uniform(x, -strong.hue, strong.hue) * 2 * math.pi
    # A turn about the grey axis (1, 1, 1) by Rodrigues' formula.
    across = torch.tensor(
        [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]], device=x.device
    ) / math.sqrt(3)
    along = torch.full((3, 3), 1 / 3, device=x.device)
    eye = torch.eye(3, device=x.device)
    sine, cosine = (part.view(-1, 1, 1) for part in (angle.sin(), angle.cos()))
    hue = cosine * eye + sine * across + (1 - cosine) * along  # (B, 3, 3)
    keep = saturation.view(-1, 1, 1)
    return (keep * eye + (1 - keep) * grey) @ hue


def recoloured(x: Tensor, strong: Strong) -> Tensor:
    """Change colours, tones and sharpness of pictures in 0 to 1. (B, 3, h, w), same shape."""
    matrix = colour_matrix(x, strong)
    x = torch.einsum("bij,bjhw->bihw", matrix, x)
    brightness = _uniform(x, 1 - strong.colour, 1 + strong.colour).view(-1, 1, 1, 1)
    contrast = _uniform(x, 1 - strong.colour, 1 + strong.colour).view(-1, 1, 1, 1)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    x = ((x - mean) * contrast + mean) * brightness
    x = x.clamp(0, 1)
    kind = torch.randint(3, (len(x), 1, 1, 1), device=x.device)
    gamma = _uniform(x, -0.6, 0.6).exp().view(-1, 1, 1, 1)
    steps = _uniform(x, 4, 16).round().view(-1, 1, 1, 1)
    threshold = _uniform(x, 0.5, 1.0).view(-1, 1, 1, 1)
    curved = torch.where(
        kind == 0,
        x.clamp(min=1e-4) ** gamma,
        torch.where(kind == 1, (x * steps).round() / steps, torch.where(x > threshold, 1 - x, x)),
    )
    x = torch.where(_chosen(x, strong.curve), curved, x)
    amount = _uniform(x, -1.0, 1.0).view(-1, 1, 1, 1) * _chosen(x, strong.sharp)
    return x + amount * (F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False) - x)


def rectangles(x: Tensor, area: Tensor) -> Tensor:
    """A random rectangle in every picture with a share ``area`` (B,) of it, inside it: (B, 1, h, w) booleans."""
    height, width = x.shape[-2:]
    ratio = _uniform(x, -0.7, 0.7).exp().sqrt()
    masks = []
    for side, share in ((height, area.sqrt() * ratio), (width, area.sqrt() / ratio)):
        length = share.clamp(max=1) * side
        start = (_uniform(x, 0, 1) * (side - length)).unsqueeze(1)
        place = torch.arange(side, device=x.device) + 0.5
        masks.append((place >= start) & (place < start + length.unsqueeze(1)))  # (B, side)
    return masks[0][:, None, :, None] & masks[1][:, None, None, :]


def erased(x: Tensor, share: float) -> Tensor:
    """Put a rectangle of mean colour over a share of the pictures. (B, 3, h, w), same shape."""
    inside = rectangles(x, _uniform(x, 0.02, 0.3))
    return x.masked_fill(inside & _chosen(x, share), 0.0)


def mixed(x: Tensor, target: Tensor, mixup: float, cutmix: float) -> tuple[Tensor, Tensor]:
    """Blend some pictures with another one, give some a rectangle of another one, leave the rest alone.

    Targets are blended by the share of the pixels, so every row still sums to 1.
    """
    other = torch.randperm(len(x), device=x.device)
    what = _uniform(x, 0, 1).view(-1, 1, 1, 1)
    blend = what < mixup
    paste = (what >= mixup) & (what < mixup + cutmix)
    inside = rectangles(x, _uniform(x, 0.05, 0.5)) & paste
    weight = torch.where(blend, _uniform(x, 0.0, 0.5).view(-1, 1, 1, 1), inside.float())  # (B, 1, h, w)
    share = weight.mean(dim=(1, 2, 3)).unsqueeze(1)
    return torch.lerp(x, x[other], weight), torch.lerp(target, target[other], share)
