"""One tensor of several blocks, one behind another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from vitviz.tracing.run import Run


def stacked(run: Run, name: str, blocks: Sequence[int] | None = None) -> Tensor:
    """See ``Run.stack``."""
    steps = run.attention_steps()
    tensors: list[Tensor] = []
    for number in range(len(steps)) if blocks is None else blocks:
        if not 0 <= number < len(steps):
            raise IndexError(f"this model has {len(steps)} attention blocks, there is no block {number}")
        tensors.append(run[f"{steps[number]}.{name}"])
    if len({x.shape for x in tensors}) > 1:
        shapes = " and ".join(dict.fromkeys(str(tuple(x.shape)) for x in tensors))
        raise ValueError(
            f"{name} has the shapes {shapes} in these blocks: choose blocks of one stage with blocks="
        )
    return torch.stack(tensors)
