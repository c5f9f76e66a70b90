"""How much attention rests on ``[SEP]``: a head that finds nothing for a word looks there (arXiv 1906.04341)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace


@dataclass(frozen=True)
class Resting:
    """``shares`` (L, H): mean over the words of the weight on the resting places; ``even`` is an even row's share."""

    shares: Tensor
    even: float

    @property
    def mean(self) -> float:
        """Over all heads."""
        return self.shares.mean().item()

    @property
    def most(self) -> tuple[int, int]:
        """Layer and head with the largest share."""
        layer, head = divmod(int(self.shares.argmax()), self.shares.shape[1])
        return layer, head


def resting(trace: Trace, places: tuple[int, ...], words: tuple[int, ...]) -> Resting:
    """The weight on the tokens ``places`` from the queries ``words``."""
    queries, keys = torch.tensor(words), torch.tensor(places)
    shares = [block.patterns(queries)[:, :, keys].sum(dim=-1).mean(dim=1) for block in trace.blocks]  # (H,)
    allowed = sum(number != 0 for number in trace["tokens"][0].tolist())
    return Resting(torch.stack(shares), len(places) / allowed)
