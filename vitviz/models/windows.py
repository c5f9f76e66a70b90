"""The geometry of shifted windows (Swin, arXiv 2103.14030, section 3.2 and figures 2 and 4), as pure functions.

A map is padded until windows fit, rolled so that the shifted windows become ordinary ones, and cut into windows;
every step has its inverse. Nothing here knows a model: the same functions run the network and draw the lessons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.models.config import MASKED_SCORE, ShiftRule

# Masks and indices are the same for every block and picture: so many are kept, and none of more pairs than this.
KEPT, LARGEST_KEPT = 16, 1 << 22


@dataclass(frozen=True)
class WindowGrid:
    """How one map is cut: ``height`` x ``width`` tokens, windows of ``window`` (M) a side, rolled by ``shift`` (s).

    ``rolled`` says along which axes (down, across) it is rolled; only timm ever rolls one axis alone. Where
    ``padding_stays`` the map is rolled within its own borders and the padding stays below and to the right: timm pads
    afterwards, so that places from opposite borders of the picture can meet in a window without a mask.
    """

    height: int
    width: int
    window: int
    shift: int
    rolled: tuple[bool, bool] = (True, True)
    padding_stays: bool = False

    @property
    def shifts(self) -> tuple[int, int]:
        """How far the map is rolled up and to the left."""
        return self.shift * self.rolled[0], self.shift * self.rolled[1]

    @property
    def padded(self) -> tuple[int, int]:
        """Height and width after padding to whole windows."""
        return self.rows * self.window, self.columns * self.window

    @property
    def rows(self) -> int:
        """Windows down."""
        return -(-self.height // self.window)

    @property
    def columns(self) -> int:
        """Windows across."""
        return -(-self.width // self.window)

    @property
    def num_windows(self) -> int:
        """Windows in all; they are numbered row by row."""
        return self.rows * self.columns


def window_grid(height: int, width: int, window: int, shift: int, rule: ShiftRule = "map") -> WindowGrid:
    """Fit windows to a map. One that is no larger than a window becomes a single window's side, without a shift.

    ``rule`` says where windows stay unshifted, see ``ShiftRule``; with "native" nothing is fitted to the map.

    Raises:
        ValueError: if the sizes are not positive or the shift is not between 0 and window - 1.
    """
    if min(height, width, window) < 1 or not 0 <= shift < window:
        raise ValueError(f"no windows for map {height}x{width}, window {window}, shift {shift}")
    if rule == "native":
        return WindowGrid(height, width, window, shift)
    rolled = (height > window, width > window)
    if rule == "axis" and shift and min(height, width) >= window and any(rolled):
        return WindowGrid(height, width, window, shift, rolled, bool(height % window or width % window))
    if min(height, width) <= window:
        return WindowGrid(height, width, min(height, width), 0)
    return WindowGrid(height, width, window, shift)


def pad(x: Tensor, grid: WindowGrid) -> Tensor:
    """Zeros below and to the right until whole windows fit. (B, h, w, C) -> (B, H, W, C)."""
    below, right = grid.padded[0] - grid.height, grid.padded[1] - grid.width
    return F.pad(x, (0, 0, 0, right, 0, below)) if below or right else x  # (B, H, W, C)


def crop(x: Tensor, grid: WindowGrid) -> Tensor:
    """Undo ``pad``. (B, H, W, C) -> (B, h, w, C)."""
    return x[:, : grid.height, : grid.width]  # (B, h, w, C)


def shift(x: Tensor, grid: WindowGrid) -> Tensor:
    """The cyclic shift: everything moves up and left by s, what falls off comes in again. (B, H, W, C), same shape."""
    up, left = grid.shifts
    return _roll(x, grid, -up, -left) if grid.shift else x  # (B, H, W, C)


def unshift(x: Tensor, grid: WindowGrid) -> Tensor:
    """Undo ``shift``. (B, H, W, C), same shape."""
    return _roll(x, grid, *grid.shifts) if grid.shift else x  # (B, H, W, C)


def _roll(x: Tensor, grid: WindowGrid, down: int, right: int) -> Tensor:
    """Roll the padded map, or the map alone where its padding stays. (B, H, W, C), same shape."""
    if not grid.padding_stays or grid.padded == (grid.height, grid.width):
        return x.roll((down, right), dims=(1, 2))
    rolled = x.clone()
    rolled[:, : grid.height, : grid.width] = crop(x, grid).roll((down, right), dims=(1, 2))
    return rolled


def partition(x: Tensor, grid: WindowGrid) -> Tensor:
    """Cut a map into windows, row by row. (B, H, W, C) -> (B*W, M*M, C), where W counts the windows."""
    m = grid.window
    x = x.unflatten(2, (grid.columns, m)).unflatten(1, (grid.rows, m))  # (B, rows, M, columns, M, C)
    return x.transpose(2, 3).flatten(3, 4).flatten(0, 2)  # (B*W, M*M, C)


def reverse(windows: Tensor, grid: WindowGrid) -> Tensor:
    """Undo ``partition``. (B*W, M*M, C) -> (B, H, W, C)."""
    m = grid.window
    x = windows.unflatten(0, (-1, grid.rows, grid.columns))  # (B, rows, columns, M*M, C)
    x = x.unflatten(3, (m, m)).transpose(2, 3)  # (B, rows, M, columns, M, C)
    return x.flatten(3, 4).flatten(1, 2)  # (B, H, W, C)


def to_windows(x: Tensor, grid: WindowGrid) -> Tensor:
    """Pad, shift, partition: (B, h, w, C) -> (B*W, M*M, C)."""
    return partition(shift(pad(x, grid), grid), grid)


def from_windows(windows: Tensor, grid: WindowGrid) -> Tensor:
    """Reverse, unshift, crop: undo ``to_windows``. (B*W, M*M, C) -> (B, h, w, C)."""
    return crop(unshift(reverse(windows, grid), grid), grid)


def token_map(grid: WindowGrid) -> Tensor:
    """Which token sits where in which window: (W, M*M) raster indices into the h x w map, -1 for padding."""
    index = torch.arange(grid.height * grid.width).view(1, grid.height, grid.width, 1)  # (1, h, w, 1)
    # Shifted by one so that the zeros of the padding become -1.
    return to_windows(index + 1, grid).squeeze(-1) - 1  # (W, M*M)


def region_map(grid: WindowGrid) -> Tensor:
    """Which part of the picture each place of the shifted map came from, as a number 0 to 8 (figure 4). (H, W).

    After the cyclic shift a window can hold strips that are not neighbours in the picture; places with the same
    number are. A side has three regions: up to the last window, the part of it that was there, the part rolled in.
    """
    sides = []
    for length, shift in zip(grid.padded, grid.shifts, strict=True):
        place = torch.arange(length, device="cpu")  # (H,) or (W,)
        last_window, rolled_in = place >= length - grid.window, place >= length - shift
        sides.append((last_window.long() + rolled_in.long()) * (shift > 0))
    return sides[0][:, None] * 3 + sides[1][None, :]  # (H, W)


def attention_mask(grid: WindowGrid, masked_score: float = MASKED_SCORE) -> Tensor | None:
    """What is added to the scores so that only neighbours in the picture meet: (W, M*M, M*M), 0 or ``masked_score``.

    Nothing for unshifted windows, where every pair may meet.
    """
    if not grid.shift:
        return None
    small = grid.num_windows * grid.window**4 <= LARGEST_KEPT
    strangers = _strangers(grid) if small else _strangers.__wrapped__(grid)  # (W, M*M, M*M)
    return strangers.float() * masked_score  # (W, M*M, M*M)


@lru_cache(maxsize=KEPT)
def _strangers(grid: WindowGrid) -> Tensor:
    """Which pairs of a window's places are no neighbours in the picture, (W, M*M, M*M)."""
    with torch.inference_mode(mode=False):  # what is kept can be used in any run
        regions = partition(region_map(grid)[None, :, :, None], grid).squeeze(-1)  # (W, M*M)
        return regions[:, :, None] != regions[:, None, :]  # (W, M*M, M*M)


def relative_position_index(window: int, table_window: int | None = None) -> Tensor:
    """Row of the bias table for each (query, key) pair of a window: (M*M, M*M) integers.

    The row is (dy + T - 1) * (2T - 1) + (dx + T - 1) with dy, dx = query place - key place, where T is the window
    that the table was made for. A smaller window than that uses the middle of the table.

    Raises:
        ValueError: if the table is for a smaller window.
    """
    table_window = table_window or window
    if window > table_window:
        raise ValueError(f"a table for windows of {table_window} has no rows for a window of {window}")
    return _index(window, table_window).clone()  # (M*M, M*M)


@lru_cache(maxsize=KEPT)
def _index(window: int, table_window: int) -> Tensor:
    with torch.inference_mode(mode=False):
        side = torch.arange(window, device="cpu")
        place = torch.cartesian_prod(side, side).view(-1, 2)  # (M*M, 2) row, column
        offset = place[:, None, :] - place[None, :, :] + table_window - 1  # (M*M, M*M, 2)
        return offset[..., 0] * (2 * table_window - 1) + offset[..., 1]  # (M*M, M*M)
