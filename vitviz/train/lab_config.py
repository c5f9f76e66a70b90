"""What a run of the lab is asked for: plain data, without torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

BATCHES = (8, 32, 64)
PICTURES = (200, 2000)
NOISES = (0.0, 0.2, 0.5)
LEARNING_RATE = 3e-3


@dataclass(frozen=True)
class LabConfig:
    """One run. ``noise`` is the share of training labels that are drawn anew by lot.

    Raises:
        ValueError: a number that the lab has not.
    """

    positions: bool = True
    warmup: bool = True
    tenfold: bool = False  # ten times the learning rate
    post_norm: bool = False
    pool: Literal["token", "avg"] = "token"
    noise: float = 0.0
    batch: int = 32
    pictures: int = 2000
    steps: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        if self.batch not in BATCHES or self.pictures not in PICTURES:
            raise ValueError(f"batches are of {BATCHES} and pictures are {PICTURES}")
        if not 0 <= self.noise <= 1 or self.pool not in ("token", "avg") or self.steps < 1:
            raise ValueError(f"noise {self.noise}, pool {self.pool!r}, steps {self.steps}")

    @property
    def lr(self) -> float:
        """The highest learning rate."""
        return LEARNING_RATE * (10 if self.tenfold else 1)

    @property
    def warmup_steps(self) -> int:
        """Steps in which the learning rate rises from 0."""
        return WARMUP if self.warmup else 0

    def changed(self) -> dict[str, Any]:
        """What is not as in the plain run."""
        plain = LabConfig()
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) != getattr(plain, f.name)}

    def to_json(self) -> dict[str, Any]:
        """Its fields."""
        return asdict(self)


WARMUP = 50
