"""The main directions of patch tokens (PCA), as three colours that keep their meaning from block to block.

DINOv2 (Oquab et al. 2023, arXiv 2304.07193, Fig. 1) shows patches by their first three components. A component's sign
means nothing, and two components of nearly the same variance may change places from one block to the next, so that
pictures of a depth flicker. Here each block's three are put into the order, and given the signs, in which their
projections agree best with those of the block before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.likeness.vectors import Kind, token_vectors
from vitviz.analysis.places import count_mergings
from vitviz.tracing.arrays import wide

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

COLOURS = 3
CLIPPED = (1.0, 99.0)  # percentiles of all patches of all pictures, where a colour begins and ends
FLAT = 1e-9  # a direction along which so small a part of the variance lies has no colours


@dataclass(frozen=True)
class Components:
    """Three directions of one block, in the order of the colours: of what they are made, and what lies along them.

    ``projections`` has an array (P, 3) for each picture, P its patches; ``share`` (3,) is the part of the variance of
    all patches along each direction. ``mean`` (D,) is that of all patches, ``directions`` (3, D) have length 1, or 0
    where there are fewer than three.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    share: NDArray[np.float64]
    projections: tuple[NDArray[np.float64], ...]

    @property
    def spans(self) -> NDArray[np.float64]:
        """The 1st and 99th percentile of the projections of all pictures together, (3, 2)."""
        ends: NDArray[np.float64] = np.percentile(np.concatenate(self.projections), CLIPPED, axis=0).T
        return ends

    def colours(self, picture: int = 0) -> NDArray[np.float64]:
        """Red, green and blue of every patch of a picture, 0 to 1: (P, 3); 0.5 along a direction without variance."""
        low, high = self.spans.T  # (3,) each
        wide_enough = (self.share > FLAT) & (high > low)
        scaled = (self.projections[picture] - low) / np.where(wide_enough, high - low, 1)  # (P, 3)
        return np.where(wide_enough, scaled.clip(0, 1), 0.5)


def principal_components(pictures: Sequence[NDArray[np.floating]]) -> Components:
    """The three directions of most variance of the patches (P, D) of one picture, or of several together.

    The mean over all patches is taken off first. A direction's largest number is positive, so that it does not matter
    which picture comes first.
    """
    x = np.concatenate(pictures).astype(np.float64)  # (P of all, D)
    mean = x.mean(axis=0)  # (D,)
    x = x - mean
    found = _directions(x)  # (3, D)
    projections = x @ found.T  # (P of all, 3)
    total = float(np.square(x).sum())
    share = np.square(projections).sum(axis=0) / total if total else np.zeros(COLOURS)
    ends = np.cumsum([len(one) for one in pictures])[:-1]
    return Components(mean, found, share, tuple(np.split(projections, ends)))


def _directions(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The right singular vectors of (P, D) with the three largest values, from the smaller of the two products."""
    patches, width = x.shape
    square = x.T @ x if width <= patches else x @ x.T
    values, vectors = np.linalg.eigh(square)  # from the smallest on
    largest = np.argsort(values)[::-1][:COLOURS]
    found = vectors[:, largest].T  # (<=3, D or P)
    found = found if width <= patches else found @ x  # (<=3, D)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    solid = values[largest, None] > FLAT * max(float(values.max()), 0.0)
    found = np.where(solid, found / np.where(lengths > 0, lengths, 1), 0.0)
    signs = np.sign(np.take_along_axis(found, np.abs(found).argmax(axis=1)[:, None], axis=1))  # (<=3, 1)
    found = found * np.where(signs == 0, 1, signs)
    return np.concatenate([found, np.zeros((COLOURS - len(found), width))])  # (3, D)


def aligned(found: Components, before: Sequence[NDArray[np.float64]]) -> Components:
    """The same directions in the order and with the signs in which they agree best with ``before``.

    ``before`` are the projections (P, 3) of the same patches in the block before. What is made largest is the sum of
    the three |correlations|; each correlation is then made positive.
    """
    now = np.concatenate(found.projections)  # (P of all, 3)
    agreement = _unit(np.concatenate(before)).T @ _unit(now)  # (3 before, 3 now)
    orders = [np.array(each) for each in permutations(range(COLOURS))]
    order = max(orders, key=lambda each: float(np.abs(agreement[np.arange(COLOURS), each]).sum()))
    signs = np.where(agreement[np.arange(COLOURS), order] < 0, -1.0, 1.0)  # (3,)
    return replace(
        found,
        directions=found.directions[order] * signs[:, None],
        share=found.share[order],
        projections=tuple(one[:, order] * signs for one in found.projections),
    )


def components_by_depth(
    traces: Sequence[Trace], kind: Kind = "stream", head: int | None = None
) -> Iterator[Components | None]:
    """``principal_components`` of every block in turn, for one picture or for several runs of one model together.

    Prefix tokens are left out. A block of a Swin's next stage is compared with the block before by the mean over the
    patches that were merged. None stands for a block that has no such ``head``: a Swin's first stages have fewer.

    Raises:
        ValueError: if a head is asked of the stream.
    """
    before: list[NDArray[np.float64]] = []
    maps: list[tuple[int, int]] = []
    for blocks in zip(*(trace.blocks for trace in traces), strict=True):
        if head is not None and kind != "stream" and head >= blocks[0].num_heads:
            yield None
            continue
        vectors = [wide(token_vectors(block, kind, head)[block.num_prefix :]).numpy() for block in blocks]
        found = principal_components(vectors)
        now = [block.map_size for block in blocks]
        if before:
            found = aligned(found, [merged(*one) for one in zip(before, maps, now, strict=True)])
        before, maps = list(found.projections), now
        yield found


def merged(
    values: NDArray[np.float64], fine: tuple[int, int], coarse: tuple[int, int]
) -> NDArray[np.float64]:
    """The mean of (P, C) over the patches of a map ``fine`` that are one patch of a map ``coarse``, row by row.

    Raises:
        ValueError: if no mergings lead from one map to the other.
    """
    times = count_mergings(fine, coarse)
    if times is None:
        raise ValueError(f"no way by mergings from a map of {fine} to one of {coarse}")
    row, column = np.divmod(np.arange(len(values)), fine[1])
    into = (row >> times) * coarse[1] + (column >> times)  # (P,)
    total = np.zeros((coarse[0] * coarse[1], values.shape[1]))
    np.add.at(total, into, values)
    return total / np.bincount(into, minlength=len(total))[:, None]


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns without their means and of length 1; those that do not vary are 0."""
    centred = values - values.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    unit: NDArray[np.float64] = centred / np.where(lengths > 0, lengths, 1)
    return unit
