"""One more word at the end, computed now: how far every earlier output of each model moves."""

from __future__ import annotations

import streamlit as st

from vitviz.app import html, links, networks
from vitviz.app.sequence_models import sequence_model
from vitviz.app.settings import Setting
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.worlds.sentence_grammar import read_sentence

COUNTS = tuple(range(1, 11))  # words before the added one; each sentence has eleven
KEPT: Setting[int] = Setting("families.kept", links.one_of(COUNTS))
FIRST = 6
AIRPORTS = tuple(range(1, 12))  # eleven choices for the recurrent network
ROUNDING = 1e-5


def streams(sentence: int) -> None:
    """A slider for how many words there are, and what one more changes in each model."""
    from vitviz.analysis.families.same_words import SENTENCES
    from vitviz.analysis.families.streaming import (
        changes,
        decoder_outputs,
        encoder_outputs,
        memory_outputs,
        recurrent_outputs,
        writing_outputs,
    )

    words = SENTENCES[sentence].split()
    written = read_sentence(SENTENCES[sentence]).chinese
    n = KEPT.widget(lambda key: st.select_slider(say("families.kept"), COUNTS, key=key), COUNTS, FIRST)
    st.markdown(say("families.added", before=" ".join(words[:n]), word=words[n]))
    names = {
        "bert": lambda many: encoder_outputs(sequence_model("bert-mini"), words[:many]),
        "memory": lambda many: memory_outputs(sequence_model("translator-mini"), words[:many]),
        "gpt": lambda many: decoder_outputs(sequence_model("gpt-mini"), words[:many]),
        "writing": lambda many: writing_outputs(sequence_model("translator-mini"), words, written[:many]),
        "gru": lambda many: recurrent_outputs(sequence_model("gru4rec-mini"), list(AIRPORTS[:many])),
    }
    with networks.gate("light"):
        moved = {name: changes(run(n), run(n + 1)).tolist() for name, run in names.items()}
    rows = [
        [say(f"families.stream_{name}", n=n), _verdict(max(found)), *(short(value) for value in found)]
        for name, found in moved.items()
    ]
    head = [say("families.stream_model"), say("families.stream_verdict"), *words[:n]]
    st.html(html.table(rows, head, numbers=range(2, n + 2)))
    st.caption(say("families.stream_note"))


def _verdict(largest: float) -> str:
    """What the largest change means."""
    return say("families.stays" if largest < ROUNDING else "families.moves", largest=short(largest))
