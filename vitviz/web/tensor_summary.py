"""A tensor of any rank as small pictures and a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.colour import Quantity, span
from vitviz.web.pooling import pool_to

MOST_TILES = 24
MOST_VALUES = 160_000
BINS = 48
BYTE_UNITS = ("B", "KiB", "MiB", "GiB")


@dataclass(frozen=True)
class TensorView:
    """The last two axes of a tensor as tiles (count, rows, columns), one for each index of the axes before them.

    ``pooled`` is how many cells one drawn cell is the mean of; ``shown_of`` how many tiles there are in all, and
    ``first`` which of them the first drawn one is.
    """

    tiles: NDArray[np.float32]
    labels: tuple[str, ...]
    limits: tuple[float, float]
    quantity: Quantity
    pooled: tuple[int, int]
    shown_of: int
    first: int = 0


@dataclass(frozen=True)
class Mark:
    """A place in tiles, those with these numbers or all: what it covers of their height and width, as shares."""

    tiles: tuple[int, ...] | None
    top: float
    height: float
    left: float
    width: float


@dataclass(frozen=True)
class Summary:
    """What a tensor spans: computed in float64 over every value."""

    low: float
    high: float
    mean: float
    std: float
    counts: tuple[int, ...]


def summarise(values: NDArray[np.generic]) -> Summary:
    """Range, mean, standard deviation (over all values) and a histogram of ``BINS`` equal bins."""
    flat = values.astype(np.float64).ravel()
    counts, _ = np.histogram(flat, bins=BINS)
    return Summary(
        float(flat.min()), float(flat.max()), float(flat.mean()), float(flat.std()), tuple(map(int, counts))
    )


def view_tensor(
    values: NDArray[np.generic], quantity: Quantity, index: Sequence[int | slice] | None = None
) -> TensorView:
    """Lay a tensor out as tiles. A vector becomes one row; a leading axis of 1 (the batch) is not counted.

    Of more than ``MOST_TILES`` those with the place that ``index`` reads are among the drawn ones.
    """
    array = np.asarray(values, dtype=np.float32)
    wanted = _tiles_of(array.shape, index) if index is not None else None
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    array = array.reshape((1,) * max(0, 2 - array.ndim) + array.shape)
    outer, rows, columns = array.shape[:-2], array.shape[-2], array.shape[-1]
    count = math.prod(outer)
    first = 0 if not wanted or wanted[-1] < MOST_TILES else min(wanted[0], count - MOST_TILES)
    stack = array.reshape(count, rows, columns)[first : first + MOST_TILES]
    labels = (
        tuple(_label(np.unravel_index(first + i, outer)) for i in range(stack.shape[0])) if outer else ("",)
    )
    drawn, pooled = pool_to(stack, MOST_VALUES // stack.shape[0])
    return TensorView(drawn, labels, span(stack, quantity), quantity, pooled, count, first)


def mark_of(shape: Sequence[int], index: Sequence[int | slice], view: TensorView) -> Mark:
    """Where the drawn tiles of a tensor with that shape hold what ``index`` reads out of it."""
    tiles = _tiles_of(shape, index)
    whole = (*index, *(slice(None),) * (len(shape) - len(index)))
    (top, height), (left, width) = (
        _share(one, length) for one, length in zip(whole[-2:], shape[-2:], strict=True)
    )
    drawn = None if len(tiles) == view.shown_of else tuple(tile - view.first for tile in tiles)
    return Mark(drawn, top, height, left, width)


def _tiles_of(shape: Sequence[int], index: Sequence[int | slice]) -> list[int]:
    """The numbers of the tiles, among all of a tensor with that shape, that hold what ``index`` reads."""
    outer = shape[:-2]
    numbers = np.arange(math.prod(outer)).reshape(outer)
    return [int(number) for number in np.ravel(numbers[tuple(index[: len(outer)])])]


def _share(one: int | slice, length: int) -> tuple[float, float]:
    """Where a place on an axis begins and how much of it it is, as shares of its length."""
    start, stop, _ = slice(one, one + 1).indices(length) if isinstance(one, int) else one.indices(length)
    return start / length, (stop - start) / length


def quantity_of(name: str | None) -> Quantity:
    """Which colour scale a tensor of that name is drawn on."""
    short = (name or "").rsplit(".", 1)[-1]
    if short == "pattern":
        return "attention"
    return "position" if short == "pos_embed" else "activation"


def size_text(nbytes: int) -> str:
    """Bytes in the largest unit that leaves a number above 1."""
    power = min(len(BYTE_UNITS) - 1, int(math.log(nbytes, 1024))) if nbytes else 0
    return f"{nbytes} B" if power == 0 else f"{nbytes / 1024**power:.1f} {BYTE_UNITS[power]}"


def shape_text(shape: tuple[int, ...]) -> str:
    """``(1, 3, 197, 64)``, as torch writes it."""
    return str(tuple(shape))


def index_text(index: Sequence[int | slice]) -> str:
    """``[0, :, 105]``, as it is written behind a tensor's name."""
    return f"[{', '.join(map(_axis_text, index))}]"


def _axis_text(one: int | slice) -> str:
    if isinstance(one, int):
        return str(one)
    return ":" if one == slice(None) else f"{one.start}:{one.stop}"


def _label(index: tuple[np.intp, ...]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"
