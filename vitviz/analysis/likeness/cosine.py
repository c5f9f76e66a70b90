"""How alike tokens are: the cosine of one token's vector with those of all tokens, of the same picture or another.

Amir et al. 2021 (arXiv 2112.05814) find matching parts of two pictures by it, with a DINO-ViT's keys. The browser does
the same for what is under the pointer (``app/topics/likeness/vectors.js``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.likeness.vectors import Kind, token_vectors
from vitviz.tracing.arrays import wide

if TYPE_CHECKING:
    from vitviz.tracing.blocks import BlockTrace


def cosines(vector: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.float64]:
    """x . y / (|x| |y|) of ``vector`` (D,) with each of ``others`` (N, D), in float64: (N,).

    A vector of zeros points nowhere: its cosines are NaN.
    """
    x, y = vector.astype(np.float64), others.astype(np.float64)
    lengths = np.linalg.norm(y, axis=1) * np.linalg.norm(x)  # (N,)
    lengths[lengths == 0] = np.nan
    found: NDArray[np.float64] = (y @ x) / lengths  # (N,)
    return found


def likeness(
    block: BlockTrace,
    token: int,
    kind: Kind = "stream",
    head: int | None = None,
    other: BlockTrace | None = None,
) -> NDArray[np.float64]:
    """The cosine of a token with all tokens of its block, or of ``other``, the same block of another run: (N,).

    Each picture keeps the map that its own preprocessing gave it, so N may be another number there. Tokens count as in
    the block, prefix tokens first.

    Raises:
        IndexError: if the block has no such token.
        ValueError: if a head is asked of the stream, or there is no such head, or the two blocks' vectors are of
            different widths.
    """
    block.patch_of(token)  # raises where there is none
    vector = wide(token_vectors(block, kind, head)[token]).numpy()  # (D,)
    others = wide(token_vectors(other or block, kind, head)).numpy()  # (N, D)
    if others.shape[1] != len(vector):
        raise ValueError(
            f"vectors of {len(vector)} and of {others.shape[1]} numbers have no cosine: take the same block"
        )
    return cosines(vector, others)
