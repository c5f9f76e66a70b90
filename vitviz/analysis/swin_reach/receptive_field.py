"""What of the picture one output token of a Swin depends on, exactly, from the masks alone.

The set grows backwards. A block adds every patch that one of the set may look at (its window, as far as the mask
allows); the MLP, the norms and the skip connections add nothing, they work on each patch alone. A patch merging adds
the four patches that it joined. Padding adds nothing: it is made anew in every block and holds no pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.swin_reach.legal_keys import groups
from vitviz.analysis.swin_shift.geometry import Indices
from vitviz.analysis.swin_shift.merging import neighbours
from vitviz.models.swin import SwinBlock, SwinTransformer
from vitviz.models.windows import WindowGrid

Field = NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """One step of a Swin as the receptive field sees it: a block that cuts its map, or a merging that halves it.

    ``before`` and ``after`` are the maps (rows, columns) that go in and come out. A block has its ``grid``, a merging
    has its ``parents`` (h', w', 4): raster indices of the patches that each output place joins, -1 for padding.
    """

    name: str
    before: tuple[int, int]
    after: tuple[int, int]
    grid: WindowGrid | None = None
    parents: Indices | None = None

    def without_shift(self) -> Step:
        """The same step with its windows where they are in a block that does not shift."""
        if self.grid is None:
            return self
        return replace(self, grid=replace(self.grid, shift=0))

    def back(self, field: Field) -> Field:
        """What of this step's input the places ``field`` (h', w') of its output depend on, (h, w)."""
        if self.grid is not None:
            number = groups(self.grid)  # (h, w)
            return np.isin(number, number[field])
        assert self.parents is not None
        joined = self.parents[field]  # (places, 4)
        result = np.zeros(self.before[0] * self.before[1], dtype=bool)
        result[joined[joined >= 0]] = True
        return result.reshape(self.before)


def steps_of(network: SwinTransformer, height: int, width: int) -> tuple[Step, ...]:
    """The network's blocks and mergings in order, for a picture of ``height`` x ``width`` patches."""
    steps = []
    for name, module in network.steps():
        if isinstance(module, SwinBlock):
            grid = module.window_grid(height, width)
            steps.append(Step(name, (height, width), (height, width), grid=grid))
        else:
            halved = (-(-height // 2), -(-width // 2))
            steps.append(Step(name, (height, width), halved, parents=neighbours(height, width)))
            height, width = halved
    return tuple(steps)


def grown_back(steps: Sequence[Step], at: int, token: int) -> list[Field]:
    """Everything that ``token`` (raster index) of the output of step ``at`` depends on, from there to the patches.

    The first field is the token itself, each later one is over the map that one step earlier came in; the last is over
    the patches of the picture, (h, w): the receptive field.
    """
    field = np.zeros(steps[at].after, dtype=bool)
    field.flat[token] = True
    fields = [field]
    for step in reversed(steps[: at + 1]):
        fields.append(step.back(fields[-1]))
    return fields


def ancestors(steps: Sequence[Step]) -> list[Indices]:
    """For the output of every step: which of its places each patch of the picture has gone into, (h, w) each."""
    rows, columns = steps[0].before
    place = np.arange(rows * columns)
    found = []
    for step in steps:
        if step.parents is not None:
            joined = step.parents.reshape(-1, 4)  # (h' * w', 4)
            into = np.empty(step.before[0] * step.before[1], dtype=np.int64)
            for number, four in enumerate(joined):
                into[four[four >= 0]] = number
            place = into[place]
        found.append(place.reshape(rows, columns))
    return found


def growth(steps: Sequence[Step], patch: int) -> list[int]:
    """Patches of the picture that the token over ``patch`` depends on after each step: how the field grows in depth."""
    there = ancestors(steps)
    return [int(grown_back(steps, at, int(there[at].flat[patch]))[-1].sum()) for at in range(len(steps))]
