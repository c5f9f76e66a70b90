"""How a decoder goes on with a text, piece by piece, with keys and values kept for the pieces before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from vitviz.models.gpt import choose
from vitviz.models.masked_attention import KeyValues

if TYPE_CHECKING:
    from vitviz.models.gpt import Gpt


@dataclass(frozen=True)
class Step:
    """One piece more. ``probability`` is what the network gave it, ``lot`` what it had after temperature and top-k.

    ``likeliest`` are the first five with their probabilities; ``kept`` the tokens whose keys and values are kept
    afterwards, ``cached`` their bytes in all layers; ``products`` the scores of one head that this step computed with
    the kept ones, ``without`` those that it would have computed anew.
    """

    number: int
    probability: float
    lot: float
    likeliest: tuple[tuple[int, float], ...]
    kept: int
    cached: int
    products: int
    without: int


@torch.no_grad()
def write(gpt: Gpt, ids: list[int], count: int, temperature: float, top: int, seed: int) -> list[Step]:
    """Add ``count`` pieces to ``ids``, as ``Gpt.write`` chooses them, and note every step."""
    past = [KeyValues() for _ in gpt.blocks]
    generator = Generator().manual_seed(seed)
    new = torch.tensor([ids])  # (1, n)
    steps = []
    for _ in range(count):
        scores = gpt.go_on(new, past)  # (1, V)
        queries, kept = new.shape[1], len(past[0])
        new = choose(scores, temperature, top, generator).unsqueeze(1)  # (1, 1)
        probabilities = scores[0].softmax(dim=0)
        first = probabilities.topk(5)
        steps.append(
            Step(
                number=int(new),
                probability=probabilities[int(new)].item(),
                lot=_lot(scores[0], temperature, top)[int(new)].item(),
                likeliest=tuple(zip(first.indices.tolist(), first.values.tolist(), strict=True)),
                kept=kept,
                cached=sum(each.nbytes for each in past),
                products=queries * kept,
                without=kept * kept,
            )
        )
    return steps


def _lot(scores: Tensor, temperature: float, top: int) -> Tensor:
    """What every piece's chance was, (V,)."""
    if temperature == 0:
        return (scores == scores.max()).double()
    if top:
        scores = scores.masked_fill(scores < scores.topk(min(top, len(scores))).values[-1], -torch.inf)
    return (scores / temperature).softmax(dim=0)
