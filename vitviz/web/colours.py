"""The colour tables that browser parts draw with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.colour import Quantity, scale


@cache
def colours(quantity: Quantity) -> Mapping[str, NDArray[np.uint8]]:
    """The colour table of a quantity, (256, 3), for both themes."""
    return {theme: scale(quantity, theme) for theme in ("light", "dark")}


@cache
def turned(quantity: Quantity) -> Mapping[str, NDArray[np.uint8]]:
    """The same tables from the highest value to the lowest: of what a score loses where ``quantity`` is what it has."""
    return {theme: table[::-1].copy() for theme, table in colours(quantity).items()}
