"""Sink columns of an attention head: keys that nearly every query gives weight to, whatever it is itself.

Xiao et al. 2023 (arXiv 2309.17453) found them in language models, Darcet et al. 2023 (arXiv 2309.16588) in ViTs. Here a
sink is a key that gets more than ``TIMES_EVEN`` times as much of all weights as an even head would give it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

TIMES_EVEN = 10


class Sink(NamedTuple):
    """A key, and the share of all weights of its head that it gets."""

    key: int
    share: float


def sinks(received: Tensor) -> list[Sink]:
    """The sinks of one head, the strongest first; ``received`` (K,) is the mean weight that each key gets."""
    order = torch.argsort(received, descending=True, stable=True)
    strong = order[received[order] * len(received) > TIMES_EVEN]
    return [Sink(key, share) for key, share in zip(strong.tolist(), received[strong].tolist(), strict=True)]
