"""q and k with fewer digits, for a smaller file, and by how much that changes the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANTISSA = 23  # bits of a float32 behind its first one
Arrays = Mapping[str, NDArray[Any]]


def check_precision(bits: int) -> None:
    """Raise ``ValueError`` unless a float32 can be rounded to so many bits of its mantissa."""
    if not 4 <= bits < MANTISSA:
        raise ValueError(
            f"precision is a number of bits from 4 to {MANTISSA - 1}, or None for all of them, not {bits}"
        )


def rounded(values: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """Every value at the nearest float32 whose mantissa has no more than ``bits`` bits; not a finite one as it is."""
    whole = np.ascontiguousarray(values, np.float32).view(np.uint32)
    drop = MANTISSA - bits
    half = np.uint32(1 << (drop - 1))
    up = (whole >> np.uint32(drop)) & np.uint32(1)  # to even, where a value lies in the middle
    cut = (whole + (half - np.uint32(1)) + up) & np.uint32(0xFFFFFFFF ^ ((1 << drop) - 1))
    return np.where(np.isfinite(values), cut.view(np.float32), values).astype(np.float32)


def rounded_layer(
    header: Mapping[str, Any], arrays: Arrays, bits: int
) -> tuple[dict[str, NDArray[Any]], float]:
    """A layer's arrays (``layer_data``) with q and k rounded and lse made anew from them, so that rows sum to 1.

    The second value is by how much the weight of any pair changed at most.
    """
    q, k = rounded(arrays["q"], bits), rounded(arrays["k"], bits)
    lse = np.empty(arrays["lse"].shape)  # (W, H, Kq), float64
    most = 0.0
    exact = {"q": arrays["q"], "k": arrays["k"]}
    for window in range(q.shape[0]):
        for head in range(q.shape[1]):
            scores = layer_scores(header, {**arrays, "q": q, "k": k}, window, head)  # (Kq, K)
            lse[window, head] = log_sum_exp(scores)
            before = layer_scores(header, {**arrays, **exact}, window, head)
            was = np.exp(before - arrays["lse"][window, head][:, None])
            change = np.abs(np.exp(scores - lse[window, head][:, None]) - was)
            most = max(most, float(change.max()))
    return {**arrays, "q": q, "k": k, "lse": lse}, most


def layer_scores(header: Mapping[str, Any], arrays: Arrays, window: int, head: int) -> NDArray[np.float64]:
    """q k^T / sqrt(d) with bias and mask of one head of one window, (Kq, K), in float64: what the browser computes."""
    q, k = (arrays[name][window, head].astype(np.float64) for name in ("q", "k"))  # (Kq, d), (K, d)
    scores: NDArray[np.float64] = q @ k.T * q.shape[-1] ** -0.5  # (Kq, K)
    if "bias" in arrays:
        scores = scores + arrays["bias"][head]
    if "regions" in arrays:
        region = arrays["regions"][window]  # (K,)
        scores = scores + header["masked"] * (region[:, None] != region[None, :])
    if "forbidden" in arrays:
        scores = np.where(arrays["forbidden"] == 1, -np.inf, scores)
    return scores


def log_sum_exp(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """log of the sum of exp over the last axis."""
    top = scores.max(axis=-1, keepdims=True)
    sums: NDArray[np.float64] = np.log(np.exp(scores - top).sum(axis=-1)) + top[..., 0]
    return sums
