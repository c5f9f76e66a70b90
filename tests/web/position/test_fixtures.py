"""What the node tests of the position page's modules compare with: cosines and means that numpy computes."""

from __future__ import annotations

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.position.similarity import cosine_similarities

ROWS, COLUMNS, DIM = 3, 4, 10
PREFIX = ["cls", "reg1"]
QUERY, PAIR = 5, (3, 9)


def test_fixture_of_cosines() -> None:
    e = np.random.default_rng(7).normal(size=(len(PREFIX) + ROWS * COLUMNS, DIM)).astype(np.float32)
    e[1] = 0  # a prefix token without a position of its own
    cosines = cosine_similarities(e)
    order = [int(t) for t in np.argsort(-cosines[QUERY], kind="stable") if t >= len(PREFIX) and t != QUERY]
    first = len(PREFIX)
    places = [(token, divmod(token - first, COLUMNS)) for token in range(first, len(e)) if token != QUERY]
    row, column = divmod(QUERY - first, COLUMNS)
    groups = {
        "neighbours": [t for t, (r, c) in places if abs(r - row) + abs(c - column) == 1],
        "row": [t for t, (r, c) in places if r == row],
        "column": [t for t, (r, c) in places if c == column],
        "elsewhere": [t for t, (r, c) in places if r != row and c != column],
    }
    i, j = PAIR
    check(
        "position/cosines.json",
        {
            "values": e.ravel().tolist(),
            "dim": DIM,
            "map": {"rows": ROWS, "columns": COLUMNS, "prefix": PREFIX},
            "rows": [[None if np.isnan(value) else round(value, 12) for value in line] for line in cosines],
            "query": QUERY,
            "most": order[:3],
            "least": order[::-1][:3],
            "means": {
                name: round(float(cosines[QUERY, members].mean()), 12) for name, members in groups.items()
            },
            "pair": {
                "tokens": PAIR,
                "dot": round(float(e[i].astype(float) @ e[j].astype(float)), 12),
                "lengths": [round(float(np.linalg.norm(e[token].astype(float))), 12) for token in PAIR],
            },
        },
    )
