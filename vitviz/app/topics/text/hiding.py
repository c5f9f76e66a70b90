"""BERT's lottery: which pieces of a row are asked for in training, and what stands there instead."""

from __future__ import annotations

from html import escape

import streamlit as st

from vitviz.app import html, session
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import seed_field, text_field, typed, word_pieces
from vitviz.app.words import say

LEARNED = Setting("text.learned", typed)
DEFAULT = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)
MANY = 1000  # seeds


def section() -> None:
    """A text, a seed, and what becomes of every piece."""
    from vitviz.analysis.text.lottery import lottery, shares, wanted
    from vitviz.analysis.text.rows import row_of

    left, right = st.columns([3, 1])
    with left:
        pieces = text_field(LEARNED, say("text.learned_label"), DEFAULT)
    with right:
        seed = seed_field()
    if pieces is None:
        return
    words = word_pieces()
    row = row_of(words, pieces)
    count = len(words.vocabulary)
    with session.gate():
        draws = {draw.place: draw for draw in lottery(row, count, seed)}
        often = shares(row, count, MANY)
    st.markdown(say("text.wanted", pieces=len(row.ids), asked=wanted(len(row.ids)), drawn=len(draws)))
    read = [
        f"<b>{escape(words.vocabulary[draws[i].number])}</b>" if i in draws else escape(piece)
        for i, piece in enumerate(row.pieces)
    ]
    st.html(html.titled(say("text.reads"), f"<p>{' '.join(read)}</p>"))
    rows = []
    for place, piece in enumerate(row.pieces):
        draw = draws.get(place)
        if draw is None:
            rows.append((str(place), piece, "", "", ""))
        else:
            rows.append(
                (
                    str(place),
                    piece,
                    str(draw.side),
                    say(f"text.lot_{draw.kind}"),
                    words.vocabulary[draw.number],
                )
            )
    head = tuple(say(f"text.column_{name}") for name in ("place", "piece", "side", "lot", "reads"))
    st.html(html.titled(say("text.lottery", seed=seed), html.table(rows, head, numbers=(0, 2))))
    if all(draw.kind != "random" for draw in draws.values()):
        st.caption(say("text.none_exchanged", seed=seed))
    st.html(
        html.titled(
            say("text.often", seeds=MANY),
            html.bars([(say(f"text.lot_{kind}"), share) for kind, share in often.items()]),
        )
    )
