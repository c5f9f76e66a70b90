"""Rotary positions of a run: the angles by which a head's queries and keys were turned, and what they do to a score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.blocks import BlockTrace


class Rotation(NamedTuple):
    """Angles of one head in radians, (n, d/2) for n patches; ``by_head`` where every head has its own."""

    angles: NDArray[np.float64]
    by_head: bool

    def alike(self, patch: int) -> NDArray[np.float64]:
        """What place alone leaves of a score: q k^T of equal query and key, one turned as ``patch``, the other as each.

        (n,), 1 at ``patch`` itself. A pair of channels turned by angles a and b gives cos(a - b) of what it gave
        unturned (RoFormer, arXiv 2104.09864, eq. 13); here every pair counts alike.
        """
        alike: NDArray[np.float64] = np.cos(self.angles - self.angles[patch]).mean(axis=1)
        return alike


def rotation_of(block: BlockTrace, head: int) -> Rotation:
    """The angles of one head of a block that ran.

    Raises:
        KeyError: if the model has no rotary positions.
    """
    angles = block["rope_angles"].double().numpy()  # (n, d/2) or (H, n, d/2)
    by_head = angles.ndim == 3
    return Rotation(angles[head] if by_head else angles, by_head)
