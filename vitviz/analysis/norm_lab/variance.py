"""The biased variance in three ways that agree on paper and not in float16 or float32.

Every sum is taken number after number in the precision of the data, as one thread would: ``np.sum`` adds pairwise and
adds float16 in float32, which would hide what is to be seen. Data sets stand side by side, so that many means cost one
walk over the numbers. Chan, Golub and LeVeque 1983, The American Statistician 37(3), compare the three.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics

Numbers = NDArray[np.floating]


class Variance(NamedTuple):
    """What a method arrived at for each of M data sets, (M,) each; ``rest`` is what ``variance`` was made from.

    ``rest`` is E[x^2] for one pass, and the sum of squared distances from the mean for the others.
    """

    mean: Numbers
    rest: Numbers
    variance: Numbers


def one_pass(x: Numbers) -> Variance:
    """E[x^2] - E[x]^2 of each column of ``x`` (n, M): the difference of two nearly equal numbers."""
    n = x.dtype.type(len(x))
    mean = _sum(x) / n
    of_squares = _sum(x * x) / n
    return Variance(mean, of_squares, of_squares - mean * mean)


def two_passes(x: Numbers) -> Variance:
    """First the mean of each column of ``x`` (n, M), then E[(x - mean)^2]."""
    n = x.dtype.type(len(x))
    mean = _sum(x) / n
    apart = x - mean
    m2 = _sum(apart * apart)
    return Variance(mean, m2, m2 / n)


def welford(x: Numbers) -> Variance:
    """Running mean and M2 of each column of ``x`` (n, M), one pass (Welford 1962, Technometrics 4(3))."""
    mean, m2 = np.zeros_like(x[0]), np.zeros_like(x[0])
    for count, value in enumerate(x, start=1):
        delta = value - mean
        mean = mean + delta / x.dtype.type(count)
        m2 = m2 + delta * (value - mean)
    return Variance(mean, m2, m2 / x.dtype.type(len(x)))


METHODS: Mapping[str, Callable[[Numbers], Variance]] = {
    "one_pass": one_pass,
    "two_passes": two_passes,
    "welford": welford,
}


class Measured(NamedTuple):
    """One method on so many ``numbers`` in one precision, and its relative error (M,) against float64.

    The error is NaN where the numbers do not fit the precision or are all equal in it.
    """

    found: Variance
    error: NDArray[np.float64]
    numbers: int


def data(normal: NDArray[np.float64], means: NDArray[np.float64], spread: float, dtype: DTypeLike) -> Numbers:
    """``spread`` * ``normal`` (n,) around each of ``means`` (M,), rounded to ``dtype``: (n, M)."""
    with np.errstate(over="ignore"):
        rounded: Numbers = (means + spread * normal[:, None]).astype(dtype)  # (n, M)
    return rounded


def reference(x: Numbers) -> NDArray[np.float64]:
    """The variance of the rounded numbers themselves, two passes in float64, (M,)."""
    with np.errstate(invalid="ignore"):
        exact: NDArray[np.float64] = x.astype(np.float64).var(axis=0)
    return exact


def measure(x: Numbers) -> dict[str, Measured]:
    """Every method on ``x`` (n, M) in its own precision. Relative error: |variance - reference| / reference."""
    exact = reference(x)
    measured = {}
    with np.errstate(all="ignore"):  # overflow and the variance that breaks are what is looked for
        for name, method in METHODS.items():
            found = method(x)
            error = np.abs(found.variance.astype(np.float64) - exact) / np.where(exact > 0, exact, np.nan)
            measured[name] = Measured(found, error, len(x))
    return measured


class TorchsOwn(NamedTuple):
    """What torch's layer norm kernel found for one row: its mean, 1 / sqrt(variance), and the variance from that."""

    mean: float
    rstd: float
    variance: float


def torchs_own(row: Numbers) -> TorchsOwn:
    """``torch.native_layer_norm`` on ``row`` (n,) with eps = 0; it gives 1 / sqrt(variance) in the row's precision."""
    import torch

    values = torch.from_numpy(np.ascontiguousarray(row))
    _, mean, rstd = torch.native_layer_norm(values, [len(row)], None, None, 0.0)
    scale = rstd.item()
    return TorchsOwn(mean.item(), scale, scale**-2 if scale else math.inf)


def _sum(x: Numbers) -> Numbers:
    """The sum of each column of ``x`` (n, M), added from the top to the bottom and rounded after every number."""
    total: Numbers = np.add.accumulate(x, axis=0, dtype=x.dtype)[-1]
    return total


Verdict = Literal["good", "inexact", "wrong", "negative", "overflow", "flat", "no_data"]
FAILURES: tuple[Verdict, ...] = ("wrong", "negative", "overflow")
# From which relative error on a variance is called wrong, and from which on inexact.
WRONG, INEXACT = 0.1, 1e-3


def verdict(variance: float, exact: float) -> Verdict:
    """What a variance is worth beside the exact one of the same rounded numbers."""
    if not np.isfinite(exact):
        return "no_data"
    if not np.isfinite(variance):
        return "overflow"
    if variance < 0:
        return "negative"
    if exact == 0:
        return "flat" if variance == 0 else "wrong"
    error = abs(variance - exact) / exact
    return "wrong" if error > WRONG else "inexact" if error > INEXACT else "good"


def first_failure(measured: Measured, exact: NDArray[np.float64]) -> int | None:
    """Number of the first data set whose variance is wrong or none at all; ``exact`` (M,) are the true ones."""
    judged = (
        verdict(float(found), float(true)) for found, true in zip(measured.found.variance, exact, strict=True)
    )
    return next((number for number, one in enumerate(judged) if one in FAILURES), None)


def broken(measured: Measured) -> NDArray[np.bool_]:
    """Where a method gave no variance at all, (M,): negative, infinite or NaN."""
    variance = measured.found.variance.astype(np.float64)
    gone: NDArray[np.bool_] = ~np.isfinite(variance) | (variance < 0)
    return gone


class Nearest(NamedTuple):
    """The layer norm of a model at which some token's mean is largest beside its standard deviation."""

    name: str
    ratio: float


def nearest_to_trouble(statistics: Sequence[NormStatistics]) -> Nearest:
    """Where a run comes nearest to the large means with which one pass fails."""
    ratios = [float(np.max(np.abs(one.mean) / one.scale)) for one in statistics]
    worst = int(np.argmax(ratios))
    return Nearest(statistics[worst].name, ratios[worst])
