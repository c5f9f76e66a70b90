"""A word in two texts: how alike its vectors are in the embedding and in each of the last four layers."""

from __future__ import annotations

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.markup import as_text
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import reader, text_field, typed, word_pieces
from vitviz.app.words import say
from vitviz.plot.numbers import short

ONE, TWO = Setting("text.one", typed), Setting("text.two", typed)
WORD = Setting("text.shared", links.whole)
DEFAULTS = (
    "She was very well, and in good spirits.", "You know very well that he did not like it.",
)  # fmt: skip


def section() -> None:
    """Two texts, a piece that stands in both, and the cosines of its vectors."""
    from vitviz.analysis.text.features import compared
    from vitviz.analysis.text.guesses import trace_bert
    from vitviz.analysis.text.rows import row_of

    first = text_field(ONE, say("text.one_label"), DEFAULTS[0])
    second = text_field(TWO, say("text.two_label"), DEFAULTS[1])
    if first is None or second is None:
        return
    shared = [piece for piece in dict.fromkeys(first) if piece in second]
    if not shared:
        st.warning(say("text.nothing_shared"))
        return
    longest = max(range(len(shared)), key=lambda i: (len(shared[i]), i))
    chosen = WORD.widget(
        lambda key: st.segmented_control(
            say("text.shared_label"), range(len(shared)), key=key, required=True,
            format_func=lambda i: as_text(shared[i]),
        ),
        range(len(shared)), longest, str(hash(tuple(shared))),
    )  # fmt: skip
    piece = shared[chosen]
    places = first.index(piece) + 1, second.index(piece) + 1
    words = word_pieces()
    with session.gate():
        runs = [trace_bert(reader(), row_of(words, pieces)) for pieces in (first, second)]
        layers = compared(runs[0], runs[1], places)
    rows = [
        (
            say(f"text.{each.name}") if each.name in ("embedding", "concatenated") else each.name,
            short(each.cosine), short(each.others), short(each.product), *(short(x) for x in each.lengths),
        )
        for each in layers
    ]  # fmt: skip
    head = [
        say(f"text.column_{name}")
        for name in ("layer", "cosine", "others", "product", "length_a", "length_b")
    ]
    title = say("text.compared", piece=piece, first=places[0], second=places[1])
    st.html(html.titled(title, html.table(rows, head, numbers=range(1, 6))))
    last = layers[-2]
    st.markdown(
        say(
            "text.cosine_opened", layer=last.name, product=short(last.product), a=short(last.lengths[0]),
            b=short(last.lengths[1]), cosine=short(last.cosine),
        )
    )  # fmt: skip
