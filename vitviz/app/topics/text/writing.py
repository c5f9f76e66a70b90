"""The decoder goes on with a text: greedily or by lot, with what it keeps at every step."""

from __future__ import annotations

from html import escape

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.settings import Setting
from vitviz.app.topics.text.inputs import seed_field, text_field, typed, word_pieces, writer
from vitviz.app.words import say
from vitviz.plot.numbers import percent
from vitviz.worlds.word_pieces import MASK

START = Setting("text.start", typed)
DEFAULT = "She was not at all sure"
TEMPERATURES = (0.0, 0.5, 0.8, 1.0, 1.5)
TEMPERATURE = Setting("text.temperature", links.one_of(TEMPERATURES))
TOPS = (0, 1, 5, 20, 100)
TOP = Setting("text.top", links.one_of(TOPS))
STEPS = 24
LONGEST = 40  # pieces of the text: with what is written it has to fit the network's positions


def section() -> None:
    """A beginning, how the next piece is chosen, and every step."""
    from vitviz.analysis.text.writing import write

    pieces = text_field(START, say("text.start_label"), DEFAULT, LONGEST)
    one, two, three = st.columns([2, 2, 1])
    temperature = TEMPERATURE.widget(
        lambda key: one.segmented_control(
            say("text.temperature_label"), TEMPERATURES, key=key, required=True,
            format_func=lambda t: say("text.greedy") if t == 0 else f"{t:g}",
        ),
        TEMPERATURES, TEMPERATURES[0],
    )  # fmt: skip
    top = TOP.get(TOPS[0])
    if temperature > 0:  # the likeliest is chosen without a lot
        top = TOP.widget(
            lambda key: two.segmented_control(
                say("text.top_label"), TOPS, key=key, required=True,
                format_func=lambda k: say("text.all") if k == 0 else str(k),
            ),
            TOPS, TOPS[0],
        )  # fmt: skip
    with three:
        seed = seed_field()
    if pieces is None:
        return
    if MASK in pieces:
        st.caption(say("text.mask_unknown"))
    words = word_pieces()
    ids = [words.number[piece] for piece in pieces]
    with session.gate():
        steps = write(writer(), ids, STEPS, temperature, top, seed)
    written = [step.number for step in steps]
    st.html(
        html.titled(
            say("text.written"), f"<p>{escape(words.text(ids))} <b>{escape(words.text(written))}</b></p>"
        )
    )
    rows = [
        (
            str(i), words.vocabulary[step.number], percent(step.probability), percent(step.lot),
            str(step.kept), f"{step.cached / 1024:.1f} KiB", str(step.products), str(step.without),
            " \u00b7 ".join(f"{words.vocabulary[number]} {percent(share)}" for number, share in step.likeliest),
        )
        for i, step in enumerate(steps)
    ]  # fmt: skip
    names = ("step", "chosen", "own", "chance", "kept", "cache", "products", "without", "likeliest")
    head = [say(f"text.column_{name}") for name in names]
    st.html(html.titled(say("text.steps"), html.table(rows, head, numbers=(0, *range(2, 9)))))
    config = writer().config
    st.markdown(
        say(
            "text.cache_opened", layers=config.depth, tokens=steps[-1].kept, dim=config.embed_dim,
            size=steps[-1].cached, products=sum(step.products for step in steps),
            without=sum(step.without for step in steps),
        )
    )  # fmt: skip
