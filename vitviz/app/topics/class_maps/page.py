"""Class maps side by side, and below each what its own deletion and insertion curves say on this very picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from vitviz.app import class_choice, links, session, shell
from vitviz.app.class_names import naming
from vitviz.app.fragments import rerun_this
from vitviz.app.progress import in_steps
from vitviz.app.settings import Setting
from vitviz.app.topics.class_maps import measured, verdicts
from vitviz.app.topics.class_maps.chosen_map import compared_with, show_chosen
from vitviz.app.topics.class_maps.forgetting import show_forgetting
from vitviz.app.topics.class_maps.part import small_maps
from vitviz.app.topics.class_maps.question import (
    FIRST,
    Question,
    foreseen_runs,
    is_made,
    map_of,
    methods,
)
from vitviz.app.words import say
from vitviz.web.class_maps.payload import ORDER, Tile

if TYPE_CHECKING:
    from vitviz.analysis.faithfulness.curves import Quantity
    from vitviz.analysis.faithfulness.removal import Removal
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PAGE = "class_maps.page"
REMOVALS: tuple[Removal, ...] = ("drop", "blur", "road")
QUANTITIES: tuple[Quantity, ...] = ("probability", "logit")
METHOD = Setting("class_maps.method", links.one_of(ORDER))
AGAINST = Setting("class_maps.against", links.signed)
REMOVAL: Setting[Removal] = Setting("class_maps.removal", links.one_of(REMOVALS))
QUANTITY: Setting[Quantity] = Setting("class_maps.quantity", links.one_of(QUANTITIES))
WITHOUT = Setting("class_maps.without", links.flag)
NOBODY = -1
LISTED = 50  # classes that another one can be compared with
ASKED = "class_maps.asked"
Ask = Literal["", "one", "all", "stopped"]


@dataclass(frozen=True)
class Bench:
    """What the page shows: the run, what is asked of it, how cells are removed and what is read."""

    model: ModelEntry
    trace: Trace
    question: Question
    removal: Removal
    quantity: Quantity
    chosen: str


def show() -> None:
    """The page for a model with classes, or one sentence."""
    model = session.entry()
    shell.head(say("class_maps.title"), say("class_maps.lead"), model)
    if not shell.has_classes(model):
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    _page(model, trace)


@st.fragment(key=PAGE)
def _page(model: ModelEntry, trace: Trace) -> None:
    bench = _choices(model, trace)
    with st.spinner(say("class_maps.making")):
        made = _made(bench)
    found = verdicts.of(bench.trace, bench.question, bench.removal, bench.quantity, made)
    small_maps(
        f"class_maps.maps.{model.name}", session.seen(model), _tiles(bench, made, found), bench.chosen,
        lambda name: METHOD.set(name, model.name), verdicts.summary(found) if found.verdicts else "",
        band=0.0 if found.control is None else float(found.control.gaps.max()),
        compared=compared_with(bench, found),
        legend=" ".join(say(f"class_maps.legend.{of}") for of in ("colours", *(["marks"] if found.verdicts else []))),
    )  # fmt: skip
    place = st.container()
    show_chosen(bench, made, found)
    show_forgetting(bench)
    _measure(bench, made, place)


def _choices(model: ModelEntry, trace: Trace) -> Bench:
    first, second, third, fourth = st.columns([1.2, 1.2, 1.5, 1])
    with first:
        target = class_choice.choose_target(model, trace, say("class_maps.class"), "class_maps.class")
    with second:
        against = _against(model, trace, target)
    with third:
        removal = _removal(model, trace)
    with fourth:
        quantity: Quantity = QUANTITY.widget(
            lambda key: st.segmented_control(
                say("class_maps.read"), QUANTITIES, format_func=lambda name: say(f"class_maps.{name}"),
                key=f"{key}", required=True,
            ),
            QUANTITIES, "probability",
        )  # fmt: skip
    question = Question(target, against, _without(model, trace))
    known = [name for name, method in methods().items() if not method.why_not(trace)]
    chosen = METHOD.get(FIRST, model.name)
    chosen = chosen if chosen in methods() else FIRST
    if chosen not in known and known:
        chosen = known[0]
    return Bench(model, trace, question, removal, quantity, chosen)


def _against(model: ModelEntry, trace: Trace, target: int) -> int | None:
    """The class that the chosen one is compared with, or none."""
    order = [i for i in trace.probabilities.argsort(descending=True).tolist() if i != target][:LISTED]
    chosen = AGAINST.get(NOBODY, model.name)
    if not 0 <= chosen < trace.logits.numel() or chosen == target:
        chosen = NOBODY
    options = [NOBODY, *order, *([chosen] if chosen not in (NOBODY, *order) else [])]
    name = naming(trace)
    key = f"class_maps.against.box.{model.name}"
    st.session_state[key] = chosen
    st.selectbox(
        say("class_maps.against"), options, key=key,
        format_func=lambda i: say("class_maps.nobody") if i == NOBODY else name(i),
        on_change=lambda: AGAINST.set(int(st.session_state[key]), model.name),
    )  # fmt: skip
    return None if chosen == NOBODY else chosen


def _removal(model: ModelEntry, trace: Trace) -> Removal:
    from vitviz.analysis.faithfulness.removal import why_not

    there = tuple(way for way in REMOVALS if not why_not(trace, way))
    removal: Removal = REMOVAL.widget(
        lambda key: st.segmented_control(
            say("class_maps.removal"), there, format_func=lambda way: say(f"class_maps.{way}"), key=key,
            required=True, help=say("class_maps.removal_help"),
        ),
        there, there[0], model.name,
    )  # fmt: skip
    if "drop" not in there:
        st.caption(say("class_maps.no_drop"))
    return removal


def _without(model: ModelEntry, trace: Trace) -> bool:
    """Whether prefix tokens and patches of large norm are left out; asked only where a model has such tokens."""
    from vitviz.analysis.class_maps.leaving_out import high_norm_patches

    registers = [name for name in model.config.prefix_names if name != "cls"]
    large = high_norm_patches(trace)
    if not registers and not large:
        return False
    return WITHOUT.widget(
        lambda key: st.toggle(
            say("class_maps.without", prefix=", ".join(model.config.prefix_names) or "0", count=len(large)),
            key=key, help=say("class_maps.without_help"),
        ),
        None, False, model.name,
    )  # fmt: skip


def _made(bench: Bench) -> list[str]:
    """The methods whose maps are there: all that are quick, and a slow one that was chosen and is no long work."""
    trace, question = bench.trace, bench.question
    made = []
    for name, method in methods().items():
        if method.why_not(trace):
            continue
        slow = method.slow and not is_made(trace, name, question)
        if slow and not (name == bench.chosen and _affordable(trace, name)):
            continue
        map_of(trace, name, question)
        made.append(name)
    return made


def _affordable(trace: Trace, name: str) -> bool:
    from vitviz.models.cost import cost

    height, width = trace.kept["image"].shape[-2:]
    one = cost(trace.config, (height, width)).multiplications
    return one * foreseen_runs(trace, name) <= 2 * measured.AUTO


def _tiles(bench: Bench, made: Sequence[str], found: verdicts.Found) -> list[Tile]:
    tiles = []
    for name, method in methods().items():
        title = say(f"class_maps.name.{name}")
        if reason := method.why_not(bench.trace):
            tiles.append(Tile(name, title, None, note=say(f"class_maps.why_not.{reason}")))
        elif name not in made:
            runs = round(foreseen_runs(bench.trace, name))
            tiles.append(Tile(name, title, None, note=say("class_maps.slow", runs=runs)))
        else:
            one = map_of(bench.trace, name, bench.question)
            tile = Tile(name, title, one.values, one.signed)
            if name in found.verdicts:
                one_verdict = found.verdicts[name]
                mark = verdicts.mark_of(one_verdict)
                tile = replace(
                    tile, mark=mark, verdict=found.short(name), says=say(f"class_maps.short.{mark}"),
                    gap=one_verdict.gap.gain,
                )  # fmt: skip
            tiles.append(tile)
    return tiles


def _measure(bench: Bench, made: Sequence[str], place: st.delta_generator.DeltaGenerator) -> None:
    """Measure what is missing and wanted; the page runs again with what was found."""
    trace, question, removal = bench.trace, bench.question, bench.removal
    every = measured.missing(trace, question, removal, made)
    one = measured.missing(trace, question, removal, [bench.chosen] if bench.chosen in made else [])
    if not every:
        return
    asked_for = {"one": one, "all": every}.get(_asked(bench), [])
    with place:
        if asked_for:
            _run(bench, asked_for)
        else:
            _offer(bench, one, every)


def _run(bench: Bench, what: list[measured.Step]) -> None:
    text, stop = st.columns([5, 1], vertical_alignment="center")
    with stop:
        st.button(say("class_maps.stop"), key=f"{PAGE}.stop", on_click=_ask, args=(bench, "stopped"))
    steps = measured.measure(bench.trace, bench.question, bench.removal, what)
    with text:
        for _ in in_steps(steps, len(what), say("class_maps.measuring")):
            pass
    rerun_this()


def _offer(bench: Bench, one: list[measured.Step], every: list[measured.Step]) -> None:
    stopped = _asked(bench) == "stopped"
    runs = measured.runs(bench.trace, bench.removal, one or every)
    st.caption(say("class_maps.why_stopped" if stopped else "class_maps.why_asked", runs=runs))
    first, second, _ = st.columns([1, 1, 1])
    if one:
        first.button(
            say("class_maps.test_one", seconds=_seconds(bench, one)), key=f"{PAGE}.one", on_click=_ask,
            args=(bench, "one"), width="stretch",
        )  # fmt: skip
    second.button(
        say("class_maps.test_all", seconds=_seconds(bench, every)), key=f"{PAGE}.all", on_click=_ask,
        args=(bench, "all"), width="stretch",
    )  # fmt: skip


def _seconds(bench: Bench, what: list[measured.Step]) -> str:
    """One number where this machine has measured such steps before, else from a good case to a bad one."""
    low, high = (f"{max(1.0, time):.0f}" for time in measured.seconds(bench.trace, bench.removal, what))
    return low if low == high else f"{low}\u2013{high}"


def _where(bench: Bench) -> tuple[str, str]:
    return session.run_name(bench.model), bench.removal


def _asked(bench: Bench) -> Ask:
    asked: dict[tuple[str, str], Ask] = st.session_state.setdefault(ASKED, {})
    alone = measured.begins_alone(bench.trace, bench.removal)
    return asked.get(_where(bench), "all" if alone else "")


def _ask(bench: Bench, ask: Ask) -> None:
    st.session_state.setdefault(ASKED, {})[_where(bench)] = ask
