"""Random numbers that are the same on every machine: whole numbers only, from SplitMix64 (Steele et al. 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")

_WORD = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


class Dice:
    """A row of random numbers that a seed, any whole number, decides."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _WORD

    def word(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _GOLDEN) & _WORD
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
        return z ^ (z >> 31)

    def below(self, end: int) -> int:
        """A number from 0 to ``end`` - 1."""
        return (self.word() >> 32) * end >> 32

    def between(self, first: int, last: int) -> int:
        """A number from ``first`` to ``last``, both included."""
        return first + self.below(last - first + 1)

    def chance(self, percent: int) -> bool:
        """Yes in ``percent`` of a hundred cases."""
        return self.below(100) < percent

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]


def grain(size: int, seed: int) -> NDArray[np.int32]:
    """Noise for every pixel of a picture, (size, size), each from -255 to 255 and most often near 0."""
    with np.errstate(over="ignore"):
        x = np.arange(size * size, dtype=np.uint32) + np.uint32((seed * 2_654_435_761) & 0xFFFFFFFF)
        # The finaliser of MurmurHash3.
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        x = x ^ (x >> np.uint32(16))
    noise = (x & np.uint32(255)).astype(np.int32) + ((x >> np.uint32(8)) & np.uint32(255)).astype(np.int32)
    return (noise - 255).reshape(size, size)
