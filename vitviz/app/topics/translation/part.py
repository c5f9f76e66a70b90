"""The page's browser part: the sentence that is composed, its translation, and the weights behind every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.app import networks, people
from vitviz.app.component import colours, component
from vitviz.app.widgets.word_attention import STYLES, word_attention_data, word_place
from vitviz.app.words import section
from vitviz.worlds.sentence_grammar import END, START, automaton

if TYPE_CHECKING:
    from vitviz.models.sequence_config import TranslatorConfig

# A question, one whose lines cross often, a pair of colour and thing that no sentence to learn from has, ...
EXAMPLES = (
    "there are three purple boats left of a mushroom .",
    "i see two old red houses behind the green tree .",
    "is a white boat in front of the big blue house ?",
    "the small fish is not next to a yellow car .",
    "a red tree above four mushrooms is old .",
)


def translation_part(
    key: str,
    text: str,
    choice: dict[str, Any],
    config: TranslatorConfig,
    figures: dict[str, Any],
    place: str | None,
    *,
    on_sentence: Callable[[str], None],
    on_choice: Callable[[dict[str, Any]], None],
    on_place: Callable[[str], None],
) -> None:
    """Show the translation of ``text`` step by step, opened with ``choice``; with ``place`` every head instead.

    ``on_sentence`` is called with the words of every sentence that a person completes, ``on_choice`` with what else
    they chose, ``on_place`` with what they chose among all heads.
    """
    from vitviz.app.topics.translation.answer import all_heads, answer, habits_elsewhere, projections

    mount = component("app/topics/translation/part.js", "app/topics/translation/part.css", *STYLES)
    with networks.gate("light"):
        data = {
            "answer": answer(text, people.here().owner),
            "all": None
            if place is None
            else word_attention_data(all_heads(text, people.here().owner), place),
            "choice": choice,
            "layers": config.decoder_depth,
            "heads": config.num_heads,
            "grammar": {"arrows": automaton(), "start": START, "end": END},
            "examples": list(EXAMPLES),
            "elsewhere": habits_elsewhere() if figures else None,
            "projections": projections(),
            "figures": figures,
            "words": section("translation.part"),
            "opened": {"words": section("explorer")},
            "scales": {name: colours(name) for name in ("attention", "activation")},
        }

    def sentence() -> None:
        if found := st.session_state[key].get("sentence"):
            on_sentence(str(found))

    def chosen() -> None:
        if found := st.session_state[key].get("choice"):
            on_choice(dict(found))

    def placed() -> None:
        if found := st.session_state[key].get("place"):
            on_place(word_place(str(found)))

    mount(key=key, data=data, on_sentence_change=sentence, on_choice_change=chosen, on_place_change=placed)
