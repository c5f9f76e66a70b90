"""What both models answer to one aircraft's last flights, as they were or as a person changed them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.recommendation.edits import PLACES, edited, read_edits
from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.prediction import attended, gated, last_scores, leave_one_out
from vitviz.app.topics.recommendation.models import codes, gru4rec, sasrec

KEPT = 32  # answers, some 200 KB each, which are the same for everybody


def history(aircraft: int) -> Tensor:
    """The last flights of an aircraft but the very last one, (N,) ids with N up to 50."""
    return flights().rows[aircraft][-PLACES - 1 : -1]


def ids() -> dict[str, int]:
    """The airports' ids by their codes."""
    return {code: number for number, code in enumerate(codes(), 1)}


@lru_cache(maxsize=KEPT)
def answer(aircraft: int, edits: str) -> dict[str, Any]:
    """The row as it is asked about, both models' scores of all airports, and what SASRec's are made of."""
    torch.set_num_threads(1)
    given = history(aircraft)
    left = edited(given.tolist(), read_edits(edits, ids()))
    items = torch.tensor([item for _, item in left])
    looked = attended(sasrec(), items)
    return {
        "aircraft": aircraft,
        "edits": edits,
        "given": _array(given),  # (N,)
        "flights": len(flights().rows[aircraft]),
        "came": int(flights().rows[aircraft][-1]),
        "places": np.array([place for place, _ in left], np.int32),  # (n,), of the items that are left
        "items": _array(items),  # (n,)
        "sasrec": {
            "scores": _array(looked.scores),  # (I,)
            "before": _array(_unchanged(aircraft)["sasrec"]),  # (I,)
            "weights": _array(looked.weights[:, 0]),  # (L, n): there is one head
            "attnScores": _array(looked.attn_scores[:, 0]),  # (L, n)
            "q": _array(looked.q[:, 0]),  # (L, d)
            "k": _array(looked.k[:, 0]),  # (L, n, d)
            "state": _array(looked.state),  # (D,)
        },
        "gru4rec": {
            "scores": _array(_of_gru(items)),
            "before": _array(_unchanged(aircraft)["gru4rec"]),
        },
    }


@lru_cache(maxsize=KEPT)
def gates(aircraft: int, edits: str) -> dict[str, NDArray[Any]]:
    """What GRU4Rec's scores are made of: gates and states (n, D), and what goes into the gates (n, 3, D)."""
    torch.set_num_threads(1)
    made = gated(gru4rec(), torch.from_numpy(answer(aircraft, edits)["items"]).long())
    return {
        "reset": _array(made.reset),
        "update": _array(made.update),
        "candidate": _array(made.candidate),
        "state": _array(made.state),
        "ofInput": _array(made.of_input),
        "ofState": _array(made.of_state),
    }


@lru_cache(maxsize=KEPT)
def worth(aircraft: int, edits: str) -> dict[str, Any]:
    """All airports' probabilities (n, I) by both models where one of the choices is left out."""
    torch.set_num_threads(1)
    items = torch.from_numpy(answer(aircraft, edits)["items"]).long()
    if len(items) < 2:
        return {"sasrec": None, "gru4rec": None}
    return {
        "sasrec": _array(leave_one_out(sasrec(), items)),
        "gru4rec": _array(leave_one_out(gru4rec(), items)),
    }


@lru_cache(maxsize=KEPT)
def _unchanged(aircraft: int) -> dict[str, Tensor]:
    """Both models' scores (I,) after the row as it was."""
    given = history(aircraft)
    return {"sasrec": attended(sasrec(), given).scores, "gru4rec": _of_gru(given)}


def _of_gru(items: Tensor) -> Tensor:
    """GRU4Rec's scores (I,) after a row."""
    return last_scores(gru4rec(), [items], len(items))[0]


def _array(values: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = values.contiguous().numpy()
    return array.astype(np.int32) if array.dtype == np.int64 else array
