"""How each parameter of ours is made of the tensors of a checkpoint: known before any of them is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor


def as_it_is(tensor: Tensor) -> Tensor:
    """The tensor itself, not copied."""
    return tensor


@dataclass(frozen=True)
class Recipe:
    """One parameter of ours: the tensors of the checkpoint that it is made of, and how."""

    sources: tuple[str, ...]
    make: Callable[..., Tensor] = as_it_is

    def of(self, state: Mapping[str, Tensor]) -> Tensor:
        """Make it of tensors that are at hand."""
        return self.make(*(state[source] for source in self.sources))

    def then(self, change: Callable[[Tensor], Tensor]) -> Recipe:
        """This recipe with one more step."""
        return Recipe(self.sources, lambda *tensors: change(self.make(*tensors)))


# Our names and the recipe of each.
Plan = Mapping[str, Recipe]
