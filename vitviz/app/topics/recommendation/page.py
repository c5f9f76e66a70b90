"""Recommendation: where an aircraft goes next, by attention to its last flights and by one state that goes along."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from vitviz.analysis.recommendation.edits import PLACES, read_edits
from vitviz.app import links
from vitviz.app.section_choice import choose_section
from vitviz.app.sequence_models import sequence_head
from vitviz.app.settings import Setting
from vitviz.app.topics.recommendation.models import GRU4REC, SASREC, codes
from vitviz.app.topics.recommendation.part import every_place, recommendation_part
from vitviz.app.widgets.word_attention import word_attention, word_place
from vitviz.app.words import say

View = Literal["attention", "gru", "losses", "ranking"]
VIEWS: tuple[View, ...] = ("attention", "gru", "losses", "ranking")
LOSSES = ("binary_cross_entropy", "bpr", "top1", "bpr_max", "cross_entropy")
SOURCES = ("drawn", "batch", "all")
GATES = ("reset", "update", "candidate", "state")
AIRCRAFT = 3658  # of which the data have at least five flights
RECOMMENDERS = 6
FIRST = 3281
DIGITS = 1_000_000  # seeds are smaller


def read_changes(text: str) -> str:
    """Changes of a row as a link has them.

    Raises:
        ValueError: if they are none.
    """
    read_edits(text, {code: number for number, code in enumerate(codes(), 1)})
    return text


VIEW: Setting[View] = Setting("recommendation.view", links.one_of(VIEWS))
EDITS: Setting[str] = Setting("recommendation.edits", read_changes)
LOSS: Setting[str] = Setting("recommendation.loss", links.one_of(LOSSES))
OTHERS: Setting[str] = Setting("recommendation.others", links.one_of(SOURCES))
ALL = Setting("recommendation.all", links.flag)
PLACE: Setting[str] = Setting("recommendation.places", word_place)
GATE: Setting[str] = Setting("recommendation.gate", links.one_of(GATES))
# Whole numbers: what they begin with, and the largest that there is. -1 is what the page itself begins with.
NUMBERS: dict[str, tuple[int, int]] = {
    "aircraft": (FIRST, AIRCRAFT - 1),
    "place": (-1, PLACES - 1),
    "block": (0, 1),
    "airport": (-1, 103),
    "channel": (0, 63),
    "count": (1, 5),
    "seed": (0, DIGITS),
    "case": (0, 5),
    "column": (-1, 103),
    "users": (0, DIGITS),
    "user": (0, 9),
    "rule": (0, RECOMMENDERS - 1),
    "k": (10, 20),
}
LEAST = {"count": 1, "k": 1, "place": -1, "airport": -1, "column": -1}
SETTINGS = {name: Setting(f"recommendation.{name}", links.signed) for name in NUMBERS}


def show() -> None:
    """One aircraft's last fifty flights, what both models make of them, their losses and how they are measured."""
    given = say("recommendation.given")
    sequence_head(say("recommendation.title"), say("recommendation.lead"), SASREC, GRU4REC, given=given)
    _sections()


@st.fragment
def _sections() -> None:
    view = choose_section(
        VIEW, VIEWS, say("recommendation.views"), lambda name: say(f"recommendation.view_{name}")
    )
    choice = _choice()
    recommendation_part("recommendation.part", view, choice, on_choice=_keep)
    if view == "attention":
        _all_places(choice)
    st.markdown(say(f"recommendation.{view}_note"))


def _all_places(choice: dict[str, Any]) -> None:
    """The weights of every place and not only the last one, where a person asks for them."""
    if ALL.widget(lambda key: st.toggle(say("recommendation.all"), key=key), None, default=False):
        st.markdown(say("recommendation.all_lead"))
        attention = every_place(choice["aircraft"], choice["edits"])
        word_attention("recommendation.places", attention, PLACE.get(""), PLACE.set)


def _choice() -> dict[str, Any]:
    """What was chosen, as far as it is there."""
    numbers = {
        name: max(LEAST.get(name, 0), min(SETTINGS[name].get(first), most))
        for name, (first, most) in NUMBERS.items()
    }
    return numbers | {
        "edits": EDITS.get(""),
        "loss": LOSS.get(LOSSES[0]),
        "others": OTHERS.get(SOURCES[0]),
        "gate": GATE.get("update"),
    }


def _keep(choice: dict[str, Any]) -> None:
    """Keep what the browser part says was chosen; what is no such choice is left as it was."""
    for name, number in SETTINGS.items():
        number.set(int(choice[name]))
    for setting, name, known in ((LOSS, "loss", LOSSES), (OTHERS, "others", SOURCES), (GATE, "gate", GATES)):
        if choice[name] in known:
            setting.set(str(choice[name]))
    try:
        EDITS.set(read_changes(str(choice["edits"])))
    except ValueError:
        return
