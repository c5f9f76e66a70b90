"""Patches of a picture replaced: by the picture's mean colour, by itself blurred, or by another picture.

The token stays, it only sees something else: the other way of taking a patch away, and the only one for a model whose
windows need every place filled.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

How = Literal["mean", "blur", "other"]
BLUR_PER_SIDE = 0.05  # the Gaussian's standard deviation, as a share of the picture's shorter side


def replaced(image: Tensor, masks: Tensor, how: How, other: Tensor | None = None) -> Tensor:
    """Pictures (R, C, H, W), each ``image`` (1, C, H, W) with the patches of one row of ``masks`` (R, h, w) replaced.

    A mask covers the picture with h x w equal patches and is true where a patch is replaced. ``mean``: by the mean of
    all pixels, channel by channel. ``blur``: by the picture under a Gaussian whose standard deviation is
    ``BLUR_PER_SIDE`` of its shorter side. ``other``: by the pixels of ``other``, which has the shape of ``image``.
    Pixels are normalised ones throughout.

    Raises:
        ValueError: if the patches do not divide the picture, or ``other`` is missing or of another shape.
    """
    height, width = image.shape[-2:]
    rows, columns = masks.shape[-2:]
    if height % rows or width % columns:
        raise ValueError(f"{rows} x {columns} patches do not divide a picture of {height} x {width} pixels")
    if how == "other" and (other is None or other.shape != image.shape):
        raise ValueError(f"the other picture has to have the shape {tuple(image.shape)}")
    covered = masks.repeat_interleave(height // rows, dim=-2)  # (R, H, w)
    covered = covered.repeat_interleave(width // columns, dim=-1).unsqueeze(1)  # (R, 1, H, W)
    return torch.where(covered, _stand_in(image, how, other), image)  # (R, C, H, W)


def _stand_in(image: Tensor, how: How, other: Tensor | None) -> Tensor:
    if how == "mean":
        return image.mean(dim=(-2, -1), keepdim=True)  # (1, C, 1, 1)
    if how == "other" and other is not None:
        return other
    return blurred(image, BLUR_PER_SIDE * min(image.shape[-2:]))


def blurred(image: Tensor, sigma: float) -> Tensor:
    """A picture (1, C, H, W) under a Gaussian of ``sigma`` pixels, its borders repeated outwards."""
    reach = math.ceil(3 * sigma)
    steps = torch.arange(-reach, reach + 1, dtype=image.dtype, device=image.device)
    kernel = torch.exp(-(steps**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    channels = image.shape[1]
    across = kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1)  # (C, 1, 1, 2r+1)
    image = F.conv2d(F.pad(image, (reach, reach, 0, 0), "replicate"), across, groups=channels)
    return F.conv2d(F.pad(image, (0, 0, reach, reach), "replicate"), across.mT, groups=channels)
