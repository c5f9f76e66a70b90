"""What the training loop asks of a task."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from vitviz.train.config import Position, Recipe

ORDER, AUGMENT, NETWORK = range(3)  # what randomness is for


class Task(Protocol):
    """One thing to learn: a recipe with the data that it is for."""

    # The figure that decides which weights are kept: the highest one.
    metric: str

    @property
    def recipe(self) -> Recipe:
        """What decides what the run computes."""
        ...

    @property
    def examples(self) -> int:
        """How many pictures or rows one epoch goes through."""
        ...

    def to(self, device: torch.device) -> None:
        """Move the data there."""
        ...

    def build(self) -> nn.Module:
        """The network, its weights not yet filled.

        Raises:
            ValueError: if it does not fit the data.
        """
        ...

    def start(self, network: nn.Module) -> None:
        """Fill the weights that training starts from, in place, on the CPU."""
        ...

    def learning_rate(self, place: Position) -> float:
        """The learning rate of a step."""
        ...

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Run the network on the batch of a step: one number to go down."""
        ...

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """The figures of a network in evaluation mode, ``metric`` among them."""
        ...
