"""Attention of every head over the words of a text, and how much of BERT's rests on ``[SEP]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import (
    EXAMPLES,
    LONGEST,
    READER,
    TEXT,
    WRITER,
    optional_field,
    reader,
    text_field,
    typed,
    word_pieces,
    writer,
)
from vitviz.app.widgets.word_attention import word_attention, word_place
from vitviz.app.words import say
from vitviz.plot.numbers import percent
from vitviz.worlds.word_pieces import MASK, PAD, SEP

if TYPE_CHECKING:
    from vitviz.analysis.text.rows import Row
    from vitviz.tracing.trace import Trace

Who = Literal["reader", "padded", "writer"]
WHO: Setting[Who] = Setting("text.who", links.one_of(("reader", "padded", "writer")))
PLACE = Setting("text.at", word_place)
SECOND = Setting("text.second", typed)
FILLED_UP = 6  # pieces of padding


def section() -> None:
    """A text in BERT, in BERT with padding, or in the decoder: three masks."""
    pieces = text_field(TEXT, say("text.text_label"), EXAMPLES[0])
    who = WHO.widget(
        lambda key: st.segmented_control(
            say("text.who"), ("reader", "padded", "writer"), key=key, required=True,
            format_func=lambda name: say(f"text.who_{name}"),
        ),
        ("reader", "padded", "writer"), "reader",
    )  # fmt: skip
    if pieces is None:
        return
    second = (
        None if who == "writer" else optional_field(SECOND, say("text.second_label"), LONGEST - len(pieces))
    )
    if second is None and who != "writer":
        return
    with session.gate():
        trace, names, row = _run(pieces, second or [], who)
        from vitviz.web.word_attention.payload import attention_over_words

        attention = attention_over_words(trace, names)
    first = names.index(MASK) if MASK in names else min(1, len(names) - 1)
    place = PLACE.get(f"2.0.{first}r", keep=False)
    word_attention("text.attention", attention, place, PLACE.set)
    if row is not None:
        _resting(trace, row)


def _run(pieces: list[str], second: list[str], who: Who) -> tuple[Trace, list[str], Row | None]:
    """The run, the names of its tokens, and BERT's row."""
    import torch

    from vitviz.analysis.text.guesses import trace_bert
    from vitviz.analysis.text.rows import row_of
    from vitviz.tracing.trace import run_tokens

    words = word_pieces()
    if who == "writer":
        ids = [words.number[piece] for piece in pieces]
        return run_tokens(writer(), torch.tensor([ids]), model_name=WRITER), pieces, None
    length = len(row_of(words, pieces, second).ids) + (FILLED_UP if who == "padded" else 0)
    row = row_of(words, pieces, second, length)
    return trace_bert(reader(), row, READER), list(row.pieces), row


def _resting(trace: Trace, row: Row) -> None:
    """The share of every head's attention that goes to ``[SEP]``, from the words of the text."""
    from vitviz.analysis.text.resting import resting

    ends = tuple(i for i, piece in enumerate(row.pieces) if piece == SEP)
    words = tuple(i for i, piece in enumerate(row.pieces) if i and piece not in (SEP, PAD))
    found = resting(trace, ends, words)
    layer, head = found.most
    st.markdown(
        say(
            "text.resting", mean=percent(found.mean), even=percent(found.even), layer=layer, head=head,
            most=percent(found.shares[layer, head].item()),
        )
    )  # fmt: skip
    rows = [
        (f"blocks.{i}", *(percent(share) for share in shares))
        for i, shares in enumerate(found.shares.tolist())
    ]
    heads = found.shares.shape[1]
    head_names = (say("text.layer"), *(say("text.head", head=h) for h in range(heads)))
    st.html(html.titled(say("text.resting_title"), html.table(rows, head_names, numbers=range(1, heads + 1))))
