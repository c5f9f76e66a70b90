"""The losses of ``losses.py`` cell by cell: what each item adds to its row, what each row adds to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from vitviz.analysis.recommendation.losses import REGULARISED


@dataclass(frozen=True, eq=False)
class LossCells:
    """A loss taken apart. ``cells`` (M, C) and ``own`` (M,) are the terms, NaN where a column does not count.

    ``share`` (M, C) is the softmax that the loss has in it, NaN where there is none. ``rows`` (M,) are what the rows
    are worth: the loss is ``rows.sum() / divisor``.
    """

    cells: Tensor
    own: Tensor
    share: Tensor
    rows: Tensor
    divisor: int

    @property
    def total(self) -> float:
        """The loss."""
        return self.rows.sum().item() / self.divisor


def loss_cells(name: str, scores: Tensor, own: Tensor, others: Tensor) -> LossCells:
    """The loss called ``name`` in ``LOSSES``, of a matrix of scores (M, C).

    Terms: of cross-entropy exp(score) over the row's largest, of binary cross-entropy and BPR minus a logarithm, of
    TOP1 the smooth place and the pull, of BPR-max its share of what is won.
    """
    mine = scores.gather(1, own[:, None])  # (M, 1)
    nothing = torch.full_like(scores, torch.nan)
    count = others.sum(dim=1)  # (M,)
    if name == "cross_entropy":
        counted = others.scatter(1, own[:, None], True)
        share = scores.masked_fill(~counted, -torch.inf).softmax(dim=1)  # (M, C)
        top = scores.masked_fill(~counted, -torch.inf).amax(dim=1, keepdim=True)  # (M, 1)
        cells = (scores - top).exp()
        of_own = cells.gather(1, own[:, None])[:, 0]
        rows = (cells * counted).sum(dim=1).log() + (top - mine)[:, 0]
        return LossCells(_only(cells, others), of_own, _only(share, counted), rows, len(scores))
    if name == "binary_cross_entropy":
        cells, of_own = F.softplus(scores), F.softplus(-mine)[:, 0]
        rows = of_own + (cells * others).sum(dim=1) / count
        return LossCells(_only(cells, others), of_own, nothing, rows, len(scores))
    none_of_own = torch.full_like(mine[:, 0], torch.nan)
    if name in ("bpr", "top1"):
        if name == "bpr":
            cells = F.softplus(scores - mine)
        else:
            cells = torch.sigmoid(scores - mine) + torch.sigmoid(scores.square())
        rows = (cells * others).sum(dim=1)
        return LossCells(_only(cells, others), none_of_own, nothing, rows, int(count.sum()))
    share = scores.masked_fill(~others, -torch.inf).softmax(dim=1)
    cells = share * torch.sigmoid(mine - scores)
    rows = REGULARISED * (share * scores.square()).sum(dim=1) - (cells.sum(dim=1) + 1e-24).log()
    return LossCells(_only(cells, others), none_of_own, _only(share, others), rows, len(scores))


def _only(values: Tensor, counted: Tensor) -> Tensor:
    return values.masked_fill(~counted, torch.nan)
