"""Three ways from a picture to patch embeddings, and how far apart their results are."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.convolution.im2col import run_embedding
from vitviz.analysis.line_shapes import Shown
from vitviz.analysis.numpy_line_shapes import ShownArrays
from vitviz.analysis.patches.embedding import compare

WAYS = ("unfold", "convolution", "im2col")


class ThreeWays(NamedTuple):
    """The runs with their sources, what each gave (N, D), and the largest |difference| of each pair."""

    unfold: Shown
    convolution: Shown
    im2col: ShownArrays
    results: dict[str, NDArray[np.floating]]
    gaps: dict[tuple[str, str], float]


def three_ways(image: Tensor, weight: Tensor, bias: Tensor | None) -> ThreeWays:
    """Embed one picture (1, C, H, W) with the weight (D, C, P, P) and bias (D,) of a patch embedding, thrice."""
    torch_ways = compare(image, weight, bias)
    by_hand = run_embedding(image[0].numpy(), weight.numpy(), None if bias is None else bias.numpy())
    results: dict[str, NDArray[np.floating]] = {
        "unfold": torch_ways.unfold.result[0].numpy(),
        "convolution": torch_ways.convolution.result[0].numpy(),
        "im2col": by_hand.result,
    }
    gaps = {
        (one, other): float(np.abs(results[one] - results[other]).max())
        for one, other in combinations(WAYS, 2)
    }
    return ThreeWays(torch_ways.unfold, torch_ways.convolution, by_hand, results, gaps)
