"""Ten aircraft for whom recall and MRR are computed by hand, by both models and by the rules that only count."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch

from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.heuristics import Heuristics
from vitviz.analysis.recommendation.prediction import last_scores
from vitviz.analysis.recommendation.ranking import ranks
from vitviz.app.topics.recommendation.models import GRU4REC, SASREC, card, codes, gru4rec, sasrec

USERS = 10
KEPT = 16


@cache
def rules() -> Heuristics:
    """What the simple rules counted: the flights that the models learned from too."""
    return Heuristics(flights().learned, len(codes()))


@lru_cache(maxsize=KEPT)
def ten_users(seed: int) -> dict[str, Any]:
    """Ten aircraft drawn under ``seed``, all scores (R, U, I) of R recommenders, and the ranks (R, U) of what came."""
    torch.set_num_threads(1)
    data = flights()
    numbers = torch.randperm(len(data.rows), generator=torch.Generator().manual_seed(seed))[:USERS].tolist()
    rows = [data.rows[number] for number in numbers]
    before, came = [row[:-1] for row in rows], torch.stack([row[-1] for row in rows])
    length = sasrec().config.max_length
    scores = {
        "SASRec": last_scores(sasrec(), before, length),
        "GRU4Rec": last_scores(gru4rec(), before, length),
        **rules().scores(before),
    }
    last = [int(row[-1]) for row in before]
    counted = [torch.bincount(row, minlength=len(codes()) + 1)[1:] for row in before]
    return {
        "aircraft": numbers,
        "flights": [len(row) for row in before],
        "last": last,
        "came": came.tolist(),
        "names": list(scores),
        "scores": torch.stack(list(scores.values())).numpy(),  # (R, U, I)
        "ranks": torch.stack([ranks(each, came - 1) for each in scores.values()]).numpy(),  # (R, U)
        "popular": rules().popular[1:].numpy(),  # (I,)
        "followed": rules().followed[last][:, 1:].numpy(),  # (U, I)
        "own": torch.stack(counted).numpy().astype(np.int32),  # (U, I)
    }


def whole_test() -> dict[str, Any]:
    """The figures of all recommenders on the last flight of every aircraft, from the models' cards."""
    of_sasrec, of_gru = card(SASREC), card(GRU4REC)
    figures = {"SASRec": of_sasrec, "GRU4Rec": of_gru, **of_sasrec["heuristics"]}
    kinds = ("recall1", "recall5", "recall10", "mrr20")
    return {
        "rows": of_sasrec["rows"],
        "figures": {name: [each[kind] for kind in kinds] for name, each in figures.items()},
    }
