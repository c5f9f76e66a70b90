"""Convolution as one matrix product: gather every position's pixels into a column, then multiply.

Chellapilla, Puri, Simard 2006, "High Performance Convolutional Neural Networks for Document Processing", section 3.1.
Letters: C channels, H x W pixels, K the kernel's side, h x w positions of the kernel, N = h*w, D kernels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.numpy_line_shapes import ArrayFunctionRun, run_arrays_with_shapes

Array = NDArray[Any]


def im2col(image: Array, kernel: int, stride: int, padding: int = 0, dilation: int = 1) -> Array:
    """(C, H, W) -> (C*K*K, N): one column of pixels for each position of the kernel."""
    K = kernel
    C, H, W = image.shape
    h = (H + 2 * padding - dilation * (K - 1) - 1) // stride + 1
    w = (W + 2 * padding - dilation * (K - 1) - 1) // stride + 1
    x = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    k = np.repeat(np.arange(C), K * K)  # channel
    i_in = np.tile(np.repeat(np.arange(K), K), C)  # row inside the kernel: slow
    j_in = np.tile(np.arange(K), K * C)  # column inside the kernel: fast
    i_of = np.repeat(np.arange(h), w)  # row of the position
    j_of = np.tile(np.arange(w), h)  # column of the position
    i = dilation * i_in[:, None] + stride * i_of
    j = dilation * j_in[:, None] + stride * j_of
    return x[k[:, None], i, j]


def im2col_and_multiply(image: Array, weight: Array, bias: Array | None, stride: int) -> Array:
    """(C, H, W) and D kernels (D, C, K, K) -> (N, D)."""
    columns = im2col(image, weight.shape[-1], stride)
    E = weight.reshape(len(weight), -1)
    x = E @ columns
    x = x.T
    return x if bias is None else x + bias


def run_im2col(
    image: Array, kernel: int, stride: int, padding: int = 0, dilation: int = 1
) -> ArrayFunctionRun:
    """Run ``im2col`` and keep its index arrays; the image is (C, H, W)."""
    return run_arrays_with_shapes(im2col, image, kernel, stride, padding, dilation)


def run_embedding(image: Array, weight: Array, bias: Array | None) -> ArrayFunctionRun:
    """Embed the patches of one picture (C, H, W) with a patch embedding's weight (D, C, P, P) and bias (D,): (N, D)."""
    P = weight.shape[-1]
    return run_arrays_with_shapes(im2col_and_multiply, image, weight, bias, P, also=(im2col,))
