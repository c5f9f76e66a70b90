"""A model whose weights come with vitviz, beside a card that names them. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.shipped import ASSETS, shipped_json, shipped_weights
from vitviz.zoo.source import Source


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
