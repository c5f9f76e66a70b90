"""Step 5: attention. Guess where a patch looks, see where it does, and open one weight down to q and k."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import links, session, tokens
from vitviz.app.settings import BLOCK, HEAD, Setting
from vitviz.app.topics.path.frame import run_step, take_away
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import in_brackets, in_formula
from vitviz.tracing.arrays import to_numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.path.one_weight import OneWeight
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "weights"
SIDE = 195
NONE = -1
KEY = Setting("path.key", links.signed)  # the token that was guessed, and then whose weight is opened
GUESSES = "path.weights.guesses"  # the first token that was clicked for each question, NONE where the answer was shown
INDEX = "path.weights.index"  # which product of q and k is read
FIRST = (6, 2)  # block and head to begin with, where the model has them


def show() -> None:
    """The picture twice: choose the patch that looks, guess where, then see the weights of one head."""
    model = session.entry("vit")
    _weights(model, run_step(STEP, model))


@st.fragment
def _weights(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.path.one_weight import open_weight

    left, middle, right = st.container(key="path-two").columns([1, 1, 1.5], gap="small")
    with right:
        block, head = _block_and_head(model, trace)
    grid, prefix, query = tokens.finest(model), tokens.prefix(model), tokens.current(model)
    weights = to_numpy(block.pattern(head, query))  # (N,)
    question = " ".join((*_where(model, query), block.name, str(head)))
    guessed = KEY.get(NONE, *_where(model, query))
    chosen = guessed if 0 <= guessed < weights.size else None
    with left:
        st.markdown(f"**1** {say('path.weights.query')}")
        picker(
            f"path.weights.query.{model.name}", session.seen(model), *grid, query,
            lambda token: tokens.choose(model, token), prefix=prefix, grid=grid[0] <= 40, width=SIDE,
        )  # fmt: skip
    with middle:
        st.markdown(f"**2** {say('path.weights.guess' if chosen is None else 'path.weights.seen')}")
        overlay = Overlay(weights, (0.0, float(weights.max())), label=say("path.weights.scale"))
        picker(
            f"path.weights.answer.{model.name}", session.seen(model), *grid,
            NONE if chosen is None else chosen, lambda token: _open(model, query, token, question), prefix=prefix,
            overlay=None if chosen is None else overlay, marked=[query], grid=grid[0] <= 40, width=SIDE,
        )  # fmt: skip
    with right, st.container(key="path-question"):
        st.markdown(f"**{say('path.weights.question')}**")
        if chosen is None:
            best = int(weights.argmax())
            st.button(
                say("path.show"), on_click=_show, args=(model, query, best, question), key="path.weights.show"
            )
            st.caption(say("path.weights.help"))
        else:
            _answer(model, weights, chosen, question)
    if chosen is not None:
        _opened(open_weight(block, head, query, chosen), query, chosen)
        take_away(STEP)


def _answer(model: ModelEntry, weights: NDArray[np.float32], chosen: int, question: str) -> None:
    """What the chosen token gets beside what the best one gets, and what all get together."""
    from vitviz.analysis.path.one_weight import rank

    best, place, prefix = int(weights.argmax()), rank(weights, chosen), tokens.prefix(model)
    st.markdown(
        say(
            "path.weights.hit" if place == 1 else "path.weights.missed", place=place, count=weights.size,
            verdict=_verdict(question, chosen, place),
            best=_name(model, best), most=f"{weights[best]:.1%}", even=f"{1 / weights.size:.1%}",
            chosen=_name(model, chosen), weight=f"{weights[chosen]:.1%}",
        ).strip()
    )  # fmt: skip
    together = say("path.weights.sum", count=weights.size, sum=f"{weights.sum(dtype=np.float64):.6f}")
    share = f"{weights[: len(prefix)].sum():.1%}"
    others = say("path.weights.prefix", names=", ".join(prefix), share=share) if prefix else ""
    st.caption(f"{together} {others}")


def _block_and_head(model: ModelEntry, trace: Trace) -> tuple[BlockTrace, int]:
    names, heads = range(len(trace.blocks)), range(trace.blocks[0].num_heads)
    first = FIRST if FIRST[0] in names and FIRST[1] in heads else (len(names) // 2, 0)
    left, right = st.columns(2, gap="medium")
    with left:
        label = say("path.weights.block")
        at = BLOCK.widget(lambda key: st.select_slider(label, names, key=key), names, first[0], model.name)
    with right:
        label_of_head = say("path.weights.head", count=len(heads))
        head = HEAD.widget(
            lambda key: st.select_slider(label_of_head, heads, key=key) if len(heads) > 1 else 0,
            heads, first[1], model.name,
        )  # fmt: skip
    return trace.blocks[at], head


def _where(model: ModelEntry, query: int) -> tuple[str, str, str]:
    """A guess is of one query on one picture."""
    return model.name, session.picture().sha256, str(query)


def _open(model: ModelEntry, query: int, token: int, question: str) -> None:
    st.session_state.setdefault(GUESSES, {}).setdefault(question, token)
    KEY.set(token, *_where(model, query))


def _show(model: ModelEntry, query: int, best: int, question: str) -> None:
    _open(model, query, best, question)
    st.session_state[GUESSES][question] = NONE


def _verdict(question: str, chosen: int, place: int) -> str:
    """Of the first token that was clicked: those after it are opened, not guessed."""
    if st.session_state.get(GUESSES, {}).get(question, NONE) != chosen:
        return ""
    return "✓" if place == 1 else "✗"


def _name(model: ModelEntry, token: int) -> str:
    """A prefix token's name, or a patch's row and column."""
    prefix = tokens.prefix(model)
    if token < len(prefix):
        return prefix[token]
    row, column = divmod(token - len(prefix), tokens.finest(model)[1])
    return say("path.weights.patch", row=row, column=column)


def _opened(one: OneWeight, query: int, key: int) -> None:
    """q, k and their products, the score, and its share of the softmax."""
    dim = one.query.size

    def choose(index: int) -> None:
        st.session_state[INDEX] = index

    both = span(np.concatenate([one.query, one.key]), "activation")
    rows = [
        Strip(f"q[{query}]", one.query, both),
        Strip(f"k[{key}]", one.key, both),
        Strip("q·k", one.products, span(one.products, "activation")),
    ]
    at = st.session_state.get(INDEX, int(np.abs(one.products).argmax())) % dim
    strips("path.weights.strips", rows, at, choose, index_name=say("channel"))
    bias = f" + {in_brackets(one.bias)}" if one.bias else ""
    own = in_formula(float(np.exp(one.score - one.largest)))
    largest = r"s_{\max}"
    # Braces keep a formula on one line: on a phone the second stands below the first.
    score = (
        rf"s = \frac{{q \cdot k}}{{\sqrt{{{dim}}}}}{bias} = \frac{{{in_formula(one.dot)}}}"
        rf"{{{in_formula(dim**0.5)}}}{bias} = {in_formula(one.score)}"
    )
    weight = (
        rf"a = \frac{{e^{{s - {largest}}}}}{{\sum_j e^{{s_j - {largest}}}}} ="
        rf" \frac{{{own}}}{{{in_formula(one.others)}}} = {in_formula(one.weight)}"
    )
    st.markdown(rf"$\displaystyle{{{score}}}$ &emsp; $\displaystyle{{{weight}}}$")
    st.caption(say("path.weights.check", gap=f"{abs(one.weight - one.computed):.1e}"))
