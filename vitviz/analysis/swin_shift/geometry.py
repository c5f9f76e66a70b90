"""One map cut into windows for every possible shift, as index arrays: what a drawing of the shift has to follow.

Every index here is what ``vitviz.models.windows`` did to a map of counting numbers; no rule is written down twice
(Swin, arXiv 2103.14030, section 3.2 and figure 4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vitviz.models import windows
from vitviz.models.config import ShiftRule
from vitviz.models.windows import WindowGrid, window_grid
from vitviz.once import once

Indices = NDArray[np.int64]


class Piece(NamedTuple):
    """A rectangle of the padded map that travels as one: the part of a region that lies in one window.

    Where the padding stays behind (``WindowGrid.padding_stays``), a region of a window can be several: what was rolled
    around the border lies beside what was not.

    ``top``, ``left``, ``height`` and ``width`` say where it is in the padded map, ``to_top`` and ``to_left`` where the
    cyclic shift puts it; ``patches`` counts its places that are no padding.
    """

    top: int
    left: int
    height: int
    width: int
    to_top: int
    to_left: int
    window: int
    region: int
    patches: int


@dataclass(frozen=True)
class ShiftGeometry:
    """How one grid moves and cuts its map. W windows of M*M places; places of a window are counted row by row."""

    grid: WindowGrid

    @once
    def cells(self) -> Indices:
        """Place of the cut map that each window's places are, (W, M*M), raster indices into the padded H x W map."""
        height, width = self.grid.padded
        count = torch.arange(height * width).view(1, height, width, 1)  # (1, H, W, 1)
        return windows.partition(count, self.grid).squeeze(-1).numpy()  # (W, M*M)

    @once
    def origins(self) -> Indices:
        """As ``cells``, but where each place was before the cyclic shift, (W, M*M)."""
        height, width = self.grid.padded
        count = torch.arange(height * width).view(1, height, width, 1)  # (1, H, W, 1)
        return windows.partition(windows.shift(count, self.grid), self.grid).squeeze(-1).numpy()  # (W, M*M)

    @once
    def tokens(self) -> Indices:
        """The patch of the h x w map at each place, -1 for padding, (W, M*M)."""
        return windows.token_map(self.grid).numpy()

    @once
    def regions(self) -> Indices:
        """Region number 0 to 8 of each place, (W, M*M)."""
        regions = windows.region_map(self.grid)[None, :, :, None]  # (1, H, W, 1)
        return windows.partition(regions, self.grid).squeeze(-1).numpy()  # (W, M*M)

    @once
    def masks(self) -> tuple[NDArray[np.bool_], Indices]:
        """The different masks (U, M*M, M*M), True where a pair is cut, and which of them each window has, (W,)."""
        mask = windows.attention_mask(self.grid)
        side = self.grid.window**2
        if mask is None:
            return np.zeros((1, side, side), dtype=bool), np.zeros(self.grid.num_windows, dtype=np.int64)
        cut = (mask < 0).numpy()  # (W, M*M, M*M)
        known: dict[bytes, int] = {}
        which = [known.setdefault(one.tobytes(), len(known)) for one in cut]
        first = [which.index(i) for i in range(len(known))]
        return cut[first], np.array(which)  # (U, M*M, M*M), (W,)

    @once
    def pieces(self) -> tuple[Piece, ...]:
        """What a window displaced by s would hold, piece by piece; the pieces tile the padded map."""
        columns, moves = self.grid.padded[1], self._moves
        found = []
        for window in range(self.grid.num_windows):
            for move in np.unique(moves[window], axis=0):
                inside = (moves[window] == move).all(axis=-1)  # (M*M,)
                rows, cols = np.divmod(self.origins[window][inside], columns)
                to_rows, to_cols = np.divmod(self.cells[window][inside], columns)
                size = (int(np.ptp(rows)) + 1, int(np.ptp(cols)) + 1)
                place = (int(rows.min()), int(cols.min()))
                to = (int(to_rows.min()), int(to_cols.min()))
                patches = int((self.tokens[window][inside] >= 0).sum())
                found.append(Piece(*place, *size, *to, window, int(move[0]), patches))
        return tuple(found)

    @property
    def _moves(self) -> Indices:
        """What a piece has in common, (W, M*M, 5): region, way down and to the right, padding that stays."""
        grid = self.grid
        rows, columns = np.divmod(self.origins, grid.padded[1])  # each (W, M*M)
        to_rows, to_columns = np.divmod(self.cells, grid.padded[1])  # each (W, M*M)
        below, right = (
            grid.padding_stays & (rows >= grid.height),
            grid.padding_stays & (columns >= grid.width),
        )
        return np.stack([self.regions, to_rows - rows, to_columns - columns, below, right], axis=-1)

    @property
    def sizes(self) -> list[tuple[int, int, int]]:
        """The naive partition's windows by size: (height, width, how many), largest first."""
        sizes = [(piece.height, piece.width) for piece in self.pieces]
        order = sorted(set(sizes), key=lambda size: (-size[0] * size[1], -size[0]))
        return [(*size, sizes.count(size)) for size in order]


def every_shift(height: int, width: int, window: int, rule: ShiftRule = "map") -> tuple[ShiftGeometry, ...]:
    """One geometry for each shift from 0 to window - 1; a single one where no window is shifted at all.

    ``rule`` is the model's, see ``ShiftRule``.

    Raises:
        ValueError: if the sizes are not positive.
    """
    grids = [window_grid(height, width, window, shift, rule) for shift in range(window)]
    return tuple(ShiftGeometry(grid) for grid in dict.fromkeys(grids))


def border_pair(shifted: ShiftGeometry) -> tuple[int, int] | None:
    """Two patches side by side that regular windows keep apart and this shift brings together, raster indices.

    The one nearest to the middle of the map; with no shift, any two that a border keeps apart. None in one window.
    """
    grid = shifted.grid
    regular = _window_of(ShiftGeometry(replace(grid, shift=0)))
    apart = regular[:, :-1] != regular[:, 1:]  # (h, w - 1): this patch and its right neighbour
    if grid.shift:
        piece = _window_of(shifted) * 9 + _region_of(shifted)
        apart &= piece[:, :-1] == piece[:, 1:]
    found = np.argwhere(apart)
    if not len(found):
        return None
    middle = (grid.height / 2 - 0.5, grid.width / 2 - 1)
    row, column = found[np.abs(found - middle).sum(axis=1).argmin()]
    first = int(row * grid.width + column)
    return first, first + 1


def _window_of(geometry: ShiftGeometry) -> Indices:
    """The window of every patch, (h, w)."""
    windows_of = np.repeat(np.arange(geometry.grid.num_windows)[:, None], geometry.grid.window**2, axis=1)
    return _on_map(geometry, windows_of)


def _region_of(geometry: ShiftGeometry) -> Indices:
    """The region of every patch, (h, w)."""
    return _on_map(geometry, geometry.regions)


def _on_map(geometry: ShiftGeometry, values: Indices) -> Indices:
    """Values of the windows' places (W, M*M) at their patches, (h, w)."""
    real = geometry.tokens >= 0
    result = np.zeros(geometry.grid.height * geometry.grid.width, dtype=np.int64)
    result[geometry.tokens[real]] = values[real]
    return result.reshape(geometry.grid.height, geometry.grid.width)
