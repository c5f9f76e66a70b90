"""The learned filters of a patch embedding, and their principal components (ViT, arXiv 2010.11929, Fig. 7 left)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.arrays import to_numpy

if TYPE_CHECKING:
    from vitviz.tracing.segments import Network


@dataclass(frozen=True)
class PrincipalFilters:
    """Unit vectors (count, C, P, P), strongest first, and the share of the filters' variance along each (count,)."""

    components: NDArray[np.float64]
    shares: NDArray[np.float64]


def principal_filters(weight: NDArray[np.floating], count: int) -> PrincipalFilters:
    """The first ``count`` principal components of D filters (D, C, P, P), or as many as there are.

    Every filter is a point with C*P*P coordinates; the mean filter is taken off. The sign of a component means
    nothing: here its largest entry is positive.
    """
    points = weight.reshape(len(weight), -1).astype(np.float64)  # (D, C*P*P)
    points = points - points.mean(axis=0)
    _, sizes, directions = np.linalg.svd(points, full_matrices=False)  # (r,), (r, C*P*P)
    variances = sizes**2
    shares = variances / (variances.sum() or 1.0)
    kept = directions[:count]
    largest = np.abs(kept).argmax(axis=1)
    kept = kept * np.sign(kept[np.arange(len(kept)), largest])[:, None]
    return PrincipalFilters(kept.reshape(-1, *weight.shape[1:]), shares[:count])  # (count, C, P, P)


def learned_filters(network: Network) -> NDArray[np.float32]:
    """The filters (D, C, P, P) with which a model embeds its patches."""
    from vitviz.analysis.patches.embedding import patch_convolution

    weight: NDArray[np.float32] = to_numpy(patch_convolution(network).weight)
    return weight


def largest_magnitude(weights: NDArray[np.floating]) -> float:
    """The |weight| furthest from 0, where the colours of one scale for all filters end; 1 where all are 0."""
    return float(np.abs(weights).max()) or 1.0
