"""What an edit changed: every class score, and the stream of every token after every block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False)
class Effect:
    """An edited run against the plain one. Probabilities are the softmax of a run's own class scores.

    Attributes:
        logits: (K,) of the edited run; empty for a model without a head, as the next three are.
        probabilities: (K,) of the edited run.
        delta_logits: (K,), edited minus plain.
        delta_probabilities: (K,), edited minus plain.
        stream: for each depth (N,): of every token |x' - x| / |x|, where x is the stream of the plain run and x' that
            of the edited one. Depth i is behind i blocks, in the tokens of the block before it; 0 in front of all.
        grids: rows and columns of the patches at each depth.
        prefix: how many tokens stand before the patches.
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    delta_logits: NDArray[np.float32]
    delta_probabilities: NDArray[np.float32]
    stream: tuple[NDArray[np.float32], ...]
    grids: tuple[tuple[int, int], ...]
    prefix: int

    def of_patches(self) -> NDArray[np.float64]:
        """The mean over the patches at each depth, (L + 1,); prefix tokens are left out."""
        return np.array([change[self.prefix :].mean(dtype=np.float64) for change in self.stream])


def effect(plain: Trace, edited: Trace) -> Effect:
    """Compare two runs of one model on one picture; nothing is run again.

    Raises:
        ValueError: if these are runs on different pictures or models, or on several pictures.
    """
    one_picture(plain)
    one_picture(edited)
    if plain.structure is not edited.structure or plain.given.shape != edited.given.shape:
        raise ValueError("an edited run is compared with a plain run of the same model on the same picture")
    scores = (NOTHING,) * 4
    if plain.has_classes:
        with_edit, without = edited.logits, plain.logits
        p, q = with_edit.softmax(dim=0), without.softmax(dim=0)
        scores = (to_numpy(with_edit), to_numpy(p), to_numpy(with_edit - without), to_numpy(p - q))
    names = stream_names(plain)
    return Effect(
        *scores,
        stream=tuple(_relative(plain.kept[name], edited.kept[name]) for name in names),
        grids=tuple(block.map_size for block in (plain.blocks[0], *plain.blocks)),
        prefix=plain.blocks[0].num_prefix,
    )


def stream_names(trace: Trace) -> tuple[str, ...]:
    """What a run keeps of the stream: in front of all blocks, and behind each (of a Swin before patches merge)."""
    segments = [segment.name for segment in trace.segments]
    behind = [trace.segments[segments.index(block.name) + 1].input_name for block in trace.blocks]
    return (trace.segment(trace.blocks[0].name).input_name, *behind)


def _relative(x: Tensor, changed: Tensor) -> NDArray[np.float32]:
    """|x' - x| / |x| of every token of (1, N, D) or (1, h, w, D), as (N,); 0 where both are 0."""
    x, changed = x.flatten(1, -2)[0], changed.flatten(1, -2)[0]  # (N, D)
    change, length = (changed - x).norm(dim=-1), x.norm(dim=-1)  # (N,)
    return to_numpy((change / length).nan_to_num(nan=0.0))
