"""The randomisation check of the chosen map: weights shuffled from the top down, on a copy of the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import session
from vitviz.app.fragments import rerun_this
from vitviz.app.progress import in_steps
from vitviz.app.topics.class_maps.part import small_maps
from vitviz.app.topics.class_maps.question import Question, is_made, key_of, make, map_of, methods
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.faithfulness import forgetting_line
from vitviz.web.class_maps.payload import Tile

if TYPE_CHECKING:
    from vitviz.analysis.faithfulness.randomisation import Forgotten
    from vitviz.app.topics.class_maps.page import Bench
    from vitviz.tracing.trace import Trace

FORGOTTEN: session.Derived[tuple[Forgotten, ...]] = session.Derived("maps while the network forgets")
MOST = 14  # maps that are made again


def show_forgetting(bench: Bench) -> None:
    """A button; then the maps part after part, their rank correlation with the original, and one line."""
    name, trace, question = bench.chosen, bench.trace, bench.question
    st.subheader(say("class_maps.forget_title"), anchor=False)
    st.markdown(say("class_maps.forget_lead"))
    if methods()[name].why_not(trace) or not is_made(trace, name, question):
        st.caption(say("class_maps.forget_none"))
        return
    what = FORGOTTEN.at(key_of(name, question))
    if not session.is_derived(trace, what):
        every, count = _steps(trace)
        passes = max(1.0, map_of(trace, name, question).passes) * count
        label = say("class_maps.forget_start", maps=count, runs=round(passes))
        if not st.button(label, key="class_maps.forget"):
            return
        st.button(
            say("class_maps.stop"), key="class_maps.forget.stop"
        )  # any click ends the script at its next step
        found = tuple(
            in_steps(_forgetting(trace, name, question, every), count, say("class_maps.forgetting"))
        )
        session.derived(trace, what, lambda: found)
        rerun_this()
    _show(
        bench,
        session.derived(trace, what, lambda: tuple(_forgetting(trace, name, question, _steps(trace)[0]))),
    )


def _steps(trace: Trace) -> tuple[int, int]:
    """Of how many parts one is looked at, so that there are few enough maps; and how many that makes."""
    from vitviz.analysis.faithfulness.randomisation import looked_at

    every = next(n for n in range(1, 1000) if looked_at(trace, n) <= MOST)
    return every, looked_at(trace, every)


def _forgetting(trace: Trace, name: str, question: Question, every: int) -> Iterator[Forgotten]:
    from vitviz.analysis.faithfulness.randomisation import forgetting

    original = map_of(trace, name, question).values
    return forgetting(trace, lambda run: make(run, name, question), original, every=every)


def _show(bench: Bench, found: tuple[Forgotten, ...]) -> None:
    one = map_of(bench.trace, bench.chosen, bench.question)
    tiles = [Tile("own", say("class_maps.forget_own"), one.values, one.signed)]
    tiles += [
        Tile(
            each.part, _part(each.part), each.values, one.signed, verdict=f"\u03c1 {_plain(each.similarity)}"
        )
        for each in found
    ]
    last = found[-1].similarity
    word = "flat" if np.isnan(last) else "changes" if abs(last) < 0.5 else "stays"
    st.markdown(say(f"class_maps.forget_{word}", value=_plain(last)))
    small_maps(f"class_maps.forgotten.{bench.model.name}", None, tiles)
    st.caption(say("class_maps.forget_rho"))
    figure = forgetting_line.describe(
        [_part(each.part) for each in found], [each.similarity for each in found],
        [each.absolute for each in found] if one.signed else None,
        y_title=say("class_maps.rank_correlation"),
        names=(say("class_maps.with_sign"), say("class_maps.sizes")),
        label=say("class_maps.forget_chart"),
    )  # fmt: skip
    chart(f"class_maps.forgetting.{bench.model.name}", figure)


def _part(name: str) -> str:
    """A part of the network as it is written below its map: head, block 3 or (in stage 2) 2.1, embedding."""
    numbers = ".".join(piece for piece in name.split(".") if piece.isdigit())
    if not numbers:
        return say(f"class_maps.forget_part.{name}")
    kind = "merging" if name.endswith("downsample") else "block"
    return say(f"class_maps.forget_part.{kind}", number=numbers)


def _plain(value: float) -> str:
    """A correlation with two digits; no sign before what is rounded to 0, a dash for a flat map's."""
    if np.isnan(value):
        return "\u2013"
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\u2212")
