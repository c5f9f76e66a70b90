"""Hidden words: BERT's answer from both sides beside the decoder's from the left alone, with every logit opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.markup import as_text
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import (
    EXAMPLES,
    TEXT,
    hidden_places,
    reader,
    text_field,
    word_pieces,
    writer,
)
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import added, percent, short
from vitviz.worlds.word_pieces import MASK

if TYPE_CHECKING:
    from vitviz.analysis.text.guesses import Answer


def read_places(text: str) -> list[int]:
    """``3,7``.

    Raises:
        ValueError: if it is no such list.
    """
    return [int(each[:3]) for each in text.split(",")] if text else []


HIDDEN: Setting[list[int]] = Setting("text.hidden", read_places)
OPENED = Setting("text.opened", links.whole)
CHANNEL = Setting("text.channel", links.whole)


def section() -> None:
    """A text, the pieces of it that are hidden, and what both models say stands there."""
    from vitviz.analysis.text.guesses import from_both_sides, from_the_left_at, trace_bert
    from vitviz.analysis.text.rows import row_of

    _examples()
    pieces = text_field(TEXT, say("text.text_label"), EXAMPLES[0])
    if pieces is None:
        return
    places = _hidden(pieces)
    hidden = [MASK if i in places else piece for i, piece in enumerate(pieces)]
    row = row_of(word_pieces(), hidden)
    if not row.masked:
        st.info(say("text.nothing_hidden"))
        return
    with session.gate():
        trace = trace_bert(reader(), row)
        both = {place: from_both_sides(trace, place) for place in row.masked}
        left = from_the_left_at(writer(), row, word_pieces().number[MASK])
    for place in row.masked:
        _one(place, hidden, pieces[place - 1], both[place], left[place])
    _open_logit(row.masked[0], both[row.masked[0]])


def _examples() -> None:
    """Sentences to begin with."""
    with st.container(horizontal=True):
        for i, example in enumerate(EXAMPLES):
            st.button(as_text(example), key=f"text.example.{i}", on_click=_choose, args=(example,))


def _choose(example: str) -> None:
    TEXT.choose(example)
    HIDDEN.choose([])


def _hidden(pieces: list[str]) -> list[int]:
    """Which pieces a person hides beside those where ``[MASK]`` was typed."""
    typed = hidden_places(pieces)
    free = [i for i in range(len(pieces)) if i not in typed]
    kept = [i for i in HIDDEN.get([]) if i in free]
    key = f"{HIDDEN.name}.{hash(tuple(pieces))}"
    st.session_state.setdefault(key, kept)
    chosen = st.pills(
        say("text.hide"), free, format_func=lambda i: as_text(pieces[i]), selection_mode="multi", key=key
    )
    HIDDEN.set(sorted(chosen))
    return sorted({*typed, *chosen})


def _one(place: int, hidden: list[str], truth: str, both: Answer, left: Answer | None) -> None:
    """One hidden place: two tables beside one another."""
    shown = " ".join(
        f"**[{as_text(piece.strip('[]'))}]**" if i == place - 1 else as_text(piece)
        for i, piece in enumerate(hidden)
    )
    st.markdown(f"##### {say('text.place', place=place)}")
    st.markdown(shown)
    ranks = ""
    if truth != MASK:
        number = word_pieces().number[truth]
        ranks = say(
            "text.truth",
            piece=truth,
            rank=both.rank(number),
            share=percent(both.probabilities[number].item()),
        )
    right = html.titled(say("text.from_left"), f'<p class="vvt-note">{say("text.no_left")}</p>')
    if left is not None:
        right = html.titled(say("text.from_left"), _table(left), note=_sum(left))
    st.html(
        html.beside([html.titled(say("text.from_both"), _table(both), note=f"{_sum(both)} {ranks}"), right])
    )


def _table(found: Answer) -> str:
    """The likeliest pieces, each with what its probability is made of; a decoder's logits have no bias."""
    names = word_pieces().vocabulary
    parts = ("h\u00b7e", "b") if found.biased else ("h\u00b7e",)
    rows = [
        (
            names[guess.number], percent(guess.probability), short(guess.share), short(guess.logit),
            *(short(part) for part in (guess.product, guess.bias)[: len(parts)]),
        )
        for guess in found.guesses
    ]  # fmt: skip
    head = (say("text.piece"), "p", "e^(logit \u2212 max)", "logit", *parts)
    return html.table(rows, head, numbers=range(1, len(head)))


def _sum(found: Answer) -> str:
    """How the second probability follows from its logit."""
    second = found.guesses[1]
    terms = f"{short(second.product)} {added(short(second.bias))} = " if found.biased else ""
    exponent = f"{short(second.logit)} {added(short(-found.top))}"
    return say(
        "text.opened", terms=terms, logit=short(second.logit), exponent=exponent, share=short(second.share),
        total=short(found.total), probability=short(second.probability),
    )  # fmt: skip


def _open_logit(place: int, found: Answer) -> None:
    """One of BERT's logits, channel by channel."""
    names = word_pieces().vocabulary
    count = len(found.guesses)
    chosen = OPENED.widget(
        lambda key: st.segmented_control(
            say("text.open_logit", place=place), range(count), key=key, required=True,
            format_func=lambda i: as_text(names[found.guesses[i].number]),
        ),
        range(count), 0,
    )  # fmt: skip
    guess = found.guesses[chosen]
    hidden, embedding = found.hidden.numpy(), reader().word_embed.weight[guess.number].numpy()
    rows = [
        Strip(label, values, span(values, "activation"))
        for label, values in (("h", hidden), ("e", embedding), ("h \u00b7 e", hidden * embedding))
    ]
    channel = min(CHANNEL.get(0), len(hidden) - 1)
    strips("text.logit", rows, channel, CHANNEL.set, index_name=say("text.channel"))
    st.markdown(
        say(
            "text.logit_opened", product=short(guess.product), bias=added(short(guess.bias)),
            logit=short(guess.logit),
        )
    )  # fmt: skip
