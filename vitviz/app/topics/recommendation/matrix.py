"""The matrix of scores of the section on losses: a few aircraft, what may come next, and every loss cell by cell."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch

from vitviz.analysis.recommendation.candidates import Source, candidates
from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.loss_cells import loss_cells
from vitviz.analysis.recommendation.losses import LOSSES
from vitviz.analysis.recommendation.negatives import visited_items
from vitviz.analysis.recommendation.prediction import last_scores
from vitviz.app.topics.recommendation.models import codes, sasrec

ROWS = 6
APART = 601
KEPT = 16


def aircraft_of_batch(first: int) -> list[int]:
    """The chosen aircraft and some far from it: neighbours in the data are often of one fleet."""
    return [(first + i * APART) % len(flights().rows) for i in range(ROWS)]


@lru_cache(maxsize=KEPT)
def score_matrix(first: int, source: Source, count: int, seed: int) -> dict[str, Any]:
    """SASRec's scores of the columns that ``source`` means, and all losses of them.

    What an aircraft never visited is drawn of its flights but the last two, as in training.
    """
    torch.set_num_threads(1)
    numbers, data = aircraft_of_batch(first), flights()
    rows = [data.rows[number] for number in numbers]
    came = torch.stack([row[-1] for row in rows])  # (M,)
    visited = visited_items([row[:-2] for row in rows], len(codes()))  # (M, I)
    # What really came is no other, also where the aircraft had never been there.
    chosen = candidates(source, came, visited.scatter(1, came[:, None] - 1, True), count, seed)
    scores = last_scores(sasrec(), [row[:-1] for row in rows], sasrec().config.max_length)
    scores = scores[:, chosen.items - 1]  # (M, C)
    losses = {}
    for name, loss in LOSSES.items():
        cells = loss_cells(name, scores, chosen.own, chosen.others)
        losses[name] = {
            "cells": cells.cells.numpy(),  # (M, C), NaN where a column does not count
            "own": cells.own.numpy(),
            "share": cells.share.numpy(),
            "rows": cells.rows.numpy(),
            "divisor": cells.divisor,
            "total": loss(scores, chosen.own, chosen.others).item(),
        }
    return {
        "aircraft": numbers,
        "source": source,
        "items": chosen.items.numpy().astype(np.int32),
        "own": chosen.own.numpy().astype(np.int32),
        "others": chosen.others.numpy().astype(np.uint8),
        "drawn": chosen.drawn.numpy().astype(np.int32),  # (M, n)
        "visited": visited.numpy().astype(np.uint8),  # (M, I)
        "scores": scores.contiguous().numpy(),
        "losses": losses,
    }
