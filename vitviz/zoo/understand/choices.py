"""Settings of a stranger's configuration, each asked for by name and by type. Imports no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vitviz.zoo.errors import CheckpointError

LARGEST = 1 << 20  # of any number in a configuration: channels, pixels, blocks


class Choices:
    """The settings of one configuration; ``defaults`` are what its library documents for a setting that is not written.

    Every method raises ``CheckpointError`` for a setting that is in neither, or is no number, word or size.
    """

    def __init__(
        self, table: Mapping[str, Any], where: str, defaults: Mapping[str, Any] | None = None
    ) -> None:
        self.table = table
        self.where = where
        self.defaults = defaults or {}

    def __contains__(self, name: str) -> bool:
        return self.table.get(name) is not None

    def get(self, name: str) -> Any:
        """The setting as it is written."""
        value = self.table.get(name)
        value = self.defaults.get(name) if value is None else value
        if value is None:
            raise CheckpointError("missing_choice", where=self.where, choice=name)
        return value

    def number(self, name: str) -> int:
        """A whole number above 0."""
        value = self.get(name)
        if type(value) is not int or not 0 < value <= LARGEST:
            raise self._bad(name, value, "a whole number")
        return value

    def count(self, name: str) -> int:
        """A whole number, or 0."""
        return 0 if self.get(name) == 0 else self.number(name)

    def fraction(self, name: str) -> float:
        """A number above 0."""
        value = self.get(name)
        if type(value) not in {int, float} or not 0 < value < LARGEST:
            raise self._bad(name, value, "a number above 0")
        return float(value)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        value = self.get(name)
        if type(value) is not bool:
            raise self._bad(name, value, "true or false")
        return value

    def word(self, name: str) -> str:
        """A short text."""
        value = self.get(name)
        if not isinstance(value, str):
            raise self._bad(name, value, "a word")
        return value

    def numbers(self, name: str) -> tuple[int, ...]:
        """Several whole numbers, as one for each stage."""
        value = self.get(name)
        if not isinstance(value, list | tuple) or not all(
            type(n) is int and 0 <= n <= LARGEST for n in value
        ):
            raise self._bad(name, value, "a list of whole numbers")
        return tuple(value)

    def size(self, name: str) -> tuple[int, int]:
        """(height, width), written as one number or as two."""
        value = self.get(name)
        sides = [value, value] if type(value) is int else value
        if (
            not isinstance(sides, list | tuple)
            or len(sides) != 2
            or not all(type(n) is int and 0 < n <= LARGEST for n in sides)
        ):
            raise self._bad(name, value, "a size in pixels")
        return sides[0], sides[1]

    def side(self, name: str) -> int:
        """The side of a square."""
        height, width = self.size(name)
        if height != width:
            raise self._bad(name, (height, width), "a square")
        return height

    def one_of(self, name: str, meanings: Mapping[Any, Any]) -> Any:
        """What a word means here."""
        value = self.get(name)
        if not isinstance(value, str | int | bool) or value not in meanings:
            raise CheckpointError("unknown_choice", where=self.where, choice=name, value=value)
        return meanings[value]

    def must_be(self, name: str, wanted: object) -> None:
        """Refuse every other value of a setting whose other values are not built here."""
        value = self.get(name)
        if value != wanted:
            raise CheckpointError("unknown_choice", where=self.where, choice=name, value=value)

    def _bad(self, name: str, value: object, wanted: str) -> CheckpointError:
        return CheckpointError("bad_choice", where=self.where, choice=name, value=value, wanted=wanted)


def ratio(hidden: int, dim: int) -> float:
    """The factor for which int(dim * factor) is ``hidden``, as an MLP's width is computed."""
    factor = hidden / dim
    while int(dim * factor) < hidden:
        factor = math.nextafter(factor, math.inf)
    return factor
