"""The bench: what is switched off, what each edit does alone and all together, and the attention with and without."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import bench, callbacks, edited, session
from vitviz.app.class_names import naming
from vitviz.app.explorer_view import Start, explore
from vitviz.app.markup import as_text
from vitviz.app.settings import BLOCK
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


ASKS = "interventions.asks"  # another text when the explorer is to go to the block that is set


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
        _list(model, trace, tried, target, together if len(applied) > 1 else None)
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


def _list(
    model: ModelEntry, trace: Trace, tried: list[Tried], target: int | None, together: Effect | None
) -> None:
    """The edits, each on or off and removable, with what it changes alone; below them what all do together."""
    if not tried:
        st.markdown(say("interventions.empty"))
        with st.container(key="bench-examples", gap="small"):
            for number, edit in enumerate(_examples(model)):
                bench.button(model, edit, f"bench_example.{number}")
        return
    if target is not None:
        st.caption(say("interventions.each_alone", name=as_text(naming(trace)(target))))
    with st.container(key="bench-list", gap=None):
        for number, each in enumerate(tried):
            _row(model, number, each, target)
        if together is not None:
            st.markdown(f"**{say('interventions.together')}**: {_numbers(together, target)}")
        found = [*(each.alone for each in tried), together]
        if target is not None and any(one is not None and _oppose(one, target) for one in found):
            st.caption(say("interventions.oppose"))
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


def _signed(value: float, digits: int) -> str:
    """A change, with its sign where it is not written as nought."""
    text = fixed(value, digits)
    return f"+{text}" if value > 0 and float(text) else text


def _oppose(found: Effect, target: int) -> bool:
    """Whether the class's logit and its probability go different ways."""
    return float(found.delta_logits[target]) * float(found.delta_probabilities[target]) < 0


def _numbers(found: Effect, target: int | None) -> str:
    """Changes of the class's logit and probability; without classes, how far the patches' last stream is moved."""
    if target is None:
        return say("interventions.stream_alone", change=percent(float(found.of_patches()[-1])))
    return say(
        "interventions.alone", logit=_signed(float(found.delta_logits[target]), 4),
        probability=_signed(100 * float(found.delta_probabilities[target]), 2),
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
    first = min(map(_changes_from, applied), default=1)
    last = len(trace.blocks) - 1
    if BLOCK.peek(-1, model.name) < 0:  # nobody chose one
        st.session_state[ASKS] = f"{model.name} {first}"
    start = Start(min(first, last), 0, asks=st.session_state.get(ASKS, ""))

    def above() -> None:
        if applied:
            _where_it_changes(model, trace, first, min(BLOCK.peek(start.block, model.name), last))

    def below() -> None:
        bench.offer(model, bench.of_chosen(model, trace, start), "interventions")

    st.caption(say("interventions.attention_help" if applied else "interventions.attention_plain"))
    explore("interventions", plain, second, start, model, below, (STREAM,) if applied else (), above)


def _changes_from(edit: PlannedEdit) -> int:
    """The first block whose attention weights an edit can change: a head that is switched off still looks itself."""
    return edit.block + (edit.kind not in ("tokens", "mask"))


def _where_it_changes(model: ModelEntry, trace: Trace, first: int, shown: int) -> None:
    """Said where both runs have to be the same in the block that is shown, with a way to one where they differ."""
    if shown >= first:
        return
    here = trace.blocks[shown].title
    if first >= len(trace.blocks):
        st.caption(say("interventions.never_changes"))
        return

    def go() -> None:
        BLOCK.set(first, model.name)
        st.session_state[ASKS] = f"{st.session_state.get(ASKS, '')} {first}"
        st.session_state.get("interventions.state", {}).pop("second", None)
        bench.changed()

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(say("interventions.not_yet", block=here), width="content")
        name, key = trace.blocks[first].title, "interventions.go"
        st.button(say("interventions.go", block=name), key=key, on_click=callbacks.named(key, go))
