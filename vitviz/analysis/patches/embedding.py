"""Two methods from a picture to patch embeddings: flatten every patch and multiply, or convolve with a stride."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from vitviz.analysis.line_shapes import FunctionRun, run_with_shapes
from vitviz.analysis.patches.projection import Projection, cut_patch, project
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture
from vitviz.tracing.segments import Network
from vitviz.tracing.trace import Trace


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


class TorchMethods(NamedTuple):
    """Both methods with the source and the shapes of each run, and the largest |difference| of their results."""

    unfold: FunctionRun
    convolution: FunctionRun
    gap: float


def compare(image: Tensor, weight: Tensor, bias: Tensor | None) -> TorchMethods:
    """Run both methods on one picture (1, C, H, W) with the weight (D, C, P, P) and bias (D,) of a patch embedding."""
    unfold = run_with_shapes(unfold_and_multiply, image, weight, bias)
    convolution = run_with_shapes(strided_convolution, image, weight, bias)
    return TorchMethods(unfold, convolution, (unfold.result - convolution.result).abs().max().item())


def patch_convolution(network: Network) -> nn.Conv2d:
    """The convolution that embeds a model's patches: weight (D, C, P, P), bias (D,) or None."""
    return cast("VisionTransformer | SwinTransformer", network).patch_embed.proj


def compare_on(trace: Trace) -> TorchMethods:
    """``compare`` on the picture and with the weights of a run."""
    one_picture(trace)
    conv = patch_convolution(trace.network)
    return compare(trace["image"], conv.weight, conv.bias)


def embeddings(trace: Trace) -> NDArray[np.float32]:
    """What the model's own run made of every patch before anything was added to it, (N, D)."""
    one_picture(trace)
    values: NDArray[np.float32] = to_numpy(trace["embed"][0].reshape(-1, trace.config.embed_dim))
    return values


def gap_to_model(trace: Trace, result: NDArray[np.floating]) -> float:
    """Largest |difference| of embeddings (N, D) from the model's own."""
    return float(np.abs(result - embeddings(trace)).max())


def project_patch(trace: Trace, row: int, column: int, channel: int) -> Projection:
    """The products that make number ``channel`` of the token of the patch at (row, column) of a run."""
    one_picture(trace)
    conv, size = patch_convolution(trace.network), trace.config.patch_size
    pixels = cut_patch(to_numpy(trace["image"][0]), row, column, size)
    bias = 0.0 if conv.bias is None else conv.bias[channel].item()
    return project(pixels, to_numpy(conv.weight[channel]), bias)
