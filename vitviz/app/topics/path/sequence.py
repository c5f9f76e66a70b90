"""Step 3: a class token in front, and a position added to every token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import links, session, tokens
from vitviz.app.session import Derived
from vitviz.app.settings import Setting
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.position.sequence import Sequence
    from vitviz.analysis.position.similarity import Structure
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "sequence"
SIDE = 250
ALIKE = 0.1  # of a cosine: what counts as more alike
STRUCTURE: Derived[Structure] = Derived("how alike neighbours' positions are")
CHANNEL = Setting("path.sequence.channel", links.whole)


def show() -> None:
    """One token of the sequence: what it was, the position that is added, and how alike positions are."""
    model = session.entry("vit")
    _sequence(
        model, run_step(STEP, model, prefix=", ".join(tokens.prefix(model)) or say("path.sequence.no_prefix"))
    )


@st.fragment
def _sequence(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.position.sequence import sequence_of
    from vitviz.analysis.position.similarity import cosines_with

    found, grid, prefix = sequence_of(trace), tokens.finest(model), tokens.prefix(model)
    token = tokens.current(model)
    if found.positions is None:
        st.info(say("path.sequence.not_added"))
        overlay, answered = None, True
    else:
        answered = _question(model, trace, found, grid)
        cosines = cosines_with(found.positions, token)
        overlay = Overlay(cosines, (-1.0, 1.0), "position", 0.75, say("path.sequence.cosine"))
        overlay = overlay if answered else None
    left, right = st.columns([1, 2.3], gap="medium")
    with left:
        picker(
            f"path.sequence.{model.name}", session.seen(model), *grid, token,
            lambda chosen: tokens.choose(model, chosen), prefix=prefix, overlay=overlay,
            grid=grid[0] <= 40, width=SIDE,
        )  # fmt: skip
    with right:
        _added(model, found, token)
    if answered:
        take_away(STEP)


def _question(model: ModelEntry, trace: Trace, found: Sequence, grid: tuple[int, int]) -> bool:
    from vitviz.analysis.position.similarity import cosine_similarities, structure

    positions = found.positions
    assert positions is not None

    def measured() -> Structure:
        patches = positions[len(tokens.prefix(model)) :]
        return session.derived(trace, STRUCTURE, lambda: structure(cosine_similarities(patches), grid))

    def right() -> str:
        lead = measured().neighbours - measured().elsewhere
        return "near" if lead > ALIKE else "far" if lead < -ALIKE else "none"

    return ask(
        STEP, model, {name: say(f"path.sequence.{name}") for name in ("near", "far", "none")}, right,
        lambda: say("path.sequence.because", near=short(measured().neighbours), far=short(measured().elsewhere)),
    )  # fmt: skip


def _added(model: ModelEntry, found: Sequence, token: int) -> None:
    """The token, the position and their sum, and one channel of the three."""
    names = tokens.prefix(model)
    name = names[token] if token < len(names) else say("path.sequence.patch", patch=token - len(names))
    length, dim = found.total.shape
    st.markdown(say("path.sequence.one", token=token, name=name, count=length, dim=dim))
    vectors = {say("path.sequence.token"): found.tokens[token]}
    if found.positions is not None:
        vectors |= {
            say("path.sequence.position"): found.positions[token],
            say("path.sequence.sum"): found.total[token],
        }
    values = np.concatenate([found.tokens[token], found.total[token]])
    rows = []
    for number, (label, vector) in enumerate(vectors.items()):
        quantity: Quantity = "position" if number == 1 else "activation"
        limits = span(vector, "position") if number == 1 else span(values, "activation")
        rows.append(Strip(label, vector, limits, quantity))
    channel = CHANNEL.get(0, model.name) % dim
    strips(
        f"path.sequence.strips.{model.name}", rows, channel, lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip
    if found.positions is not None:
        addition = found.addition(token, channel)
        st.markdown(
            say(
                "path.sequence.addition", channel=channel, token=short(addition.token),
                position=short(addition.position), sum=short(addition.computed),
            )
        )  # fmt: skip
    st.caption(say("path.sequence.try"))
