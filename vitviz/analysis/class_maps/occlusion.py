"""Occlusion: how much the score falls when a patch is taken away (Zeiler and Fergus 2014, arXiv 1311.2901, 4.2).

In a ViT the patch's token is dropped: it is in no block, and nothing stands in for it (``tracing/dropping.py``). Where
every place has to be filled, as in a Swin's windows, or where the run was edited, the pixels are replaced instead, by
the picture's mean colour or by itself blurred; then the score also answers to what was put in. One run for every
square of patches, in batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score, score_direction
from vitviz.probe import no_probe
from vitviz.tracing.arrays import wide
from vitviz.tracing.dropping import logits_of_kept, why_no_dropping
from vitviz.tracing.replaced import replaced
from vitviz.tracing.trace import Trace

How = Literal["drop", "mean", "blur"]
MOST_SQUARES = 256  # unless ``side`` is given, squares are as small as leaves no more of them
AT_ONCE = 16


def why_not(trace: Trace) -> str:
    """Any model with classes."""
    return no_classifier(trace)


def attribute(
    trace: Trace,
    target: int,
    against: int | None = None,
    *,
    how: How | None = None,
    side: int | None = None,
    at_once: int = AT_ONCE,
    between: Callable[[float], object] | None = None,
) -> ClassMap:
    """score - score without the square, for every square of ``side`` x ``side`` patches, of logit[target] (- against).

    ``how``: "drop" (where it can be done, this one), "mean" or "blur". The grid has one cell for each square; those at
    the right and lower border may be cut. ``between`` is called before every batch of ``at_once`` squares with the
    share that is done: what it raises ends the work.

    Raises:
        ValueError: if the model has no such class, or tokens are to be dropped where they cannot.
    """
    check(trace, why_not)
    direction = score_direction(trace, target, against)
    side = side or _smallest_side(trace.patch_grid)
    if side < 1:
        raise ValueError(f"a square has at least one patch a side, not {side}")
    how = how or ("drop" if can_drop(trace) else "mean")
    if how == "drop" and not can_drop(trace):
        raise ValueError("tokens of this run cannot be dropped: replace pixels, how='mean' or how='blur'")
    grid, members = squares(trace.patch_grid, side)
    scores: list[Tensor] = []
    at_once = 1 if trace.intervention is not no_probe else at_once
    for first in range(0, len(members), at_once):
        if between is not None:
            between(first / len(members))
        some = members[first : first + at_once]
        logits = _dropped(trace, some) if how == "drop" else _covered(trace, some, how)  # (b, K)
        scores.append((wide(logits) * wide(direction)).sum(dim=1))  # (b,)
    whole = score(trace, target, against)
    values: NDArray[np.float64] = whole - torch.cat(scores).reshape(grid).numpy()
    figures = {"score": whole, "side": float(side), "dropped": float(how == "drop")}
    return ClassMap("occlusion", values, True, "logit", target, against, float(len(members)), figures)


def can_drop(trace: Trace) -> bool:
    """Whether a token can really be taken out of this run; an edit of the run would be left out with it."""
    return not why_no_dropping(trace.network) and trace.intervention is no_probe


def squares(grid: tuple[int, int], side: int) -> tuple[tuple[int, int], list[list[int]]]:
    """Rows and columns of the squares of ``side`` x ``side`` patches, and the patches (raster indices) of each."""
    rows, columns = -(-grid[0] // side), -(-grid[1] // side)
    members: list[list[int]] = [[] for _ in range(rows * columns)]
    for patch in range(grid[0] * grid[1]):
        row, column = divmod(patch, grid[1])
        members[row // side * columns + column // side].append(patch)
    return (rows, columns), members


def _smallest_side(grid: tuple[int, int]) -> int:
    side = 1
    while -(-grid[0] // side) * -(-grid[1] // side) > MOST_SQUARES:
        side += 1
    return side


def _dropped(trace: Trace, members: list[list[int]]) -> Tensor:
    """Class scores without the patches of each square, (b, K). Squares of one size run together."""
    prefix, count = trace.config.num_prefix, trace.patch_grid[0] * trace.patch_grid[1]
    result: Tensor | None = None
    for size in sorted({len(square) for square in members}):
        alike = [i for i, square in enumerate(members) if len(square) == size]
        present = torch.ones(len(alike), prefix + count, dtype=torch.bool)
        for row, i in enumerate(alike):
            present[row, [prefix + patch for patch in members[i]]] = False
        kept = present.nonzero()[:, 1].reshape(len(alike), -1)  # (a, N - size)
        logits = logits_of_kept(trace, kept)  # (a, K)
        result = logits.new_zeros(len(members), logits.shape[1]) if result is None else result
        result[alike] = logits
    assert result is not None
    return result


def _covered(trace: Trace, members: list[list[int]], how: Literal["mean", "blur"]) -> Tensor:
    """Class scores with the pixels of each square replaced, (b, K)."""
    trace.check_weights()
    rows, columns = trace.patch_grid
    image, size = trace["image"].detach(), trace.config.patch_size
    patches = torch.zeros(len(members), rows * columns, dtype=torch.bool)
    for row, square in enumerate(members):
        patches[row, square] = True
    masks = patches.view(-1, rows, columns).repeat_interleave(size, 1).repeat_interleave(size, 2)
    masks = masks[:, : image.shape[-2], : image.shape[-1]]  # (b, H, W): a side may end within a patch
    with torch.no_grad():
        logits: Tensor = trace.network(
            replaced(image, masks.to(image.device), how), trace.repeatable_intervention()
        )
    return logits  # (b, K)


METHOD = Method("occlusion", attribute, why_not, slow=True)
