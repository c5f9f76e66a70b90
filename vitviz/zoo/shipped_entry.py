"""Models whose weights come with vitviz, beside a card that names them: found by name, loaded. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.shipped import ASSETS, shipped_json, shipped_weights
from vitviz.zoo.source import Source

if TYPE_CHECKING:
    from vitviz.models.sided import SidedNetwork


@dataclass(frozen=True)
class ShippedEntry:
    """What is known of such a model, whatever it takes."""

    name: str
    title: str
    source: Source

    @property
    def trained(self) -> bool:
        """Whether its weights came with vitviz, or the card that names them."""
        return self._card.is_file() or (ASSETS / "weights" / self.source.where).is_file()

    @property
    def weights(self) -> Path:
        """The file of its weights, whose content is the one that its card names.

        Raises:
            CheckpointError: if it is missing or another one, or the card is no such JSON.
        """
        card = shipped_json(self._card)
        if not isinstance(card, dict) or "sha256" not in card:
            raise CheckpointError("shipped_damaged", file=self._card.name, reason="no card of a model")
        return shipped_weights(self.source.where, str(card["sha256"]))

    @property
    def figures(self) -> dict[str, Any]:
        """What its card says that it reached; nothing where it is not trained.

        Raises:
            CheckpointError: if the card cannot be read or is none.
        """
        if not self.trained:
            return {}
        card = shipped_json(self._card)
        if not isinstance(card, dict) or not isinstance(card.get("figures"), dict):
            raise CheckpointError("shipped_damaged", file=self._card.name, reason="no card of a model")
        return dict(card["figures"])

    @property
    def _card(self) -> Path:
        return (ASSETS / "weights" / self.source.where).with_suffix(".json")


Entry = TypeVar("Entry", bound=ShippedEntry)


@dataclass(frozen=True, eq=False)
class ShippedModel(Generic[Entry]):
    """A network that is ready to run. Its weights are shared: never change them."""

    entry: Entry
    network: SidedNetwork
    trained: bool


def find_shipped(entries: Mapping[str, Entry], name: str) -> Entry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    if name not in entries:
        raise CheckpointError("unknown_model", name=repr(name), known=", ".join(entries))
    return entries[name]


def load_shipped(
    entry: Entry, network: SidedNetwork, start: Callable[[SidedNetwork, int], object]
) -> ShippedModel[Entry]:
    """``network`` with the weights that were shipped; ``start`` with seed 0 makes those of one that has none.

    Raises:
        CheckpointError: if its weights are damaged.
    """
    from safetensors.torch import load_file

    if entry.trained:
        weights = load_file(entry.weights)
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        start(network, 0)
    return ShippedModel(entry, network.eval().requires_grad_(False), entry.trained)
