"""Which patches of the picture speak for the class that a run predicted, as far as its last map tells."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from vitviz.analysis.attribution.logit_attribution import head_sources, readers
from vitviz.analysis.attribution.no_attribution import why_not
from vitviz.models.config import ViTConfig
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace

Kind = Literal["class", "cls", "stream"]


class Evidence(NamedTuple):
    """A number for each patch of the last map ``grid``, (N,) row by row, and what it is.

    "class": what the patch gives to the predicted class (``target``). Where the head pools the patches, that is its own
    share of the score; where it reads the class token, what the heads of all blocks brought there from it. "cls":
    without such a sum, the last block's mean attention of the class token. Both of these are noisy and stand as the
    mean over the patch and those around it. "stream": without a class token, how far the patch's vector lies from the
    mean of all. ``target`` is -1 in the last two.
    """

    kind: Kind
    values: NDArray[np.float64]
    grid: tuple[int, int]
    target: int


def evidence(trace: Trace) -> Evidence:
    """What speaks for the class that the run predicted, patch by patch."""
    last = trace.blocks[-1]
    first, grid = last.num_prefix, last.map_size
    if why_not(trace) is None:
        target = int(trace.logits.argmax())
        values = _of_class(trace, target)[first:]
        return Evidence("class", with_neighbours(values, grid) if _reads_cls(trace) else values, grid, target)
    if "cls" in last.prefix_names:
        weights = wide(last.pattern(query=0)).mean(dim=0)  # (N,)
        return Evidence("cls", with_neighbours(weights[first:].numpy(), grid), grid, -1)
    stream = wide(trace[f"{last.name}.resid_post"].flatten(0, -2))[first:]  # (N, D)
    apart = torch.linalg.vector_norm(stream - stream.mean(dim=0), dim=-1)  # (N,)
    return Evidence("stream", apart.numpy(), grid, -1)


def _of_class(trace: Trace, target: int) -> NDArray[np.float64]:
    """What every token gives to a class, (N,)."""
    by, last = readers(trace), trace.blocks[-1]
    if _reads_cls(trace):
        heads = ((block, head) for block in trace.blocks for head in range(block.num_heads))
        return np.sum([head_sources(block, head, by, target) for block, head in heads], axis=0)
    (reader,) = by
    stream = wide(trace[f"{last.name}.resid_post"].flatten(0, -2))  # (N, D)
    return (reader.weights * (stream @ reader.directions[target])).numpy()


def _reads_cls(trace: Trace) -> bool:
    return isinstance(trace.config, ViTConfig) and trace.config.pool == "token"


def with_neighbours(values: NDArray[np.float64], grid: tuple[int, int]) -> NDArray[np.float64]:
    """The mean over each patch and those around it; beyond an edge stands the edge once more. (h*w,) -> (h*w,)."""
    rows, columns = grid
    wide = np.pad(values.reshape(grid), 1, mode="edge")
    shifted = [
        wide[down : down + rows, across : across + columns] for down in range(3) for across in range(3)
    ]
    mean: NDArray[np.float64] = np.mean(shifted, axis=0).ravel()
    return mean
