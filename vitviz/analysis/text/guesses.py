"""Which piece stands at a hidden place: BERT's answer from both sides, a decoder's from the left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from vitviz.tracing.trace import Trace, run_tokens

if TYPE_CHECKING:
    from vitviz.analysis.text.rows import Row
    from vitviz.models.bert import Bert
    from vitviz.models.gpt import Gpt


class Guess(NamedTuple):
    """One piece and what makes its probability: ``share`` = e^(logit - top).

    ``product`` is that of the place's vector with the piece's embedding; with ``bias`` it makes the ``logit``, but for
    the rounding of another order of addition.
    """

    number: int
    product: float
    bias: float
    logit: float
    share: float
    probability: float


@dataclass(frozen=True)
class Answer:
    """The likeliest pieces at one place.

    ``top`` is the largest logit, ``total`` the sum of all shares: probability = share / total. ``hidden`` (D,) is the
    vector whose products with the embeddings (V, D) are the logits, but for a bias where the model is ``biased``.
    """

    guesses: tuple[Guess, ...]
    top: float
    total: float
    hidden: Tensor
    probabilities: Tensor
    biased: bool

    def rank(self, number: int) -> int:
        """The place of a piece among all, from 1."""
        return int((self.probabilities > self.probabilities[number]).sum()) + 1


def answer(logits: Tensor, hidden: Tensor, embeddings: Tensor, bias: Tensor | None, count: int) -> Answer:
    """The ``count`` likeliest of the pieces with these logits (V,) and ``embeddings`` (V, D)."""
    top = logits.max()
    shares = (logits - top).exp()  # (V,)
    total = shares.sum()
    probabilities = logits.softmax(dim=0)  # (V,)
    found = []
    for number in logits.topk(count).indices.tolist():
        own = 0.0 if bias is None else bias[number].item()
        product = (hidden @ embeddings[number]).item()
        found.append(
            Guess(
                number,
                product,
                own,
                logits[number].item(),
                shares[number].item(),
                probabilities[number].item(),
            )
        )
    return Answer(tuple(found), top.item(), total.item(), hidden, probabilities, bias is not None)


def trace_bert(bert: Bert, row: Row, name: str = "") -> Trace:
    """BERT's run on a row."""
    return run_tokens(bert, row.tokens, row.segment_ids, model_name=name)


def from_both_sides(trace: Trace, place: int, count: int = 5) -> Answer:
    """What BERT says stands at ``place`` of its row."""
    bert: Bert = trace.structure  # type: ignore[assignment]  # the trace is one of BERT's
    logits, hidden = trace["mlm_logits"][0, place], trace["ln_mlm.out"][0, place]
    return answer(logits, hidden, bert.word_embed.weight, bert.mlm_bias.detach(), count)


def from_the_left(gpt: Gpt, before: list[int], count: int = 5) -> Answer | None:
    """What a decoder says comes after these pieces; None where there are none, as nothing speaks for the first one."""
    if not before:
        return None
    trace = run_tokens(gpt, torch.tensor([before]))
    return answer(trace["logits"][0, -1], trace["ln_final.out"][0, -1], gpt.word_embed.weight, None, count)


def from_the_left_at(gpt: Gpt, row: Row, mask: int, count: int = 5) -> dict[int, Answer | None]:
    """The decoder's answer at every hidden place of a row, ``[MASK]`` having the id ``mask``.

    It has never seen ``[MASK]``: at an earlier hidden place it goes on from its own first guess, or leaves it out where
    it has none.
    """
    answers: dict[int, Answer | None] = {}
    before: list[int] = []
    for place, number in enumerate(row.ids[1:], 1):  # without the row's first token, which only BERT knows
        if number == mask:
            answers[place] = found = from_the_left(gpt, before, count)
            if found is not None:
                before.append(found.guesses[0].number)
        else:
            before.append(number)
    return answers
