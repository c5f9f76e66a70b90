"""An atlas as a whole: what it is of, its sums, the names of its pictures, and thumbnails of the most exciting ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.atlas.batch import BlockPlace
from vitviz.analysis.atlas.head_figures import FIGURES, diagonal
from vitviz.analysis.atlas.partial import BINS, FIGURE_UNITS, MEAN_UNIT, SPREAD, Partial, norm_quantile

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class Figure(NamedTuple):
    """One figure of one head over all pictures: mean, standard deviation, least and largest; NaN where none has it."""

    mean: float
    deviation: float
    low: float
    high: float


class Excited(NamedTuple):
    """A picture that excites something, and how much: the patch of the block's map, and the one it looks at most."""

    value: float
    picture: int
    patch: int
    looks: int


@dataclass(frozen=True)
class Header:
    """What an atlas is of. ``weights`` is the SHA-256 of the model's weights, ``height`` and ``width`` of its input."""

    model: str
    title: str
    weights: str
    preprocessing: str
    height: int
    width: int
    prefix: tuple[str, ...]
    blocks: tuple[BlockPlace, ...]
    top: int
    refused: int
    made_with: str

    @property
    def diagonal(self) -> float:
        """Of a picture in pixels: what distances are shares of in the sums."""
        return diagonal(self.height, self.width)

    @property
    def num_heads(self) -> int:
        """Heads of all blocks."""
        return sum(block.heads for block in self.blocks)

    @property
    def num_units(self) -> int:
        """MLP units of all blocks."""
        return sum(block.units for block in self.blocks)


@dataclass(frozen=True)
class Atlas:
    """``names`` are the files of the folder by number, those that could not be opened too; ``thumbnails`` are JPEGs."""

    header: Header
    partial: Partial
    names: tuple[str, ...]
    thumbnails: Mapping[int, bytes] = field(default_factory=dict)

    @cached_property
    def _first_head(self) -> list[int]:
        return np.cumsum([0, *(block.heads for block in self.header.blocks)]).tolist()

    @cached_property
    def _first_unit(self) -> list[int]:
        return np.cumsum([0, *(block.units for block in self.header.blocks)]).tolist()

    def figure(self, block: int, head: int, name: str) -> Figure:
        """One of ``FIGURES`` over all pictures; ``distance`` is in pixels of the picture."""
        row, column = self._first_head[block] + head, FIGURES.index(name)
        part, scale = self.partial, self.header.diagonal if name == "distance" else 1.0
        count = int(part.count[row, column])
        if not count:
            return Figure(math.nan, math.nan, math.nan, math.nan)
        units = int(FIGURE_UNITS[column])
        total, square = int(part.total[row, column]), int(part.square[row, column])
        mean = total / (count * units)
        # In whole numbers: a difference of two float64 that are nearly equal would have few digits left.
        variance = max(0, count * units * square - total * total) / (count * units) ** 2
        deviation = math.sqrt(variance)
        low, high = float(part.low[row, column]), float(part.high[row, column])
        return Figure(scale * mean, scale * deviation, scale * low, scale * high)

    def spread(self, block: int, head: int, name: str) -> NDArray[np.int64]:
        """How many pictures have the figure in each of ``BINS`` equal steps (``edges``)."""
        return self.partial.spread[self._first_head[block] + head, SPREAD.index(name)]

    def edges(self, name: str) -> NDArray[np.float64]:
        """Where these steps begin and end, (BINS + 1,): from 0 to 1, of distances to the picture's diagonal."""
        scale = self.header.diagonal if name == "distance" else 1.0
        return np.arange(BINS + 1) / BINS * scale

    def head_top(self, block: int, head: int) -> list[Excited]:
        """The pictures with the largest norm of z at a patch, largest first."""
        return self._top("heads", self._first_head[block] + head)

    def unit_top(self, block: int, unit: int) -> list[Excited]:
        """The pictures with the largest activation of an MLP unit at a patch, largest first."""
        return self._top("units", self._first_unit[block] + unit)

    def unit_mean(self, block: int, unit: int) -> float:
        """The unit's mean over all patches of all pictures."""
        return int(self.partial.unit_total[self._first_unit[block] + unit]) / (
            self.partial.pictures * MEAN_UNIT
        )

    def norm_quantiles(self, block: int) -> dict[float, float]:
        """The lengths of tokens after a block that ``QUANTILES`` of them stay below."""
        return {share: norm_quantile(self.partial.norms[block], share) for share in QUANTILES}

    def large_share(self, block: int) -> float:
        """The share of tokens longer than twice the median of their picture, after a block."""
        return int(self.partial.large[block]) / int(self.partial.tokens[block])

    def _top(self, what: str, row: int) -> list[Excited]:
        top = self.partial.heads if what == "heads" else self.partial.units
        rows = zip(top.value[row], top.picture[row], top.patch[row], top.looks[row], strict=True)
        return [Excited(float(v), int(p), int(at), int(looks)) for v, p, at, looks in rows if p >= 0]
