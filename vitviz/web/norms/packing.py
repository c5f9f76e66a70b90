"""The numbers of all layer norms of a run, packed once for every part with a cursor on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN, LargeNorms, large_norms
from vitviz.plot.colour import Quantity, span

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics

MAPS: dict[str, Quantity] = {"mean": "activation", "variance": "attention", "scale": "attention"}


@dataclass(frozen=True)
class Packed:
    """What the browser gets of a run: the statistics, and what was found in the norms of each layer norm."""

    statistics: Mapping[str, Any]
    large: Sequence[LargeNorms]


@dataclass(frozen=True)
class Cursor:
    """A place in a run's layer norms, and what it is counted in.

    ``prefix`` names the tokens before the patches, ``finest`` is the finest map. ``at`` is the number of a layer norm,
    ``token`` counts in the finest map; ``turn`` is how often a place had been chosen when they were.
    """

    prefix: Sequence[str]
    finest: tuple[int, int]
    at: int
    token: int
    turn: int = 0


def pack(statistics: Sequence[NormStatistics]) -> Packed:
    """The means, scales and norms of all tokens as one array, and each layer norm in words and numbers."""
    large = [large_norms(one.norm) for one in statistics]
    every = [np.concatenate([one.mean, one.scale, one.norm]) for one in statistics]
    found: dict[str, Any] = {
        "values": np.asarray(np.concatenate(every), np.float32),
        "norms": [_norm(one, above) for one, above in zip(statistics, large, strict=True)],
    }
    return Packed(found, large)


def _norm(one: NormStatistics, large: LargeNorms) -> dict[str, Any]:
    values: dict[str, NDArray[np.floating]] = {
        "mean": one.mean, "variance": one.variance, "scale": one.scale,
    }  # fmt: skip
    return {
        "name": one.name,
        "count": len(one.mean),
        "eps": one.eps,
        "grid": one.grid,
        "large": large.marked,
        "median": large.median,
        "threshold": TIMES_MEDIAN * large.median,
        "limits": {name: span(values[name], quantity) for name, quantity in MAPS.items()},
    }


def cursor_data(packed: Packed, at: Cursor) -> dict[str, Any]:
    """What every part with the cursor gets."""
    return {
        "statistics": packed.statistics, "times": f"{TIMES_MEDIAN:g}", "prefix": list(at.prefix),
        "finest": at.finest, "at": at.at, "token": at.token, "turn": at.turn,
    }  # fmt: skip
