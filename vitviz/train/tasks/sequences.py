"""What all tasks on rows of tokens share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from vitviz.models.build import build_sequence_network
from vitviz.models.sequence_config import SequenceConfig
from vitviz.models.sequence_start import start_sequence_network
from vitviz.train.config import Position, SequenceRecipe
from vitviz.train.recipe import learning_rate


class SequenceTask:
    """A recipe and the configuration of its network; what a batch is, a task of its own says."""

    metric: str

    def __init__(self, recipe: SequenceRecipe, config: SequenceConfig) -> None:
        self.recipe = recipe
        self.config = config

    @property
    def examples(self) -> int:
        """How many rows one epoch goes through."""
        return self.recipe.examples

    def to(self, device: torch.device) -> None:
        """The rows stay where they are.

        Raises:
            ValueError: for another device than the CPU.
        """
        if device.type != "cpu":
            raise ValueError("the networks that read tokens are trained on the CPU: use --device cpu")

    def build(self) -> nn.Module:
        """The network, its weights not yet filled."""
        return build_sequence_network(self.config)

    def start(self, network: nn.Module) -> None:
        """Weights that narrow networks learn from; see ``vitviz.models.sequence_start``."""
        start_sequence_network(network, self.recipe.seed)

    def learning_rate(self, place: Position) -> float:
        """A plateau after the warm-up, then a cosine."""
        recipe = self.recipe
        return learning_rate(place.progress, place.warmup, recipe.lr, recipe.final_lr, recipe.plateau)


def padded(rows: list[list[int]], padding: int = 0, left: bool = False) -> Tensor:
    """Rows of ids as one tensor (B, N) as wide as the longest, filled up on the right or on the ``left``."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), padding)
    for i, row in enumerate(rows):
        ids[i, width - len(row) if left else 0 : width if left else len(row)] = torch.tensor(row)
    return ids


def chosen(items: list[Any], numbers: Tensor) -> list[Any]:
    """Those with these numbers."""
    return [items[number] for number in numbers.tolist()]
