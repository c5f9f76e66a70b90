"""Whether one stretch of text follows another, as BERT answers it: label 0 is "next", 1 "from elsewhere"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from vitviz.analysis.text.rows import Row
    from vitviz.models.bert import Bert


class Verdict(NamedTuple):
    """Both logits, and the probability that B is the next stretch: e^next / (e^next + e^elsewhere)."""

    next: float
    elsewhere: float
    probability: float


@torch.no_grad()
def judge(bert: Bert, row: Row) -> Verdict:
    """BERT's answer for a row of two stretches."""
    logits = bert(row.tokens, row.segment_ids).nsp_logits[0]  # (2,)
    return Verdict(logits[0].item(), logits[1].item(), logits.softmax(dim=0)[0].item())
