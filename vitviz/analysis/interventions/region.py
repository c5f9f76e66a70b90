"""A painted region of the picture is taken away, and as a control as many patches elsewhere.

The region is removed as one patch is in ``sweep``: its tokens are dropped (``vitviz.tracing.dropping``), or its pixels
are replaced (``vitviz.tracing.replaced``). A change says little by itself: any hole of that size changes the scores. So
the same shape is also removed at random places, and the region matters where it changes more than they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.faithfulness.cells import cell_grid
from vitviz.analysis.faithfulness.removal import needs_a_cell
from vitviz.analysis.interventions.batched_outages import read_only
from vitviz.analysis.interventions.sweep import HowPatch, rows_at_once
from vitviz.tracing import replaced
from vitviz.tracing.dropping import logits_of_kept
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.trace import Trace

DRAWS = 20
SEED = 17
# ``moved``: the region's shape elsewhere; ``rest moved``: the shape of what is left elsewhere; ``scattered``: patches
# wherever they fall; ``none``: there is no other region of this size.
Kind = Literal["moved", "rest moved", "scattered", "none"]


@dataclass(frozen=True)
class Removed:
    """The class scores of one picture without a region, and what that changes; all (K,), or (R, K) of R regions.

    >>> import vitviz
    >>> from vitviz.analysis.interventions.region import without_region
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> without_region(trace, [90, 91, 104, 105]).delta_logits.shape
    (20,)
    """

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    delta_logits: NDArray[np.float32]
    delta_probabilities: NDArray[np.float32]


@dataclass(frozen=True)
class RandomRegions:
    """Regions (R, N), true where a patch goes, each of as many patches as the painted one, and how they were made."""

    masks: NDArray[np.bool_]
    kind: Kind


def without_region(
    trace: Trace, region: Sequence[int], how: HowPatch = "drop", other: Tensor | None = None
) -> Removed:
    """Remove the patches ``region``, counted row by row on ``cell_grid(trace)``; of a ViT these are its own patches.

    Args:
        trace: a run without an edit.
        region: at least one patch.
        how: ``drop`` (a ViT's alone), or how pixels are replaced, see ``vitviz.tracing.replaced``.
        other: the picture of ``how="other"``, normalised, (1, C, H, W).

    Raises:
        ValueError: as ``logits_without``, or if there is no such patch.
    """
    rows, columns = cell_grid(trace)
    if not region or min(region) < 0 or max(region) >= rows * columns:
        raise ValueError(f"a region is of patches from 0 to {rows * columns - 1}")
    mask = np.zeros((1, rows * columns), np.bool_)
    mask[0, list(region)] = True
    return compared(trace.logits, next(logits_without(trace, mask, how, other))[0])


def compared(plain: Tensor, logits: Tensor) -> Removed:
    """Scores (K,) or (R, K) beside those of the whole picture, (K,)."""
    # What a run in bfloat16 gives is no array of numpy's; what a differentiable one gives is not detached.
    plain, logits = plain.detach().float(), logits.float()
    p, q = logits.softmax(dim=-1), plain.softmax(dim=-1)
    return Removed(logits.numpy(), p.numpy(), (logits - plain).numpy(), (p - q).numpy())


def logits_without(
    trace: Trace, masks: NDArray[np.bool_], how: HowPatch = "drop", other: Tensor | None = None
) -> Iterator[Tensor]:
    """Class scores (r, K) without the patches of each row of ``masks`` (R, N), batch by batch, R in all.

    All rows have as many patches.

    Raises:
        ValueError: if the run is of several pictures or has no classes, the tokens of this model cannot be dropped or
            nothing would be left of one that pools its patches, or as ``vitviz.tracing.replaced``.
    """
    one_picture(trace)
    with_classes(trace.config)
    trace.check_weights()
    if how == "drop" and needs_a_cell(trace, "drop") and masks.all(axis=1).any():
        raise ValueError("this model pools its patches: without any of them it has no score")
    some = rows_at_once(trace.blocks[0]["resid_pre"])
    for first in range(0, len(masks), some):
        yield _logits(trace, torch.from_numpy(masks[first : first + some]), how, other)


@torch.no_grad()
def _logits(trace: Trace, gone: Tensor, how: HowPatch, other: Tensor | None) -> Tensor:
    """(R, N) -> (R, K)."""
    if how == "drop":
        prefix = trace.blocks[0].num_prefix
        left = (~gone).nonzero()[:, 1].view(len(gone), -1)  # (R, M)
        first = torch.arange(prefix).expand(len(gone), -1)  # (R, T)
        return logits_of_kept(trace, torch.cat([first, prefix + left], dim=1))
    cut = gone.view(len(gone), *cell_grid(trace))  # (R, h, w)
    pictures = replaced.replaced(trace.kept["image"], cut, how, other)  # (R, C, H, W)
    scores: Tensor = trace.network(pictures, read_only(trace.network))
    return scores


def random_regions(
    region: Sequence[int], grid: tuple[int, int], draws: int = DRAWS, seed: int = SEED
) -> RandomRegions:
    """The control: ``draws`` regions of the same size, the same ones for the same region and ``seed``.

    The same shape at other places, none of them twice, where it fits at so many; they may overlap the painted one. A
    region that reaches from edge to edge has nowhere to go, but perhaps what it leaves has: then that is moved. Else
    they are patches without any shape.
    """
    rows, columns = grid
    mask = np.zeros(grid, np.bool_)
    mask.reshape(-1)[list(region)] = True
    generator = np.random.default_rng([seed, *region])
    if mask.all() or not mask.any():
        return RandomRegions(np.zeros((0, rows * columns), np.bool_), "none")
    kinds: tuple[tuple[Kind, bool], ...] = (("moved", False), ("rest moved", True))
    for kind, rest in kinds:
        places = _places(mask ^ rest)
        if len(places) >= draws:
            chosen = generator.permutation(len(places))[:draws]
            moved = np.stack([_moved(mask ^ rest, *places[each]) for each in chosen])  # (R, h, w)
            return RandomRegions((moved ^ rest).reshape(draws, -1), kind)
    scattered = np.zeros((draws, rows * columns), np.bool_)
    for row in scattered:
        row[generator.permutation(rows * columns)[: int(mask.sum())]] = True
    return RandomRegions(scattered, "scattered")


def _places(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """By how many rows and columns a shape can be moved without leaving the grid; staying is no move."""
    rows, columns = np.nonzero(mask)
    down = range(-int(rows.min()), mask.shape[0] - int(rows.max()))
    across = range(-int(columns.min()), mask.shape[1] - int(columns.max()))
    return [(i, j) for i in down for j in across if (i, j) != (0, 0)]


def _moved(mask: NDArray[np.bool_], down: int, across: int) -> NDArray[np.bool_]:
    rows, columns = np.nonzero(mask)
    moved = np.zeros_like(mask)
    moved[rows + down, columns + across] = True
    return moved
