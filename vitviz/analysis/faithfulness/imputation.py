"""Noisy linear imputation, the removal of ROAD (Rong et al. 2022, arXiv 2202.00449, section 4.2); our own code.

A removed pixel becomes the weighted mean of its eight neighbours, 1/6 of each beside it and 1/12 of each at a corner,
removed or not: one linear equation for each removed pixel. Solved together they fill a hole as smoothly as its rim
allows, so that its outline, which is the map itself, tells the network little. A little noise is added, so that the
hole is no perfectly smooth area either.

The equations, weights of neighbours outside the picture left out, are (D - W) x = b, symmetric and positive definite
wherever one pixel is left: conjugate gradients solve them for all pictures and channels at once.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BESIDE, CORNER = 1 / 6, 1 / 12
NOISE = 0.01  # standard deviation, in normalised pixels; the value of the paper's code
TOLERANCE = 1e-3  # of the residual, as a share of the right side
MOST_ITERATIONS = 2000


def imputed(image: Tensor, masks: Tensor, noise: float = NOISE, seed: int = 17) -> Tensor:
    """Pictures (R, C, H, W), each ``image`` (1, C, H, W) with the cells of one row of ``masks`` (R, h, w) made up.

    A mask is true where a cell is removed. Pixels are normalised ones. Where everything is removed nothing is left to
    go by, and every pixel is the picture's mean.

    Raises:
        ValueError: if the cells do not divide the picture.
    """
    height, width = image.shape[-2:]
    if height % masks.shape[-2] or width % masks.shape[-1]:
        raise ValueError(
            f"{tuple(masks.shape[-2:])} cells do not divide a picture of {height} x {width} pixels"
        )
    holes = masks.repeat_interleave(height // masks.shape[-2], dim=-2)  # (R, H, w)
    holes = holes.repeat_interleave(width // masks.shape[-1], dim=-1).unsqueeze(1).to(image)  # (R, 1, H, W)
    mean = image.mean(dim=(-2, -1), keepdim=True)  # (1, C, 1, 1)
    filled = image * (1 - holes) + _solved(image - mean, holes) + mean * holes  # (R, C, H, W)
    generator = torch.Generator().manual_seed(seed)
    added = noise * torch.randn(image.shape, generator=generator)  # (1, C, H, W)
    return filled + added * holes  # (R, C, H, W)


def neighbours(x: Tensor) -> Tensor:
    """The weighted sum of the eight neighbours of every pixel, 0 outside: (..., H, W), same shape."""
    x = F.pad(x, (1, 1, 1, 1))
    rows = x[..., :-2, :] + x[..., 2:, :]  # (..., H, W + 2): above and below
    corners = rows[..., :-2] + rows[..., 2:]
    beside = rows[..., 1:-1] + x[..., 1:-1, :-2] + x[..., 1:-1, 2:]
    return BESIDE * beside + CORNER * corners


def _solved(image: Tensor, holes: Tensor) -> Tensor:
    """The removed pixels of ``image`` (1, C, H, W), 0 elsewhere, for every mask (R, 1, H, W): (R, C, H, W)."""
    weight = neighbours(torch.ones_like(holes[:1]))  # (1, 1, H, W): less than 1 at the rim
    right = neighbours(image * (1 - holes)) * holes  # (R, C, H, W)
    scale = holes / weight  # the equations' diagonal, inverted: a good first step where holes are small
    x = torch.zeros_like(right)
    residual = right
    z = residual * scale
    direction = z
    rho = _dot(residual, z)
    enough = TOLERANCE**2 * _dot(right, right)
    for _ in range(MOST_ITERATIONS):
        if bool((_dot(residual, residual) <= enough).all()):
            break
        through = (weight * direction - neighbours(direction)) * holes
        step = rho / _dot(direction, through).clamp(min=1e-30)
        x = x + step * direction
        residual = residual - step * through
        z = residual * scale
        rho, before = _dot(residual, z), rho
        direction = z + rho / before.clamp(min=1e-30) * direction
    return x


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """(R, C, H, W) twice -> (R, C, 1, 1)."""
    return (a * b).sum(dim=(-2, -1), keepdim=True)
