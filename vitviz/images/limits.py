"""What opening one picture may take when it is opened in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.images.cost.bounds import MEMORY


@dataclass(frozen=True)
class Limits:
    """Limits of one picture; what goes over them is ended and refused with a sentence.

    Attributes:
        seconds: of processor time (not on Windows).
        memory: bytes above those of an idle process and the file itself (on Linux).
        patience: seconds on the clock, everywhere.
    """

    seconds: float = 3.0
    memory: int = MEMORY
    patience: float = 30.0
