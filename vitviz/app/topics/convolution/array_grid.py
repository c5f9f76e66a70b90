"""Small arrays of whole numbers as HTML, with their shape below; every axis is drawn."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.app.html import figure
from vitviz.plot.numbers import MINUS

STYLE = """<style>
.vva { font: 12px/1.5 var(--st-code-font, monospace); overflow-x: auto; }
.vva table { border-collapse: collapse; display: inline-table; margin: 0 8px 4px 0; }
.vva td { border: 1px solid #8885; padding: 0 5px; text-align: right; min-width: 22px; }
.vva p { margin: 0; opacity: .8; font-size: 12px; }
</style>"""


def array_grid(array: NDArray[Any]) -> str:
    """An array of up to three axes: a row, a table, or a table for every index of the first axis."""
    # Not -1: an axis of length 0 leaves it open how many tables there are.
    slices = (
        array.reshape(prod(array.shape[:-2]), *array.shape[-2:]) if array.ndim > 2 else [np.atleast_2d(array)]
    )
    tables = "".join(_table(part) for part in slices)
    shape = "(" + ", ".join(map(str, array.shape)) + ("," if array.ndim == 1 else "") + ")"
    drawn = f'{STYLE}<div class="vva">{tables}<p>{shape}</p></div>'
    places = dict(zip("ijk", np.indices(array.shape).reshape(array.ndim, array.size).tolist(), strict=False))
    return figure(drawn, {**places, "value": array.ravel().tolist()})


def _table(part: NDArray[Any]) -> str:
    rows = ("".join(f"<td>{str(value).replace('-', MINUS)}</td>" for value in row) for row in part.tolist())
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
