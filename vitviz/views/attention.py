"""Attention of one token in every head, laid out over the picture on one scale."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.views.colour import span

Direction = Literal["row", "column"]


class HeadMaps(NamedTuple):
    """Weights of every head: in reach without prefix tokens (H, K'), per token of the picture (H, T + N), one scale."""

    patches: NDArray[np.float32]
    tokens: NDArray[np.float32]
    limits: tuple[float, float]


def head_maps(
    weights: NDArray[np.float32], keys: NDArray[np.int64], num_patches: int, num_prefix: int
) -> HeadMaps:
    """Put the weights (H, K) of the tokens ``keys`` (K,) where those tokens lie.

    Tokens out of reach, and padding (key -1), are NaN. The scale goes from 0 to the largest weight on a patch in any
    head, so heads compare and a flat head looks flat.
    """
    tokens = np.full((weights.shape[0], num_prefix + num_patches), np.nan, dtype=np.float32)
    real = keys >= 0
    tokens[:, keys[real]] = weights[:, real]
    patches = np.where(real, weights, np.nan)[:, num_prefix:].astype(np.float32)
    return HeadMaps(patches, tokens, span(patches, "attention"))


def strongest(weights: NDArray[np.float32], count: int) -> list[tuple[int, float]]:
    """The tokens with the largest weights, largest first; NaN is no token."""
    order = np.argsort(-np.nan_to_num(weights, nan=-1.0), kind="stable")[:count]
    return [(int(token), float(weights[token])) for token in order if not np.isnan(weights[token])]
