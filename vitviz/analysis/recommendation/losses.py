"""The losses of recommenders, from one matrix of scores: a row for each case, a column for each item.

``own`` (M,) is the column of the item that really came next, ``others`` (M, C) is true for the items that count as not
having come: all others of the catalogue, some that were drawn, or those of the other cases of a batch.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

REGULARISED = 1.0  # how much BPR-max pulls high scores of others down


def cross_entropy(scores: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """Minus the logarithm of the share that softmax gives to what came next, among it and the others."""
    counted = others.scatter(1, own[:, None], True)  # (M, C)
    return F.cross_entropy(scores.masked_fill(~counted, -torch.inf), own)


def binary_cross_entropy(scores: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """A yes for what came next and a no for the others, each by its own sigmoid (arXiv 1808.09781, eq. 9)."""
    no = (F.softplus(scores) * others).sum(dim=1) / others.sum(dim=1)  # (M,)
    return (F.softplus(-_of_own(scores, own))[:, 0] + no).mean()


def bpr(scores: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """Minus the logarithm of the sigmoid of each lead over another item (arXiv 1205.2618)."""
    lead = _of_own(scores, own) - scores  # (M, C)
    return (-F.logsigmoid(lead) * others).sum() / others.sum()


def top1(scores: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """How many others are ahead, made smooth, and a pull of their scores to 0 (arXiv 1511.06939, section 3.1.3)."""
    ahead = torch.sigmoid(scores - _of_own(scores, own)) + torch.sigmoid(scores.square())  # (M, C)
    return (ahead * others).sum() / others.sum()


def bpr_max(scores: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """BPR in which the others that lead count most, by their softmax (arXiv 1706.03847, section 3.2.2)."""
    share = scores.masked_fill(~others, -torch.inf).softmax(dim=1)  # (M, C)
    won = (share * torch.sigmoid(_of_own(scores, own) - scores)).sum(dim=1)  # (M,)
    pull = (share * scores.square()).sum(dim=1)  # (M,)
    return (REGULARISED * pull - (won + 1e-24).log()).mean()


def _of_own(scores: Tensor, own: Tensor) -> Tensor:
    return scores.gather(1, own[:, None])  # (M, 1)


LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "bpr": bpr,
    "top1": top1,
    "bpr_max": bpr_max,
}


def all_others(scores: Tensor, own: Tensor) -> Tensor:
    """Every other item of the catalogue, (M, C)."""
    return torch.ones_like(scores, dtype=torch.bool).scatter(1, own[:, None], False)


def others_of_batch(own: Tensor) -> Tensor:
    """Where the columns are the rows' own items: the other rows' items, if they are not the same, (M, M)."""
    return own[:, None] != own[None]
