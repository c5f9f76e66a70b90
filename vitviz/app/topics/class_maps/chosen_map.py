"""The chosen map large on the picture, beside it its curves, and the one line that says whether it deserves belief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.fragments import rerun_this
from vitviz.app.settings import Setting
from vitviz.app.topics.class_maps import verdicts
from vitviz.app.topics.class_maps.part import quantity_of
from vitviz.app.topics.class_maps.question import ORDER, foreseen_runs, map_of, methods
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.faithfulness import MapCurve, removal_curves
from vitviz.plot.numbers import fixed, short

if TYPE_CHECKING:
    from vitviz.analysis.class_maps.class_map import ClassMap
    from vitviz.analysis.faithfulness.verdict import Verdict
    from vitviz.app.topics.class_maps.page import Bench

NOTHING = ""
BESIDE = Setting("class_maps.beside", links.one_of((NOTHING, *ORDER)))
WIDTH = 300
FIGURES = ("gap", "sum", "score", "prefix", "rest")  # of those that a map tells


def show_chosen(bench: Bench, made: Sequence[str], found: verdicts.Found) -> None:
    """Map and curves side by side; in place of a map that is not there one sentence."""
    name = bench.chosen
    title = say(f"class_maps.name.{name}")
    left, right = st.columns([1, 1.75], gap="medium")
    with left:
        st.subheader(title, anchor=False)
        if name in made:
            _large(bench, map_of(bench.trace, name, bench.question))
        else:
            _missing(bench, name)
    with right:
        if name in found.verdicts:
            _curves(bench, made, found)
        elif name in made:
            st.info(say("class_maps.untested"))


def _missing(bench: Bench, name: str) -> None:
    reason = methods()[name].why_not(bench.trace)
    if reason:
        st.info(say(f"class_maps.why_not.{reason}"))
        return
    st.caption(say(f"class_maps.answers.{name}"))
    runs = round(foreseen_runs(bench.trace, name))
    if st.button(say("class_maps.make", runs=runs), key=f"class_maps.make.{name}"):
        with st.spinner(say("class_maps.making")):
            map_of(bench.trace, name, bench.question)
        rerun_this()


def _large(bench: Bench, one: ClassMap) -> None:
    """The map over the picture, what it answers, and what its numbers are."""
    quantity = quantity_of(one.signed)
    picker(
        f"class_maps.large.{bench.model.name}", session.seen(bench.model), *one.grid, -1, lambda _token: None,
        overlay=Overlay(one.values.ravel(), span(one.values, quantity), quantity, opacity=0.75),
        grid=False, width=WIDTH,
    )  # fmt: skip
    st.markdown(say(f"class_maps.answers.{one.method}"))
    about = [
        say(
            f"class_maps.of.{one.of}"
            + ("_contrast" if one.against is not None and one.of != "nothing" else "")
        )
    ]
    about.append(
        say("class_maps.range", low=short(float(one.values.min())), high=short(float(one.values.max())))
    )
    about.append(say("class_maps.passes", passes=f"{one.passes:.3g}"))
    about += [
        f"{say(f'class_maps.figure.{key}')}: {short(value)}"
        for key, value in one.figures.items()
        if key in FIGURES
    ]
    st.caption(" \u00b7 ".join(about))


def _curves(bench: Bench, made: Sequence[str], found: verdicts.Found) -> None:
    name, verdict = bench.chosen, found.verdicts[bench.chosen]
    st.markdown(f"{MARKS[verdict.gap.word]} {verdicts.sentence(verdict.gap)}")
    others = [other for other in made if other != name and other in found.curves]
    place = st.container()
    beside = _beside(bench, others)
    control = found.control
    assert control is not None
    maps = [
        MapCurve(
            say(f"class_maps.name.{each}"), found.curves[each].deletion[0], found.curves[each].insertion[0]
        )
        for each in (name, *([beside] if beside else []))
    ]
    contrast = "_contrast" if bench.question.against is not None else ""
    figure = removal_curves.describe(
        maps, control.gone, control.there, control.deletion, control.insertion,
        x_titles=(say("class_maps.gone"), say("class_maps.there")),
        y_title=say(f"class_maps.axis.{bench.quantity}{contrast}"),
        random_name=say("class_maps.random", count=len(control.gaps)),
        label=say("class_maps.chart"),
    )  # fmt: skip
    with place:
        chart(f"class_maps.curves.{bench.model.name}", figure)
    _table(verdict.deletion, verdict.insertion, verdict.gap)
    if beside:
        st.caption(f"{say(f'class_maps.name.{beside}')}: {verdicts.sentence(found.verdicts[beside].gap)}")
    cells = len(found.curves[name].gone)
    grid = "x".join(map(str, _grid(bench)))
    st.caption(say(f"class_maps.how.{bench.removal}", grid=grid, steps=cells - 1))
    st.caption(say("class_maps.rule"))


MARKS = {"better": ":green[\u25b2]", "chance": "\u25cb", "worse": ":orange[\u25bc]"}


def _grid(bench: Bench) -> tuple[int, int]:
    from vitviz.analysis.faithfulness.cells import cell_grid

    return cell_grid(bench.trace)


def _beside(bench: Bench, others: Sequence[str]) -> str:
    """The method whose curves are drawn beside the chosen one's, or none."""
    if not others:
        return NOTHING
    options = (NOTHING, *others)
    return BESIDE.widget(
        lambda key: st.selectbox(
            say("class_maps.beside"), options, key=key,
            format_func=lambda each: say(f"class_maps.name.{each}") if each else say("class_maps.nobody"),
        ),
        options, NOTHING, bench.model.name,
    )  # fmt: skip


def _table(deletion: Verdict, insertion: Verdict, gap: Verdict) -> None:
    """Areas of the map among those of the random orders."""
    rows = []
    for key, verdict, sign in (
        ("deletion_area", deletion, -1),
        ("insertion_area", insertion, 1),
        ("gap", gap, 1),
    ):
        random = sign * verdict.random
        ends = f"{verdicts.plain(float(random.min()))} \u2026 {verdicts.plain(float(random.max()))}"
        name, beaten = say(f"class_maps.{key}"), f"{verdict.beaten} / {len(random)}"
        rows.append((name, fixed(sign * verdict.value, 3), ends, beaten))
    head = ("", *(say(f"class_maps.column.{name}") for name in ("map", "random", "beaten")))
    st.html(html.table(rows, head, numbers=range(1, 4)))
