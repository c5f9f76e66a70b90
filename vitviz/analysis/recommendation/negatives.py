"""Items that stand for what did not come next: drawn among those that a person never chose."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def draw_negatives(visited: Tensor, count: int, generator: Generator) -> Tensor:
    """Columns (M, count) of items where ``visited`` (M, I) is false, each with the same chance, none twice in a row."""
    return torch.multinomial((~visited).float() + 1e-9, count, generator=generator)


def visited_items(rows: list[Tensor], items: int) -> Tensor:
    """Where each row of ids has ever been, (M, I)."""
    found = torch.zeros(len(rows), items, dtype=torch.bool)
    for number, row in enumerate(rows):
        found[number, row - 1] = True
    return found
