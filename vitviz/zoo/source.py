"""Where the weights of a model come from. Imports no torch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# What a hub calls a model: owner/name.
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
Kind = Literal["embedded", "random", "hub", "file", "code"]
Step = Literal["download", "read", "build", "check"]
# Called with the step, how much of it is done and how much there is (bytes, or None where nobody knows). It may raise
# ``vitviz.zoo.errors.Cancelled`` to stop.
Progress = Callable[[Step, int, int | None], None]


def no_progress(step: Step, done: int, total: int | None) -> None:
    """The progress that nobody follows."""


@dataclass(frozen=True)
class Source:
    """Where the weights of a model come from.

    ``where`` is the file in ``assets/weights`` of embedded weights, ``owner/name`` on a hub, the path of a file, or the
    class of a module; it is empty for random weights. ``revision`` is the commit of a hub's model.
    """

    kind: Kind = "random"
    where: str = ""
    revision: str | None = None


RANDOM = Source()


@dataclass(frozen=True)
class Check:
    """Our network held against the one that it was made from: both ran on the same random picture.

    Attributes:
        against: the class of the other network.
        compared: what both computed: the class scores; without classes what a query of its own pools, or else the last
            hidden state.
        largest_gap: max |ours - theirs|.
        scale: max |theirs|, which says what the gap means.
        tolerance: the largest gap with which a model is loaded.
    """

    against: str
    compared: Literal["logits", "pooled", "last_hidden_state"]
    largest_gap: float
    scale: float
    tolerance: float
