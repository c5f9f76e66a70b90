"""Which items count as not having come, for a few rows at once: the columns of a matrix of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator, Tensor

from vitviz.analysis.recommendation.losses import all_others, others_of_batch
from vitviz.analysis.recommendation.negatives import draw_negatives

Source = Literal["batch", "drawn", "all"]
SOURCES: tuple[Source, ...] = ("drawn", "batch", "all")


@dataclass(frozen=True, eq=False)
class Candidates:
    """``items`` (C,) are ids, one a column; ``own`` (M,) is the column of what came, ``others`` (M, C) what counts."""

    items: Tensor
    own: Tensor
    others: Tensor
    drawn: Tensor  # (M, n) ids in the order in which they were drawn; (M, 0) where none were


def candidates(source: Source, came: Tensor, visited: Tensor, count: int, seed: int) -> Candidates:
    """The columns for rows after which ``came`` (M,) came; ``visited`` (M, I) is where they have ever been.

    ``batch``: each row's item is an other for the rest, as in GRU4Rec. ``drawn``: ``count`` of those that a row never
    visited, drawn under ``seed``, as SASRec has it with one. ``all``: the whole catalogue.
    """
    nothing = torch.zeros(len(came), 0, dtype=torch.int64)
    if source == "batch":
        return Candidates(came, torch.arange(len(came)), others_of_batch(came), nothing)
    catalogue = torch.arange(1, visited.shape[1] + 1)
    if source == "all":
        every = torch.zeros(visited.shape)  # all_others asks for the shape alone
        return Candidates(catalogue, came - 1, all_others(every, came - 1), nothing)
    drawn = draw_negatives(visited, count, Generator().manual_seed(seed)) + 1  # (M, n)
    items = torch.cat([came, drawn.flatten()]).unique()  # (C,), sorted
    column = torch.zeros(len(catalogue) + 1, dtype=torch.int64)
    column[items] = torch.arange(len(items))
    others = torch.zeros(len(came), len(items), dtype=torch.bool).scatter(1, column[drawn], True)
    return Candidates(items, column[came], others, drawn)
