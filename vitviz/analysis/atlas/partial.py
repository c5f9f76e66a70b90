"""What some pictures left behind, in numbers whose sums are exact: merged in any order, the same comes out.

A sum of float64 depends on its order in the last digits. So every number of a picture is rounded once, to a multiple
of 2^-40 (or 2^-32, 2^-30), and what is added are whole numbers. Largest values, least values and the top k are exact
by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.atlas.head_figures import FIGURES
from vitviz.analysis.atlas.top import Top, merge_top

# One of what is added. Squares of figures between 0 and 1 (entropy in nats: below 12) of the most pictures fit 63 bits.
FIGURE_UNITS = np.array([2.0**32 if name == "entropy" else 2.0**40 for name in FIGURES])  # (F,)
MEAN_UNIT = 2.0**30
LARGEST_MEAN = 2048.0  # of an MLP unit over the patches of a picture
MOST_PICTURES = 1 << 22
BINS = 200  # of the distribution of a head's figure over pictures, from 0 to 1
# Distances are shares of the picture's diagonal here; entropy in nats has no end, and its share stands for it.
SPREAD = tuple(name for name in FIGURES if name != "entropy")
NORM_OCTAVES = (-10, 22)  # lengths of tokens from 2^-10 to 2^22
PER_OCTAVE = 32
NORM_BINS = (NORM_OCTAVES[1] - NORM_OCTAVES[0]) * PER_OCTAVE

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Partial:
    """Sums over ``pictures`` pictures. Letters: R heads of all blocks, F figures, S figures with a distribution,
    U MLP units of all blocks, L blocks.

    ``count``, ``total``, ``square`` (R, F) are of the pictures in which a figure is defined; ``low`` and ``high``
    (R, F) its least and largest value; ``spread`` (R, S, BINS) counts pictures. ``unit_total`` (U,) sums each unit's
    mean over the patches of a picture. ``norms`` (L, NORM_BINS) counts tokens by the logarithm of their length,
    ``tokens`` and ``large`` (L,) all of them and those that are long.
    """

    pictures: int
    count: Whole
    total: Whole
    square: Whole
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    spread: Whole
    heads: Top
    unit_total: Whole
    units: Top
    norms: Whole
    tokens: Whole
    large: Whole


ADDED = ("pictures", "count", "total", "square", "spread", "unit_total", "norms", "tokens", "large")


def merge(partials: Iterable[Partial]) -> Partial:
    """All of them together. It is associative and commutative to the last digit.

    Raises:
        ValueError: if there are none, they are of different models, or of more than ``MOST_PICTURES`` pictures.
    """
    given = list(partials)
    if not given:
        raise ValueError("there is nothing to merge: not one picture was opened")
    return reduce(_merge, given)


def _merge(a: Partial, b: Partial) -> Partial:
    if a.count.shape != b.count.shape or a.units.value.shape != b.units.value.shape:
        raise ValueError("these are sums of different models, which cannot be merged")
    if a.pictures + b.pictures > MOST_PICTURES:
        raise ValueError(f"an atlas is of at most {MOST_PICTURES} pictures, so that its sums stay exact")
    merged: dict[str, Any] = {name: getattr(a, name) + getattr(b, name) for name in ADDED}
    return Partial(
        **merged,
        low=np.minimum(a.low, b.low),
        high=np.maximum(a.high, b.high),
        heads=merge_top(a.heads, b.heads),
        units=merge_top(a.units, b.units),
    )


def exact(values: NDArray[np.floating], units: NDArray[np.float64] | float) -> Whole:
    """Each value as a whole number of parts, ``units`` of which are 1; the nearest. NaN counts nothing."""
    return np.rint(np.nan_to_num(values.astype(np.float64)) * units).astype(np.int64)


def spread_of(shares: NDArray[np.float64]) -> Whole:
    """Which of the ``BINS`` each share (..., P) between 0 and 1 falls into, counted over the last axis: (..., BINS)."""
    where = np.clip(np.floor(np.nan_to_num(shares) * BINS).astype(np.int64), 0, BINS - 1)
    counts = np.zeros((*shares.shape[:-1], BINS), np.int64)
    rows = np.indices(shares.shape)[:-1]
    np.add.at(counts, (*rows, where), ~np.isnan(shares))
    return counts


def norm_counts(norms: NDArray[np.floating]) -> Whole:
    """Lengths of tokens counted in bins of a 32nd of an octave, (NORM_BINS,); those outside are in the end bins."""
    with np.errstate(divide="ignore"):
        octaves = np.log2(norms.astype(np.float64).ravel())
    where = np.floor((np.maximum(octaves, NORM_OCTAVES[0]) - NORM_OCTAVES[0]) * PER_OCTAVE).astype(np.int64)
    return np.bincount(np.clip(where, 0, NORM_BINS - 1), minlength=NORM_BINS).astype(np.int64)


def norm_quantile(counts: Whole, share: float) -> float:
    """The length that ``share`` of all tokens stay below, exact to the width of a bin, 2.2 %; NaN without tokens."""
    total = int(counts.sum())
    if not total:
        return float("nan")
    above = np.cumsum(counts)
    at = int(np.searchsorted(above, share * total))
    at = min(at, NORM_BINS - 1)
    inside = (share * total - (above[at] - counts[at])) / max(1, int(counts[at]))
    return float(2.0 ** (NORM_OCTAVES[0] + (at + min(1.0, max(0.0, float(inside)))) / PER_OCTAVE))


def to_arrays(partial: Partial) -> dict[str, NDArray[Any]]:
    """Plain arrays by name, as they are written to a file or sent between processes."""
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(partial):
        value = getattr(partial, field.name)
        if isinstance(value, Top):
            arrays |= {f"{field.name}.{part.name}": getattr(value, part.name) for part in fields(value)}
        else:
            arrays[field.name] = np.asarray(value)
    return arrays


def from_arrays(arrays: dict[str, NDArray[Any]]) -> Partial:
    """The same back.

    Raises:
        KeyError: if one is missing.
    """
    made: dict[str, Any] = {}
    for field in fields(Partial):
        if field.name in ("heads", "units"):
            made[field.name] = Top(**{part.name: arrays[f"{field.name}.{part.name}"] for part in fields(Top)})
        else:
            made[field.name] = arrays[field.name]
    return Partial(**made | {"pictures": int(made["pictures"])})
