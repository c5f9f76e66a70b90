"""The text that a person typed: read once for all sections, and what is wrong with it in one sentence."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import streamlit as st

from vitviz.app import links
from vitviz.app.markup import as_text
from vitviz.app.sequence_models import sequence_model
from vitviz.app.settings import Setting
from vitviz.app.words import say
from vitviz.worlds.word_pieces import MASK, SPECIAL, UNK, WordPieces, words
from vitviz.zoo.sequence_models import find_sequence_model

if TYPE_CHECKING:
    from vitviz.models.bert import Bert
    from vitviz.models.gpt import Gpt

READER, WRITER = "bert-mini", "gpt-mini"
LONGEST_TEXT = 1000  # characters: far more than the models read, so that who pastes too much is told
LONGEST = 45  # pieces: with the row's own three it is as long as the rows that the reader learned from
EXAMPLES = (
    "Elizabeth was [MASK] to see him.",
    "She could not [MASK] what he had said.",
    "He is a very agreeable [MASK].",
)


def typed(text: str) -> str:
    """A text of a link, no longer than a person can type."""
    return text[:LONGEST_TEXT]


TEXT = Setting("text.text", typed)
SEED = Setting("text.seed", links.whole)
LARGEST_SEED = 9999


@cache
def word_pieces() -> WordPieces:
    """The pieces that both models know."""
    return WordPieces(find_sequence_model(READER).token_names)


def reader() -> Bert:
    """BERT."""
    return cast("Bert", sequence_model(READER).network)


def writer() -> Gpt:
    """The decoder alone."""
    return cast("Gpt", sequence_model(WRITER).network)


def text_field(setting: Setting[str], label: str, default: str, most: int = LONGEST) -> list[str] | None:
    """A field for a text; its pieces, or None where there is nothing in it that can be used, which it then says."""
    text = setting.widget(lambda key: st.text_input(label, key=key, max_chars=LONGEST_TEXT), None, default)
    return checked(text, most)


def optional_field(setting: Setting[str], label: str, most: int) -> list[str] | None:
    """A field that may stay empty; its pieces, or None where they are too many, which it then says."""
    text = setting.widget(lambda key: st.text_input(label, key=key, max_chars=LONGEST_TEXT), None, "")
    return checked(text, most) if text.strip() else []


def checked(text: str, most: int = LONGEST) -> list[str] | None:
    """The pieces of a text; None where it is empty or too long. What no piece is known for, it names."""
    pieces = word_pieces().split(text)
    if not pieces:
        st.warning(say("text.empty"))
        return None
    if len(pieces) > most:
        st.warning(say("text.too_long", count=len(pieces), most=most))
        return None
    unknown = unknown_words(text)
    if unknown:
        st.caption(say("text.unknown", words=as_text(", ".join(unknown[:5]))))
    return pieces


def unknown_words(text: str) -> list[str]:
    """The words of a text that become ``[UNK]``, once each."""
    for special in SPECIAL:
        text = text.replace(special, " ")
    return list(dict.fromkeys(word for word in words(text) if word_pieces().pieces(word) == [UNK]))


def hidden_places(pieces: list[str]) -> list[int]:
    """Where ``[MASK]`` stands."""
    return [i for i, piece in enumerate(pieces) if piece == MASK]


def seed_field(default: int = 0) -> int:
    """A whole number that decides what is drawn by lot."""
    return min(
        LARGEST_SEED,
        SEED.widget(
            lambda key: int(st.number_input(say("text.seed_label"), 0, LARGEST_SEED, step=1, key=key)),
            range(LARGEST_SEED + 1), default,
        ),
    )  # fmt: skip
