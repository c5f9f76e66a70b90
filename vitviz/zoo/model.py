"""A network that is ready to run, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.zoo.registry import ModelEntry
from vitviz.zoo.source import Check


@dataclass(frozen=True, eq=False)
class Model:
    """A network that is ready to run, and what is known of it. Its weights are shared: never change them.

    ``check`` says how far it is from the module that it was made from, where it was made from one.
    """

    entry: ModelEntry
    network: VisionTransformer | SwinTransformer
    trained: bool
    check: Check | None = None

    @property
    def num_parameters(self) -> int:
        """How many numbers training can set."""
        return sum(parameter.numel() for parameter in self.network.parameters())
