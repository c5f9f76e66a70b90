"""What the node tests expect of several queries' attention, averaged: torch in double precision."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tests.web.fixtures import check

HEADS, DIM = 2, 3
# Two windows of four places with padding, as of a Swin's map of 2 x 3, and one window of all, as of a ViT.
ORDERS = {"windows": [[0, 1, 3, 4], [2, -1, 5, -1]], "all": [[0, 1, 2, 3, 4, 5]]}
REGIONS = [[0, 1, 4], [1, 2, 5], [3], [2, 5]]


def numbers(*shape: int, seed: int) -> Tensor:
    """Sines with few digits, which are the same numbers in every float32 and every text."""
    count = math.prod(shape)
    values = [round(2 * math.sin(seed + 1.7 * i), 3) for i in range(count)]
    return torch.tensor(values, dtype=torch.float32).view(shape).double()


def dense(weights: Tensor, order: list[list[int]]) -> Tensor:
    """Attention inside windows (W, H, K, K) among all tokens, (H, N, N); NaN where two never meet."""
    whole = torch.full((HEADS, 6, 6), math.nan, dtype=torch.float64)
    for window, tokens in enumerate(order):
        for row, query in enumerate(tokens):
            for column, key in enumerate(tokens):
                if query >= 0 and key >= 0:
                    whole[:, query, key] = weights[window, :, row, column]
    return whole


def mean(rows: Tensor) -> list[list[float | None]]:
    """The mean of (H, R, N) over R, NaN counted as 0 where another one is a number; (H, N), NaN as None."""
    known = rows.isnan().all(dim=1)
    means = torch.where(known, math.nan, rows.nan_to_num(0).mean(dim=1))
    return [[None if math.isnan(x) else round(x, 12) for x in head] for head in means.tolist()]


def test_fixture_of_regions() -> None:
    cases = []
    for order in ORDERS.values():
        shape = (len(order), HEADS, len(order[0]), DIM)
        q, k = numbers(*shape, seed=1), numbers(*shape, seed=2)
        scores = q @ k.mT / math.sqrt(DIM)  # (W, H, K, K)
        whole = dense(scores.softmax(dim=-1), order)
        cases.append(
            {
                "order": order,
                "q": [round(x, 3) for x in q.flatten().tolist()],
                "k": [round(x, 3) for x in k.flatten().tolist()],
                "lse": [round(x, 12) for x in scores.logsumexp(dim=-1).flatten().tolist()],
                "means": [
                    {"region": region, "row": mean(whole[:, region]), "column": mean(whole[:, :, region].mT)}
                    for region in REGIONS
                ],
            }
        )
    check("explorer/regions.json", cases)
