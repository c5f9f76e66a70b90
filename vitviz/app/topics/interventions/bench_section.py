"""The bench: what is switched off, what each edit does alone and all together, and the attention with and without."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import bench, callbacks, edited, session
from vitviz.app.explorer_view import Start, explore
from vitviz.app.markup import as_text
from vitviz.app.topics.interventions.add_form import add_form
from vitviz.app.topics.interventions.changes import STREAM, Shown, changes
from vitviz.app.topics.interventions.exports import exports
from vitviz.app.widgets.explorer import described
from vitviz.app.words import say
from vitviz.models.config import SwinConfig
from vitviz.plot.numbers import fixed, percent
from vitviz.tracing.planned_edit import PlannedEdit

if TYPE_CHECKING:
    from vitviz.analysis.interventions.effect import Effect
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


# A long name has as many lines as it needs, and the button that takes its edit away stays beside it.
STYLE = """<style>
[class*=st-key-bench-row] { flex-wrap: nowrap; }
[class*=st-key-bench-row] > div:first-child { min-width: 0; }
[class*=st-key-bench-row] > div:last-child { flex: none; }
[class*=st-key-bench-row] [data-testid=stCheckbox] [data-testid=stMarkdownContainer],
[class*=st-key-bench-row] [data-testid=stCheckbox] p { white-space: normal; overflow-wrap: anywhere; }
.st-key-bench-list { row-gap: .1rem; }
.st-key-bench-list > [data-testid=stElementContainer]:has([data-testid=stCaptionContainer]) { margin-bottom: .5rem; }
@media (hover: hover) { [class*=st-key-bench-row] button { min-height: 1.5rem; padding-block: 0; } }
</style>"""


class Tried(NamedTuple):
    """An edit of the bench and what it changes alone, or why it cannot be made here."""

    slot: bench.Slot
    alone: Effect | None
    why_not: str = ""


@st.fragment(key=bench.EDITS)
def show(model: ModelEntry, trace: Trace) -> None:
    """The list at the side, the changes beside it, and the explorer with both runs below.

    The numbers are sent as soon as they are there, and what the explorer fetches after them.
    """
    st.html(STYLE)
    left, right = st.columns([1, 1.5], gap="medium")
    with right:
        place = st.container()
    with left:
        tried = _all_tried(model, trace)
        applied = _applied(tried)
        together = _together(model, trace, applied)
        with place:
            target = changes(model, trace, Shown(together, applied, not tried))
        _list(model, tried, target, together if len(applied) > 1 else None)
        add_form(model, trace, first=not tried)
        if applied and together is not None:
            exports(model, trace, [each for each in tried if each.alone is not None], together)
    _attention(model, trace, applied if together is not None else [])


def _all_tried(model: ModelEntry, trace: Trace) -> list[Tried]:
    """Every edit of the bench, alone; what was tried before is not run again."""
    slots = bench.slots(model)
    if on := [slot.edit for slot in slots if slot.on]:
        with contextlib.suppress(ValueError):  # said below
            edited.effect(model, trace, on, keep=True)  # first: an edit alone begins as all together do
    return [_tried(model, trace, slot) for slot in slots]


def _applied(tried: list[Tried]) -> list[PlannedEdit]:
    """What is on and can be made."""
    return [each.slot.edit for each in tried if each.alone is not None and each.slot.on]


def _tried(model: ModelEntry, trace: Trace, slot: bench.Slot) -> Tried:
    try:
        return Tried(slot, edited.effect(model, trace, [slot.edit]))
    except edited.PictureGoneError:
        return Tried(slot, None, say("interventions.picture_gone"))
    except ValueError:  # the library's sentence is in English
        return Tried(slot, None, say("interventions.not_here"))


def _together(model: ModelEntry, trace: Trace, applied: list[PlannedEdit]) -> Effect | None:
    """What all applied edits change together."""
    if not applied:
        return None
    try:
        return edited.effect(model, trace, applied, keep=True)
    except ValueError:
        st.info(say("interventions.not_together"))
        return None


def _list(model: ModelEntry, tried: list[Tried], target: int | None, together: Effect | None) -> None:
    """The edits, each on or off and removable, with what it changes alone; below them what all do together."""
    if not tried:
        st.markdown(say("interventions.empty"))
        with st.container(key="bench-examples", gap="small"):
            for number, edit in enumerate(_examples(model)):
                bench.button(model, edit, f"bench_example.{number}")
        return
    with st.container(key="bench-list", gap=None):
        for number, each in enumerate(tried):
            _row(model, number, each, target)
        if together is not None:
            st.markdown(f"**{say('interventions.together')}**: {_numbers(together, target)}")
        if len(tried) > 1:
            st.button(
                say("interventions.clear"), key="bench_clear", type="tertiary",
                on_click=callbacks.named("bench_clear", lambda: bench.clear(model)),
            )  # fmt: skip


def _examples(model: ModelEntry) -> list[PlannedEdit]:
    """Three to begin with, of different kinds and in different depths."""
    config = model.config
    count = sum(config.depths) if isinstance(config, SwinConfig) else config.depth
    middle = count // 2
    return [PlannedEdit("head", middle, (0,)), PlannedEdit("mlp", 0), PlannedEdit("block", count - 1)]


def _row(model: ModelEntry, number: int, each: Tried, target: int | None) -> None:
    edit, said = each.slot.edit, as_text(bench.name(model, each.slot.edit))
    key = f"bench.{model.name}.on.{edit}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"bench-row-{number}"):
        st.session_state[key] = each.slot.on
        st.checkbox(
            said, key=key, width="stretch", disabled=each.alone is None,
            on_change=callbacks.named(key, lambda: bench.turn(model, edit, bool(st.session_state[key]))),
        )  # fmt: skip
        gone = f"bench_gone.{edit}"
        st.button(
            say("interventions.take_off"), key=gone, type="tertiary", help=say("interventions.remove", what=said),
            on_click=callbacks.named(gone, lambda: bench.remove(model, edit)),
        )  # fmt: skip
    st.caption(each.why_not if each.alone is None else _numbers(each.alone, target))


def _numbers(found: Effect, target: int | None) -> str:
    """Changes of the class's logit and probability; without classes, how far the patches' last stream is moved."""
    if target is None:
        return say("interventions.stream_alone", change=percent(float(found.of_patches()[-1])))
    return say(
        "interventions.alone", logit=fixed(float(found.delta_logits[target]), 4),
        probability=fixed(100 * float(found.delta_probabilities[target]), 2),
    )  # fmt: skip


def _attention(model: ModelEntry, trace: Trace, applied: list[PlannedEdit]) -> None:
    """The explorer: the plain run, and beside it the edited one under the same cursor."""
    st.header(say("interventions.attention"), anchor=False)
    picture = session.picture()
    plain = described(model, picture, say("interventions.plain"))
    second = None
    if applied:
        run = edited.edited(model, trace, applied)
        edits = ",".join(map(str, applied))
        second = described(model, picture, say("interventions.edited"), (run, edits))
    # An edit of a head changes the attention of later blocks, not of its own.
    begins = min(min((edit.block for edit in applied), default=0) + 1, len(trace.blocks) - 1)
    start = Start(begins, 0)

    def below() -> None:
        bench.offer(model, bench.of_chosen(model, trace, start), "interventions")

    st.caption(say("interventions.attention_help"))
    explore("interventions", plain, second, start, model, below, (STREAM,) if applied else ())
