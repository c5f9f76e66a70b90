"""What comes next, by SASRec and by GRU4Rec: scores, what they are made of, and what each choice is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.sasrec import SasRec
from vitviz.tracing.trace import run_tokens

AT_ONCE = 512  # rows


@torch.no_grad()
def last_scores(network: nn.Module, rows: Sequence[Tensor], length: int) -> Tensor:
    """The scores of all items after each row, (M, I), from the last ``length`` items of it."""
    found = []
    for first in range(0, len(rows), AT_ONCE):
        some = [row[-length:] for row in rows[first : first + AT_ONCE]]
        width = max(map(len, some))
        padded = torch.stack(
            [pad(row, (width - len(row), 0)) for row in some]
        )  # (b, N), filled up on the left
        found.append(network(padded)[:, -1])
    return torch.cat(found)


@dataclass(frozen=True, eq=False)
class Attended:
    """A SASRec's run on a row of N items, as its last place sees it; L layers, H heads of d channels, I items."""

    q: Tensor  # (L, H, d), of the last place
    k: Tensor  # (L, H, N, d)
    attn_scores: Tensor  # (L, H, N)
    weights: Tensor  # (L, H, N)
    state: Tensor  # (D,), what the items' embeddings are multiplied with
    scores: Tensor  # (I,)


@torch.no_grad()
def attended(network: SasRec, items: Tensor) -> Attended:
    """Run a SASRec on a row of ids (N,)."""
    trace = run_tokens(network, items[None])
    names = [name for name, _ in network.steps()]

    def of_last(name: str) -> Tensor:
        return torch.stack([trace[f"{step}.{name}"][0, :, -1] for step in names])

    return Attended(
        q=of_last("q"),
        k=torch.stack([trace[f"{step}.k"][0] for step in names]),
        attn_scores=of_last("attn_scores"),
        weights=of_last("pattern"),
        state=trace["ln_final.out"][0, -1],
        scores=trace["scores"][0, -1],
    )


@dataclass(frozen=True, eq=False)
class Gated:
    """A GRU4Rec's run on a row of N items, step by step; D channels of the state, I items."""

    reset: Tensor  # (N, D)
    update: Tensor  # (N, D)
    candidate: Tensor  # (N, D)
    state: Tensor  # (N, D)
    of_input: Tensor  # (N, 3, D): what the item adds to reset, update and candidate
    of_state: Tensor  # (N, 3, D): what the state before it adds
    scores: Tensor  # (I,)


@torch.no_grad()
def gated(network: Gru4Rec, items: Tensor) -> Gated:
    """Run a GRU4Rec on a row of ids (N,)."""
    trace = run_tokens(network, items[None])
    steps = range(len(items))

    def of_gate(name: str) -> Tensor:
        return torch.stack([trace[f"gru.{t}.{name}"][0] for t in steps])

    state = of_gate("state")
    before = torch.cat([torch.zeros_like(state[:1]), state[:-1]])  # (N, D)
    return Gated(
        of_gate("reset"), of_gate("update"), of_gate("candidate"), state,
        of_input=network.cell.of_input(trace["embed"][0]).unflatten(1, (3, -1)),
        of_state=network.cell.of_state(before).unflatten(1, (3, -1)),
        scores=trace["scores"][0, -1],
    )  # fmt: skip


def leave_one_out(network: SasRec | Gru4Rec, items: Tensor) -> Tensor:
    """The probabilities of all items (N, I) where each of the items (N,) is left out in turn.

    Those before it move up by one place, as if that choice had never been made.

    Raises:
        ValueError: if there is only one item, so that nothing would be left.
    """
    if len(items) < 2:
        raise ValueError("of a row of one item none can be left out")
    rows = [torch.cat([items[:i], items[i + 1 :]]) for i in range(len(items))]
    length = cast(int, network.config.max_length)
    return last_scores(network, rows, length).softmax(dim=-1)
