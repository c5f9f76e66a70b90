"""How attention is spread: three figures of a network's heads, and the same three as a penalty in training.

A head that puts most of its weight on a few keys, whatever the picture shows, makes a dull picture of itself. Three
numbers say how far a network is from that:

- ``sinks``: the share of a head's weight on its most-looked-at keys, the mean over queries being taken first. In a
  ViT's 197 keys these are five; with fewer keys they are as many in proportion, and at least one;
- ``entropy``: of a query's weights over the keys, divided by the logarithm of their number (1: looks everywhere);
- ``largest_score``: the largest size of a score q k / sqrt(d) before the softmax. What a mask adds is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.models.layers import attention_scores
from vitviz.train.recipe import Network

SINK_SHARE = 5 / 197  # of the keys
MASKED = -50.0  # a score below this was masked: such keys are not there for the query


@dataclass(frozen=True)
class AttentionFigures:
    """The three figures: the means of ``sinks`` and ``entropy`` over all heads, the maximum of the scores' size."""

    sinks: float
    entropy: float
    largest_score: float


def sink_keys(keys: int) -> int:
    """How many most-looked-at keys count as sinks among so many."""
    return max(1, round(SINK_SHARE * keys))


def weight_on_sinks(pattern: Tensor) -> Tensor:
    """Share of the weight on the most-looked-at keys. (..., Nq, N) -> (...)."""
    looked_at = pattern.mean(dim=-2)  # (..., N)
    return looked_at.topk(sink_keys(looked_at.shape[-1]), dim=-1).values.sum(dim=-1)


def relative_entropy(pattern: Tensor) -> Tensor:
    """Entropy of every row over the logarithm of its length. (..., N) -> (...)."""
    return -torch.xlogy(pattern, pattern).sum(dim=-1) / math.log(pattern.shape[-1])


class _Measure:
    """A probe that adds up the three figures of every attention that it hears of, and keeps no pattern."""

    def __init__(self) -> None:
        self.sinks: list[float] = []
        self.entropy: list[float] = []
        self.largest = 0.0

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if name.endswith("attn_scores"):
            kept = tensor if tensor.min() > MASKED else tensor.masked_fill(tensor < MASKED, 0.0)
            self.largest = max(self.largest, kept.abs().max().item())
        elif name.endswith("pattern"):
            self.sinks.append(weight_on_sinks(tensor).mean().item())
            self.entropy.append(relative_entropy(tensor).mean().item())
        return tensor

    def wants(self, name: str) -> bool:
        return name.endswith(("attn_scores", "pattern"))


@torch.no_grad()
def attention_figures(network: Network, pictures: Iterable[Tensor]) -> AttentionFigures:
    """Measure a network on prepared pictures, each (1, 3, h, w); every head of every layer weighs the same.

    In a Swin a head has as many patterns as there are windows, and every window weighs the same within its layer.
    """
    measure = _Measure()
    network.eval()
    for picture in pictures:
        network(picture, measure)
    count = max(1, len(measure.sinks))
    return AttentionFigures(sum(measure.sinks) / count, sum(measure.entropy) / count, measure.largest)


@dataclass(frozen=True)
class Spread:
    """What attention is held to in training; beyond these bounds a penalty grows from nothing.

    Attributes:
        sinks: the mean over heads of ``weight_on_sinks`` may be this high.
        entropy: the mean of ``relative_entropy`` may be this low.
        score: the size of a score may be this high.
        layer: a layer of its own may be this much further off before it is penalised for itself.
        pictures: about so many of a batch (in a Swin: windows) are looked at.
        queries: so many queries of each, drawn anew for every step.
    """

    sinks: float = 0.22
    entropy: float = 0.72
    score: float = 20.0
    layer: float = 0.12
    pictures: int = 64
    queries: int = 48

    def penalty(self, heads: Tensor) -> Tensor:
        """One number from ``spread_of_heads`` of all layers, (L, 3)."""
        sinks, entropy, score = heads.unbind(dim=1)
        off = torch.stack([sinks - self.sinks, self.entropy - entropy])  # (2, L)
        return off.mean(dim=1).relu().sum() + (off - self.layer).relu().mean(dim=1).sum() + score.mean()

    def choose(self, tokens: int, device: torch.device) -> Tensor:
        """The queries to look at, (Q,); the first token is always among them."""
        others = torch.randperm(tokens - 1, device=device)[: self.queries - 1] + 1
        return torch.cat([others.new_zeros(1), others])


def spread_of_heads(
    q: Tensor, k: Tensor, chosen: Tensor, spread: Spread, bias: Tensor | None = None
) -> Tensor:
    """Mean sinks, mean entropy and what the scores have too much, of some pictures and queries of a layer: (3,).

    Args:
        q: queries (B, H, N, d).
        k: keys (B, H, N, d).
        chosen: the queries to look at, (Q,).
        spread: how many pictures, and from where on a score is too large.
        bias: (H, N, N), a Swin's relative position bias.
    """
    # An odd stride, so that among a Swin's windows it is not always the same one of a picture.
    some = slice(None, None, max(1, len(q) // spread.pictures) | 1)
    with torch.autocast(q.device.type, enabled=False):
        row = None if bias is None else bias[:, chosen].float()
        scores = attention_scores(q[some][:, :, chosen].float(), k[some].float(), row)  # (b, H, Q, N)
        pattern = scores.softmax(dim=-1)
        excess = (scores.abs().amax(dim=(-2, -1)) / spread.score - 1).relu().square()  # (b, H)
        entropy = relative_entropy(pattern.clamp(min=1e-9))
        return torch.stack([weight_on_sinks(pattern).mean(), entropy.mean(), excess.mean()])
