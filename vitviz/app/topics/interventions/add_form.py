"""The form that puts an edit of any kind on the bench."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import streamlit as st

from vitviz.app import bench, callbacks, other_pictures, tokens
from vitviz.app.settings import BLOCK, HEAD
from vitviz.app.words import language, say
from vitviz.tracing.parts import NUMBERED
from vitviz.tracing.planned_edit import PlannedEdit, PlannedHow, PlannedKind, numbers_of, ranges_of

if TYPE_CHECKING:
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

KINDS: tuple[PlannedKind, ...] = ("head", "attention", "mlp", "unit", "block", "tokens", "mask")
HOWS: tuple[PlannedHow, ...] = get_args(PlannedHow)


def add_form(model: ModelEntry, trace: Trace, *, first: bool) -> None:
    """What, where and how, and the button; unfolded while the bench is empty (``first``)."""
    with st.expander(say("interventions.add"), expanded=first):
        _form(model, trace)


def _key(model: ModelEntry, what: str) -> str:
    return f"interventions.form.{what}.{model.name}.{language()}"


@st.fragment
def _form(model: ModelEntry, trace: Trace) -> None:
    left, right = st.columns(2)
    kind: PlannedKind = left.selectbox(
        say("interventions.what"), KINDS, key=_key(model, "kind"),
        format_func=lambda each: say(f"interventions.kind.{each}"),
    )  # fmt: skip
    names = [block.title for block in trace.blocks]
    key = _key(model, "block")
    st.session_state.setdefault(key, min(BLOCK.peek(len(names) // 2, model.name), len(names) - 1))
    at = right.selectbox(say("block"), range(len(names)), key=key, format_func=names.__getitem__)
    block = trace.blocks[at]
    wide = kind in ("tokens", "mask")  # who is asked for a row of numbers
    left, right = st.columns([1, 1 if wide else 1.7]) if wide or kind in NUMBERED else [st.container()] * 2
    with left:
        which = _which(model, kind, block)
    hows = ("zero",) if kind == "mask" else HOWS
    how: PlannedHow = right.selectbox(
        say("interventions.how"), hows, key=f"{_key(model, 'how')}.{kind == 'mask'}",
        format_func=lambda each: say(f"interventions.how.{'mask' if kind == 'mask' else each}"),
    )  # fmt: skip
    factor, other = 1.0, ""
    if how == "scale":
        factor = float(
            st.number_input(say("interventions.factor"), -100.0, 100.0, 0.5, 0.5, key=_key(model, "factor"))
        )
    if how == "take":
        titles = other_pictures.titles()
        here = str(st.session_state.get("picture_name", ""))
        others = [text for text in titles if text != here]
        other = st.selectbox(
            say("interventions.from"), others, key=_key(model, "other"), format_func=titles.__getitem__
        )
    _button(model, kind, at, which, how, factor, other)


def _which(model: ModelEntry, kind: PlannedKind, block: BlockTrace) -> tuple[int, ...] | None:
    """The numbers that were chosen; none for a whole, None for what is no list of numbers."""
    if kind in ("tokens", "mask"):
        text = st.text_input(
            say(f"interventions.{kind}_numbers", last=block.num_tokens - 1),
            ranges_of([tokens.current(model, block.map_size)]), key=f"{_key(model, kind)}.{block.name}",
        )  # fmt: skip
        try:
            return numbers_of("_".join(text.replace(",", " ").split())) if text.strip() else None
        except ValueError:
            return None
    if kind not in NUMBERED:
        return ()
    count = block.num_heads if kind == "head" else int(block["mlp_post"].shape[-1])
    begins = min(HEAD.peek(0, model.name), count - 1) if kind == "head" else 0
    key = f"{_key(model, kind)}.{count}"
    number = st.number_input(
        say(f"interventions.{kind}_number", last=count - 1), 0, count - 1, begins, key=key
    )
    return (int(number),)


def _button(
    model: ModelEntry,
    kind: PlannedKind,
    block: int,
    which: tuple[int, ...] | None,
    how: PlannedHow,
    factor: float,
    other: str,
) -> None:
    try:
        edit = None if which is None else PlannedEdit(kind, block, which, how, round(factor, 4), other)
    except ValueError:
        edit = None
    if edit is None:
        st.caption(say("interventions.no_numbers"))
        return
    room = bench.has_room(model, edit)
    key = _key(model, "add")

    def add() -> None:
        bench.add(model, edit)
        bench.changed()

    st.button(
        say("interventions.add_button"), key=key, disabled=not room,
        on_click=callbacks.named(key, add),
    )  # fmt: skip
    if not room:
        st.caption(say("interventions.full", count=bench.MOST))
