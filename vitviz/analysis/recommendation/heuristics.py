"""Four simple rules that a recommender has to beat: they only count."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Heuristics:
    """What was counted over the rows that a recommender learns from; ids are 1 to ``items``."""

    def __init__(self, rows: Sequence[Tensor], items: int) -> None:
        self.items = items
        self.popular = torch.zeros(items + 1)
        self.followed = torch.zeros(items + 1, items + 1)  # what came, and what came next
        for row in rows:
            self.popular += torch.bincount(row, minlength=items + 1)
            self.followed.index_put_((row[:-1], row[1:]), torch.ones(len(row) - 1), accumulate=True)

    def scores(self, rows: Sequence[Tensor]) -> dict[str, Tensor]:
        """Scores of all items after each row (M, items), by name. A tiny part of popularity decides between equals."""
        last = torch.tensor([int(row[-1]) for row in rows])
        own = torch.stack([torch.bincount(row, minlength=self.items + 1) for row in rows]).float()
        share = self.followed / self.followed.sum(dim=1, keepdim=True).clamp(min=1)
        tie = 1e-6 * self.popular / self.popular.max()
        found = {
            "most popular": self.popular.expand(len(rows), -1),
            "followed the last one": share[last] + tie,
            "own most frequent": own + tie,
            "the two multiplied": share[last] * (own + 0.1) + tie,
        }
        return {name: scores[:, 1:] for name, scores in found.items()}
