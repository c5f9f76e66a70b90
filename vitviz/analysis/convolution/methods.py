"""Three methods from a picture to patch embeddings, and how far apart their results are."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.convolution.im2col import run_embedding
from vitviz.analysis.line_shapes import FunctionRun
from vitviz.analysis.numpy_line_shapes import ArrayFunctionRun
from vitviz.analysis.patches.embedding import compare, patch_convolution
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

METHODS = ("unfold", "convolution", "im2col")


class EmbeddingRuns(NamedTuple):
    """The runs with their sources, what each gave (N, D), and the largest |difference| of each pair."""

    unfold: FunctionRun
    convolution: FunctionRun
    im2col: ArrayFunctionRun
    results: dict[str, NDArray[np.floating]]
    gaps: dict[tuple[str, str], float]


def run_methods(image: Tensor, weight: Tensor, bias: Tensor | None) -> EmbeddingRuns:
    """Embed one picture (1, C, H, W) by every method, with the weight (D, C, P, P) and bias (D,) of an embedding."""
    with_torch = compare(image, weight, bias)
    by_hand = run_embedding(to_numpy(image[0]), to_numpy(weight), None if bias is None else to_numpy(bias))
    results: dict[str, NDArray[np.floating]] = {
        "unfold": to_numpy(with_torch.unfold.result[0]),
        "convolution": to_numpy(with_torch.convolution.result[0]),
        "im2col": by_hand.result,
    }
    gaps = {
        (one, other): float(np.abs(results[one] - results[other]).max())
        for one, other in combinations(METHODS, 2)
    }
    return EmbeddingRuns(with_torch.unfold, with_torch.convolution, by_hand, results, gaps)


def run_methods_on(trace: Trace) -> EmbeddingRuns:
    """``run_methods`` on the picture and with the weights of a run."""
    one_picture(trace)
    conv = patch_convolution(trace.network)
    bias = None if conv.bias is None else conv.bias.detach()
    return run_methods(trace["image"], conv.weight.detach(), bias)
