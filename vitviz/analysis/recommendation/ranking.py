"""Where the item that really came next stands among all: its rank, recall@k and MRR@k."""

from __future__ import annotations

from torch import Tensor


def ranks(scores: Tensor, own: Tensor) -> Tensor:
    """The rank of what came next, 1 for the first, (M,). Of items with equal scores it stands in their middle."""
    mine = scores.gather(1, own[:, None])  # (M, 1)
    ahead, equal = (scores > mine).sum(dim=1), (scores == mine).sum(dim=1)
    return 1 + ahead + (equal - 1) / 2


def recall(rank: Tensor, k: int) -> float:
    """Share of cases whose item is among the first ``k``."""
    return (rank <= k).double().mean().item()


def mrr(rank: Tensor, k: int) -> float:
    """Mean of 1 / rank, which counts as 0 behind place ``k``."""
    return (1 / rank.double()).masked_fill(rank > k, 0).mean().item()


def figures(rank: Tensor) -> dict[str, float]:
    """The figures that all recommenders here are compared by."""
    return {**{f"recall{k}": recall(rank, k) for k in (1, 5, 10)}, "mrr20": mrr(rank, 20)}
