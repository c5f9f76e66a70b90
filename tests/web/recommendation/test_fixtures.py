"""What the node tests of the recommendation page read: changed rows, ranks and shares as Python computes them."""

import torch

from tests.web.fixtures import check
from vitviz.analysis.recommendation.edits import edited, read_edits, write_edits
from vitviz.analysis.recommendation.ranking import mrr, recall

CODES = ["ATL", "BOS", "CLT", "DCA"]
IDS = {code: number for number, code in enumerate(CODES, 1)}


def test_the_fixture_of_rows_is_current() -> None:
    given = [1, 2, 1, 3, 4]
    rows = [
        {"text": text, "written": write_edits(edits, dict(enumerate(CODES, 1))), "left": edited(given, edits)}
        for text in ("", "3-", "4ATL,0-", "1DCA,2-,3BOS")
        for edits in [read_edits(text, IDS)]
    ]
    rank = torch.tensor([1.0, 2.5, 4.0, 10.0, 11.0, 1.0])
    scores = torch.tensor([2.0, -1.0, 0.5, 2.0], dtype=torch.float64)
    check(
        "recommendation/rows.json",
        {
            "codes": CODES,
            "given": given,
            "rows": rows,
            "ranks": rank.tolist(),
            "metrics": [{"k": k, "recall": recall(rank, k), "mrr": mrr(rank, k)} for k in (1, 3, 10)],
            "scores": scores.tolist(),
            "shares": scores.softmax(dim=0).tolist(),
        },
    )
