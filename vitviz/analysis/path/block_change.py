"""What one block adds to one token of the residual stream, first by its attention and then by its MLP."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.blocks import BlockTrace

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class BlockChange:
    """A token's vectors as torch has them, (D,) each: ``after`` is ``before`` + ``attention`` + ``mlp``.

    ``negative`` is the share of the MLP's ``units`` hidden units that are below 0 before the nonlinearity.
    """

    before: Vector
    attention: Vector
    middle: Vector
    mlp: Vector
    after: Vector
    units: int
    negative: float

    @property
    def share(self) -> float:
        """|after - before| / |before|: how large what was added is beside what was there."""
        added = self.after.astype(np.float64) - self.before
        return float(np.linalg.norm(added) / np.linalg.norm(self.before.astype(np.float64)))

    @property
    def gap(self) -> float:
        """Largest |difference| between the sum of the three vectors and what torch handed on."""
        total = self.before.astype(np.float64) + self.attention + self.mlp
        return float(np.abs(total - self.after).max())


def block_change(block: BlockTrace, token: int) -> BlockChange:
    """What a block of a ViT adds to one of its tokens."""
    names = ("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")
    before, attention, middle, mlp, after = (to_numpy(block[name][0, token]) for name in names)
    hidden = to_numpy(block["mlp_pre"][0, token])  # (M,)
    return BlockChange(before, attention, middle, mlp, after, hidden.size, float((hidden < 0).mean()))
