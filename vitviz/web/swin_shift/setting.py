"""What is set in the shift lab: one map, its windows and their shift, and how that differs from the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace

MOST_SIDE, MOST_WINDOW = 64, 16
# The paper's figure has four windows, which a person can take in at a glance.
FIGURE_WINDOWS = 4
LAST = 10**6  # a number of a window that is brought down to the last one


@dataclass(frozen=True)
class LabSetting:
    """Which block's weights are used, the map's ``height`` x ``width`` patches, ``window`` (M) and ``shift`` (s).

    ``chosen`` is the window whose mask is drawn; ``sequence`` counts a person's changes, so that an answer to an older
    one does not undo a newer one.
    """

    block: str
    height: int
    width: int
    window: int
    shift: int
    chosen: int
    sequence: int = 0

    def is_own(self, block: SwinBlockTrace) -> bool:
        """Whether map, window and shift are those of the model's own ``block``."""
        own = own_setting(block)
        return (self.height, self.width, self.window, self.shift) == (
            own.height, own.width, own.window, own.shift,
        )  # fmt: skip

    def __str__(self) -> str:
        """As a link has it; how often it was changed does not belong there."""
        return f"{self.block},{self.height},{self.width},{self.window},{self.shift},{self.chosen}"

    @staticmethod
    def read(text: str) -> LabSetting:
        """The setting of a link.

        Raises:
            ValueError: if it is none, or out of bounds.
        """
        block, *numbers = text.split(",")
        height, width, window, shift, chosen = map(_count, numbers)
        fits = 1 <= height <= MOST_SIDE and 1 <= width <= MOST_SIDE and 1 <= window <= MOST_WINDOW
        if not (fits and shift < window):
            raise ValueError(text)
        return LabSetting(block, height, width, window, shift, min(chosen, LAST))


def own_setting(block: SwinBlockTrace, sequence: int = 0) -> LabSetting:
    """What the model itself does in a block, with the last window chosen: it holds most regions."""
    grid = block.grid
    return LabSetting(
        block.name, grid.height, grid.width, block.module.window, grid.shift, grid.num_windows - 1, sequence
    )


def shifted_blocks(trace: Trace) -> list[SwinBlockTrace]:
    """The blocks with SW-MSA: every second one of a stage, also where the map is a single window."""
    return [block for block in trace.swin_blocks if int(block.name.rsplit(".", 1)[1]) % 2 == 1]


def block_named(trace: Trace, name: str) -> SwinBlockTrace:
    """The block of that name."""
    return next(block for block in trace.swin_blocks if block.name == name)


def opening_setting(trace: Trace) -> LabSetting:
    """What the lab begins with: the block whose windows are most like those of the paper's figure."""
    nearest = min(
        shifted_blocks(trace),
        key=lambda block: (abs(block.grid.num_windows - FIGURE_WINDOWS), not block.grid.shift),
    )
    return own_setting(nearest)


def changed_setting(trace: Trace, before: LabSetting, wanted: Mapping[str, Any]) -> LabSetting:
    """``before`` with what the browser part asks for; numbers out of range are brought back into it."""
    names = [block.name for block in shifted_blocks(trace)]
    name = str(wanted.get("block")) if wanted.get("block") in names else before.block
    sequence = _whole(wanted.get("sequence"), 0, 10**9, 0)
    if wanted.get("own"):
        return own_setting(block_named(trace, name), sequence)
    height = _whole(wanted.get("height"), 1, MOST_SIDE, before.height)
    width = _whole(wanted.get("width"), 1, MOST_SIDE, before.width)
    window = _whole(wanted.get("window"), 1, MOST_WINDOW, before.window)
    shift = _whole(wanted.get("shift"), 0, window - 1, before.shift)
    chosen = _whole(wanted.get("chosen"), 0, LAST, before.chosen)
    same_map = (height, width, window) == (before.height, before.width, before.window)
    # Another map has other windows: begin with its last one, where most regions come together.
    chosen = chosen if same_map else LAST
    return LabSetting(name, height, width, window, shift, chosen, sequence)


def _count(text: str) -> int:
    """A whole number as an address has it.

    Raises:
        ValueError: if it is none.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def _whole(value: object, low: int, high: int, otherwise: int) -> int:
    """``value`` as a whole number within bounds; what a browser sends need not be one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return otherwise
    return int(min(high, max(low, value)))
