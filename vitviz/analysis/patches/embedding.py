"""Two ways from a picture to patch embeddings: flatten every patch and multiply, or convolve with a stride."""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from vitviz.analysis.line_shapes import Shown, run_shown


def unfold_and_multiply(image: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(B, C, H, W) -> (B, N, D): every patch flattened, then one matrix for all of them."""
    P = weight.shape[-1]
    patches = F.unfold(image, P, stride=P)  # (B, C*P*P, N)
    patches = patches.transpose(1, 2)  # (B, N, C*P*P)
    E = weight.flatten(1).T  # (C*P*P, D)
    x = patches @ E  # (B, N, D)
    return x if bias is None else x + bias


def strided_convolution(image: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(B, C, H, W) -> (B, N, D): a kernel as large as a patch that moves by a whole patch."""
    P = weight.shape[-1]
    x = F.conv2d(image, weight, bias, stride=P)  # (B, D, h, w)
    x = x.flatten(2)  # (B, D, N)
    return x.transpose(1, 2)  # (B, N, D)


class TwoWays(NamedTuple):
    """Both ways with the source and the shapes of each run, and the largest |difference| of their results."""

    unfold: Shown
    convolution: Shown
    gap: float


def compare(image: Tensor, weight: Tensor, bias: Tensor | None) -> TwoWays:
    """Run both ways on one picture (1, C, H, W) with the weight (D, C, P, P) and bias (D,) of a patch embedding."""
    unfold = run_shown(unfold_and_multiply, image, weight, bias)
    convolution = run_shown(strided_convolution, image, weight, bias)
    return TwoWays(unfold, convolution, (unfold.result - convolution.result).abs().max().item())
