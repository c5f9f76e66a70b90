"""The chosen map large on the picture, beside it its curves, and the one line that says whether it deserves belief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, links, session
from vitviz.app.fragments import rerun_this
from vitviz.app.settings import Setting
from vitviz.app.topics.class_maps import verdicts
from vitviz.app.topics.class_maps.question import foreseen_runs, map_of, methods
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.faithfulness import MapCurve, removal_curves
from vitviz.plot.numbers import Rounded, fixed, short
from vitviz.web.class_maps.payload import ORDER, quantity_of

if TYPE_CHECKING:
    from vitviz.analysis.class_maps.class_map import ClassMap
    from vitviz.app.topics.class_maps.page import Bench

NOTHING = ""
BESIDE = Setting("class_maps.beside", links.one_of((NOTHING, *ORDER)))
WIDTH = 300
MARKS = {
    "better": ":green[\u25b2]", "half": ":green[\u25b3]", "chance": "\u25cb", "worse_half": ":orange[\u25bd]",
    "worse": ":orange[\u25bc]",
}  # fmt: skip
CHOSEN, COMPARED = "\u25b8 ", "\u25b9 "
HALVES = {"all": " \u25b2", "most": "", "among": "", "none": " \u25bc"}
BESIDE_WIDTH = 145  # pixels of each of two maps


def show_chosen(bench: Bench, made: Sequence[str], found: verdicts.Found) -> None:
    """Map and curves side by side; in place of a map that is not there one sentence."""
    name = bench.chosen
    title = say(f"class_maps.name.{name}")
    beside = compared_with(bench, found)
    left, right = st.columns([1, 1.75], gap="medium")
    with left:
        st.subheader(title, anchor=False)
        if name in made:
            _large(bench, map_of(bench.trace, name, bench.question), beside)
        else:
            _missing(bench, name)
    with right:
        if name in found.verdicts:
            _curves(bench, made, found)
        elif name in made:
            st.info(say("class_maps.untested"))


def compared_with(bench: Bench, found: verdicts.Found) -> str:
    """The tested map whose curves stand beside the chosen one's, or none; a link's choice outlives the time before."""
    name = BESIDE.get(NOTHING, bench.model.name)
    tested = bench.chosen in found.curves and name in found.curves
    return name if tested and name != bench.chosen else NOTHING


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


def _large(bench: Bench, one: ClassMap, beside: str) -> None:
    """The map over the picture, maybe another one beside it, what it answers, and what its numbers are."""
    if beside:
        first, second = st.columns(2)
        with first:
            _over_picture(bench, "large", one, BESIDE_WIDTH)
        with second:
            _over_picture(bench, "second", map_of(bench.trace, beside, bench.question), BESIDE_WIDTH)
            st.caption(f":blue[\u25a0] {say(f'class_maps.name.{beside}')}")
    else:
        _over_picture(bench, "large", one, WIDTH)
    st.markdown(say(f"class_maps.answers.{one.method}"))
    contrast = "_contrast" if bench.question.against is not None and one.of != "nothing" else ""
    scale = "class_maps.range_signed" if one.signed else "class_maps.range"
    about = [
        say(f"class_maps.of.{one.of}{contrast}"),
        say(scale, low=short(float(one.values.min())), high=short(float(one.values.max()))),
        _sums(one),
        say("class_maps.passes", passes=f"{one.passes:.3g}"),
    ]
    st.caption(" ".join(sentence for sentence in about if sentence))


def _over_picture(bench: Bench, place: str, one: ClassMap, width: int) -> None:
    quantity = quantity_of(one.signed)
    picker(
        f"class_maps.{place}.{bench.model.name}", session.seen(bench.model), *one.grid, -1, lambda _token: None,
        overlay=Overlay(one.values.ravel(), span(one.values, quantity), quantity, opacity=0.75),
        grid=False, width=width,
    )  # fmt: skip


def _sums(one: ClassMap) -> str:
    """What the numbers of a map add up to, of the methods that promise something."""
    has = one.figures
    total = short(float(one.values.sum()))
    if "score_of_baseline" in has:
        difference, gap = short(has["score"] - has["score_of_baseline"]), short(has["gap"])
        return say("class_maps.sums.line", total=total, difference=difference, gap=gap)
    if "rest" in has:
        parts = {key: short(has[key]) for key in ("score", "prefix", "rest")}
        return say("class_maps.sums.parts", total=total, **parts)
    if one.method == "gradient_x_input" and "score" in has:
        return say("class_maps.sums.none", total=total, score=short(has["score"]))
    return ""


def _curves(bench: Bench, made: Sequence[str], found: verdicts.Found) -> None:
    name, verdict = bench.chosen, found.verdicts[bench.chosen]
    st.markdown(f"{MARKS[verdicts.mark_of(verdict)]} {verdicts.sentence(verdict)}")
    place = st.container()
    beside = _beside(bench, [other for other in made if other != name and other in found.curves])
    with place:
        _chart(bench, found, [name, *([beside] if beside else [])])
        st.caption(f"{say('class_maps.to_read')} {say('class_maps.comparable')}")
        for which in (name, *([beside] if beside else [])):
            has_signs = map_of(bench.trace, which, bench.question).signed
            for each in verdicts.turns(found.curves[which], has_signs):
                st.caption(f"{say(f'class_maps.name.{which}')}: {each}" if beside else each)
    if beside:
        st.markdown(verdicts.compared(found, name, beside))
    _table(found, name, beside)
    st.caption(say("class_maps.table_note"))
    grid = "x".join(map(str, _grid(bench)))
    steps = len(found.curves[name].gone) - 1
    with st.expander(say("class_maps.how")):
        st.caption(say(f"class_maps.how.{bench.removal}", grid=grid, steps=steps))
        st.caption(say("class_maps.rule"))


def _chart(bench: Bench, found: verdicts.Found, names: Sequence[str]) -> None:
    control = found.control
    assert control is not None
    maps = [
        MapCurve(
            say(f"class_maps.name.{each}"), found.curves[each].deletion[0], found.curves[each].insertion[0]
        )
        for each in names
    ]
    contrast = "_contrast" if bench.question.against is not None else ""
    figure = removal_curves.describe(
        maps, control.gone, control.there, control.deletion, control.insertion,
        x_titles=(say("class_maps.gone"), say("class_maps.there")),
        headings=(say("class_maps.gone_heading"), say("class_maps.there_heading")),
        y_title=say(f"class_maps.axis.{bench.quantity}{contrast}"),
        random_name=say("class_maps.random", count=len(control.gaps)),
        label=say("class_maps.chart"),
    )  # fmt: skip
    chart(f"class_maps.curves.{bench.model.name}", figure)


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
            on_change=lambda: BESIDE.set(st.session_state[key], bench.model.name),  # the maps above are drawn first
            format_func=lambda each: say(f"class_maps.name.{each}") if each else say("class_maps.nobody"),
        ),
        options, NOTHING, bench.model.name,
    )  # fmt: skip


def _table(found: verdicts.Found, chosen: str, beside: str) -> None:
    """All tested maps, best first, above the random orders; a triangle where an area is beyond all of these."""
    rows: list[tuple[str, ...]] = []
    for name in (name for group in found.groups for name in group):
        verdict = found.verdicts[name]
        mark = CHOSEN if name == chosen else COMPARED if name == beside else ""
        inserted, deleted = verdict.insertion.value, -verdict.deletion.value
        rows.append(
            (
                f"{found.rank(name)}", f"{mark}{say(f'class_maps.name.{name}')}", fixed(verdict.gap.value, 3),
                _marked(inserted, verdict.insertion.place), _marked(deleted, verdict.deletion.place),
            )
        )  # fmt: skip
    control = found.control
    assert control is not None
    for key, areas in (
        ("best", (control.gaps.max(), control.insertion_areas.max(), control.deletion_areas.min())),
        ("mean", (control.gaps.mean(), control.insertion_areas.mean(), control.deletion_areas.mean())),
    ):
        numbers = (fixed(float(area), 3) for area in areas)
        rows.append(("", say(f"class_maps.random_{key}", count=len(control.gaps)), *numbers))
    head = ("", "", *(say(f"class_maps.column.{name}") for name in ("gap", "insertion", "deletion")))
    st.html(html.table(rows, head, numbers=(0, *range(2, 5))))


def _marked(area: float, place: str) -> Rounded:
    return Rounded(f"{fixed(area, 3)}{HALVES[place]}", area)
