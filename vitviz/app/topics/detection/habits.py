"""The queries' habits over many pages: computed once for everybody, in steps that a person can end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vitviz.app import progress
from vitviz.app.kept import memory, size_of
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.detection.habits import Habits

KEY = ("habits", "detr-mini")


def kept_habits() -> dict[str, Any] | None:
    """What the browser part shows of them; None while nobody has computed them."""
    return cast("dict[str, Any] | None", memory.get(KEY))


def compute_habits() -> None:
    """Compute them; a bar shows how far that is, and any other choice ends it."""
    from vitviz.analysis.detection.habits import AT_ONCE, PAGES, habits
    from vitviz.app.topics.detection.network import network

    text = say("detection.habits_running", count=PAGES)
    steps = habits(network(), PAGES, AT_ONCE)
    *_, found = progress.in_steps(steps, -(-PAGES // AT_ONCE), text)
    data = habits_data(found)
    memory.put(KEY, data, size_of(data), always=True)


def habits_data(found: Habits) -> dict[str, Any]:
    """Habits as the browser part gets them."""
    cuts = [
        {"layers": list(cut.layers), "doubles": cut.doubles, "answers": cut.answers}
        for cut in found.cuts.values()
    ]
    return {"pages": found.pages, **found.arrays(), "cuts": cuts}
