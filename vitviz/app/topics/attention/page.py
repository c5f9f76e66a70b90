"""Attention: the explorer of every head of every layer, for any token of the picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import bench, session, shell
from vitviz.app.beside import choose_beside
from vitviz.app.class_names import naming
from vitviz.app.explorer_view import Start, explore, shown_state
from vitviz.app.markup import as_text
from vitviz.app.model_titles import title
from vitviz.app.topics.attention.html_file import FileRun, save_file
from vitviz.app.widgets.explorer import described
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.attention.opening import Opening
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

OPENING: session.Derived[Opening] = session.Derived("the head and patch that say most about the object")


def show() -> None:
    """The attention of the chosen picture, perhaps beside another picture or model, in the explorer."""
    from vitviz.analysis.attention.opening import opening

    model = session.entry()
    shell.head(say("attention.title"), say("attention.lead"), model)
    place, below = st.container(), st.container()
    with below:
        beside = choose_beside(model)
    with place, st.spinner(say("running")):
        data = described(model, session.picture(), str(st.session_state["picture_name"]))
        second = described(*beside) if beside else None
        trace = session.trace(model)
        first = session.derived(trace, OPENING, lambda: opening(trace))
    with place:
        # Until somebody chooses, the head and the patch that say most about the picture's object.
        start = Start(first.block, first.head, first.token)
        offers = partial(bench.offer, model, where="attention")
        explore("attention", data, second, start, model, lambda: offers(bench.of_chosen(model, trace, start)))
    with below:
        if beside and beside.model != model:
            st.caption(say("attention.across", model=as_text(title(beside.model))))
            if not beside.model.trained:
                shell.untrained(beside.model)
        one = FileRun(model, session.picture(), str(st.session_state["picture_name"]))
        shown = partial(shown_state, "attention", model, data, start)
        save_file([one, FileRun(*beside)] if beside else [one], shown)
        st.caption(_why(trace, model, first))


def _why(trace: Trace, model: ModelEntry, first: Opening) -> str:
    """Which head and patch the page opens with, and why just these."""
    block, of = trace.blocks[first.block], first.evidence
    row, column = block.patch_of(first.token) or (0, 0)
    rows, columns = block.map_size
    name = as_text(naming(trace)(of.target)) if of.kind == "class" else ""
    return say(
        "attention.opened", block=block.name, head=first.head, row=row, column=column, share=f"{first.share:.0%}",
        count=len(first.patches), part=f"{len(first.patches) / (rows * columns):.0%}",
        object=say(f"attention.object_{of.kind}", name=name), average=f"{first.average:.0%}",
        among=say("attention.among_window" if model.is_swin else "attention.among_all"),
    )  # fmt: skip
