"""Softmax with a temperature that a person moves: computed in the browser from the run's own logits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import section

LISTED = 8


def softmax_bars(key: str, logits: NDArray[np.floating], names: Sequence[str], chosen: int) -> None:
    """Show the highest of the logits (K,) and ``chosen`` with exp(z / T) and their share; ``names`` (K,) name them."""
    mount = component("app/topics/class_scores/part.js")
    order = np.argsort(-logits, kind="stable")[:LISTED].tolist()
    rows = order if chosen in order else [*order[:-1], chosen]
    data = {
        "logits": np.asarray(logits, np.float32),
        "rows": [{"index": int(index), "name": names[index]} for index in rows],
        "chosen": chosen,
        "words": section("class_scores.softmax"),
    }
    mount(key=key, data=data)
