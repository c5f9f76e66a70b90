"""WordPiece on a word: every piece that is looked up, longest first, and what the word becomes."""

from __future__ import annotations

import streamlit as st

from vitviz.app import html
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import typed, word_pieces
from vitviz.app.words import say
from vitviz.worlds.word_pieces import words

WORD = Setting("text.word", typed)
DEFAULT = "Unbelievably"
MOST_WORDS = 4
MOST_TRIES = 60  # rows of the table


def section() -> None:
    """A word that is typed, with every try."""
    text = WORD.widget(
        lambda key: st.text_input(say("text.word_label"), key=key, max_chars=LONGEST_WORDS), None, DEFAULT
    )
    found = words(text)
    if not found:
        st.warning(say("text.word_empty"))
        return
    if len(found) > MOST_WORDS:
        st.caption(say("text.word_first", count=MOST_WORDS))
    for word in found[:MOST_WORDS]:
        _tries(word)


LONGEST_WORDS = 120  # characters


def _tries(word: str) -> None:
    known = word_pieces()
    rows, start = [], 0
    for piece, is_known in known.tries(word):
        inside = piece.removeprefix("##") if start else piece
        mark = say("text.found") if is_known else say("text.not_found")
        rows.append((piece, mark, str(known.number[piece]) if is_known else ""))
        start += len(inside) if is_known else 0
    pieces = known.pieces(word)
    note = say("text.tries", count=len(rows), pieces=len(pieces))
    head = (say("text.piece"), say("text.looked_up"), say("text.id"))
    shown = html.table(rows[:MOST_TRIES], head, numbers=(0, 2))
    st.html(html.titled(f"{word} \u2192 {' '.join(pieces)}", shown, note=note))
