"""How long one attention takes over a whole map and in windows as the map grows, measured on this machine.

Both run the same module with the same weights through the fused kernel, which never holds the N x N pattern: the
memory of both grows with the tokens and not with their square. Neither adds a bias or a mask. Windows are cut and put
together again inside the measured time. The work is bounded and can be stopped between two runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median

import torch
from torch import Tensor

from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
from vitviz.models import windows
from vitviz.models.layers import Attention
from vitviz.models.windows import window_grid

GLOBAL, WINDOWED = "global", "windowed"
FACTORS = (1, 2, 3, 4, 6, 8, 12, 16)
MOST_RUNS, FEWEST_RUNS = 7, 3
ENOUGH_SECONDS = 0.25  # for the runs of one point, once there are enough of them to have a median
LONGEST_RUN = (
    1.0  # seconds; a run that is foreseen to take longer is left out, so that a stop is heard in time
)
Gate = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class Timing:
    """One measured point: the median of ``runs`` runs, in milliseconds; ``side`` is the map's, in patches."""

    kind: str
    side: int
    milliseconds: float
    runs: int


@dataclass(frozen=True)
class Skipped:
    """A point that was left out, with the milliseconds that it was foreseen to take."""

    kind: str
    side: int
    foreseen: float


@dataclass
class Race:
    """One attention module, global against windowed, over growing square maps. ``run`` fills ``timings``.

    ``run`` is meant for a thread of its own; everything else may be read meanwhile from another one. ``stop`` ends it
    after the run that is under way.
    """

    attention: Attention
    window: int
    gate: Gate
    sides: Sequence[int] = ()
    timings: list[Timing] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    finished: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)
    done: int = 0

    def __post_init__(self) -> None:
        self.sides = self.sides or tuple(factor * self.window for factor in FACTORS)

    @property
    def dim(self) -> int:
        """C."""
        return self.attention.qkv.in_features

    @property
    def points(self) -> int:
        """How many points there are to measure."""
        return 2 * len(self.sides)

    def stop(self) -> None:
        """Measure nothing more."""
        self.stopped.set()

    def run(self) -> None:
        """Measure every point, the smallest map first; returns when all are done or after ``stop``."""
        try:
            for side in self.sides:
                for kind in (WINDOWED, GLOBAL):
                    if self.stopped.is_set():
                        return
                    self._point(kind, side)
                    self.done += 1
        finally:
            self.finished = True

    def _point(self, kind: str, side: int) -> None:
        foreseen = self._foreseen(kind, side)
        if foreseen is not None and foreseen > 1000 * LONGEST_RUN:
            self.skipped.append(Skipped(kind, side, foreseen))
            return
        x = torch.randn(
            1, side, side, self.dim, generator=torch.Generator().manual_seed(side)
        )  # (1, h, w, C)
        work = self._global if kind == GLOBAL else self._windowed
        seconds: list[float] = []
        with torch.no_grad(), self.gate():
            work(x)  # the first run also makes room
            while not self.stopped.is_set() and len(seconds) < MOST_RUNS:
                begun = time.perf_counter()
                work(x)
                seconds.append(time.perf_counter() - begun)
                if len(seconds) >= FEWEST_RUNS and sum(seconds) > ENOUGH_SECONDS:
                    break
        if len(seconds) >= FEWEST_RUNS:
            self.timings.append(Timing(kind, side, 1000 * median(seconds), len(seconds)))

    def _foreseen(self, kind: str, side: int) -> float | None:
        """Milliseconds, from the formulas and the fastest pace of that kind so far."""
        paces = [t.milliseconds / self._operations(kind, t.side) for t in self.timings if t.kind == kind]
        return min(paces) * self._operations(kind, side) if paces else None

    def _operations(self, kind: str, side: int) -> int:
        if kind == GLOBAL:
            return global_cost(side, side, self.dim).total
        return window_cost(side, side, self.dim, self.window).total

    def _global(self, x: Tensor) -> Tensor:
        return self.attention(x.flatten(1, 2)).view(x.shape)  # (1, h*w, C) -> (1, h, w, C)

    def _windowed(self, x: Tensor) -> Tensor:
        grid = window_grid(x.shape[1], x.shape[2], self.window, 0)
        return windows.from_windows(self.attention(windows.to_windows(x, grid)), grid)  # (1, h, w, C)
