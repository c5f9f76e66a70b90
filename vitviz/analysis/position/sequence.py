"""The sequence of a ViT before and after the position is added (ViT, arXiv 2010.11929, eq. 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Addition:
    """One channel of one token: token + position, and what torch made of it."""

    token: float
    position: float
    computed: float

    @property
    def sum(self) -> float:
        """Token and position added in float64."""
        return self.token + self.position


@dataclass(frozen=True)
class PrefixToken:
    """A token that no patch made: its index and name, the parameter it is, and what its numbers span.

    ``position_length`` is None where it has no position of its own.
    """

    index: int
    name: str
    parameter: str
    length: float
    low: float
    high: float
    position_length: float | None


@dataclass(frozen=True, eq=False)
class Sequence:
    """``tokens`` (N, D), their ``positions`` (N, D) or None where a model adds none, and ``total`` (N, D), their sum.

    Without positions ``total`` is ``tokens``.
    """

    tokens: Vectors
    positions: Vectors | None
    total: Vectors

    def addition(self, token: int, channel: int) -> Addition:
        """One channel of one token, added up.

        Raises:
            ValueError: this model adds no positions.
        """
        if self.positions is None:
            raise ValueError("this model adds no positions")
        place = (token, channel)
        return Addition(float(self.tokens[place]), float(self.positions[place]), float(self.total[place]))

    def gap(self) -> float:
        """Largest |difference| of tokens + positions, added in float32, from torch's sum over all numbers."""
        added = self.tokens if self.positions is None else self.tokens + self.positions
        return float(np.abs(added - self.total).max())

    def lengths(self) -> dict[str, NDArray[np.float32]]:
        """|x| of every token (N,) before and after the addition and of the positions, by the name of the tensor."""
        parts = {"tokens": self.tokens}
        if self.positions is not None:
            parts |= {"pos_embed": self.positions, "full_embed": self.total}
        return {name: np.linalg.norm(part, axis=1) for name, part in parts.items()}

    def prefix_tokens(self, names: tuple[str, ...]) -> list[PrefixToken]:
        """The tokens before the patches, whose ``names`` are those of the model's configuration."""
        found = []
        for index, name in enumerate(names):
            vector = self.tokens[index]
            position = None if self.positions is None else self.positions[index]
            has_position = position is not None and bool(np.any(position))
            found.append(
                PrefixToken(
                    index, name, parameter(name), float(np.linalg.norm(vector)),
                    float(vector.min()), float(vector.max()),
                    float(np.linalg.norm(position)) if has_position and position is not None else None,
                )
            )  # fmt: skip
        return found


def sequence_of(trace: Trace) -> Sequence:
    """The sequence of a run of a ViT."""
    one_picture(trace)
    positions = _vectors(trace, "pos_embed") if "pos_embed" in trace.names() else None
    return Sequence(_vectors(trace, "tokens"), positions, _vectors(trace, "full_embed"))


def parameter(name: str) -> str:
    """The name that timm and this project give the learned vector of a prefix token."""
    if name.startswith("reg"):
        return f"reg_token[0, {int(name.removeprefix('reg')) - 1}]"
    return f"{name}_token[0, 0]"


def _vectors(trace: Trace, name: str) -> Vectors:
    values: Vectors = to_numpy(trace[name][0])  # (N, D)
    return values
