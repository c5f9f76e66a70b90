"""The bench: what a person switched off, scaled or took from another picture in a model, for all pages together.

Any page adds to it (``offer``); the page "interventions" shows what it does. It is one setting for each model, a list
of edits as plain data, each on or off, and stands in the address of the pages that show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from vitviz.analysis.places import carry
from vitviz.app import callbacks, links, other_pictures, pages, tokens
from vitviz.app.explorer_view import Start
from vitviz.app.fragments import rerun_only
from vitviz.app.markup import as_text
from vitviz.app.settings import BLOCK, HEAD, Setting
from vitviz.app.words import say
from vitviz.models.config import SwinConfig
from vitviz.tracing.planned_edit import PlannedEdit, ranges_of, written

if TYPE_CHECKING:
    from vitviz.models.config import ModelConfig
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PAGE = "interventions"
MOST = 12  # edits
LONGEST = 1200  # characters of all of them, which an address has to hold
OFF = "-"  # before an edit that is not applied
EDITS = "bench-edits"  # the fragment of the bench's own page that shows all that is on it


@dataclass(frozen=True)
class Slot:
    """One edit on the bench, and whether it is applied."""

    edit: PlannedEdit
    on: bool = True

    def __str__(self) -> str:
        """As an address has it."""
        return f"{'' if self.on else OFF}{self.edit}"


Slots = tuple[Slot, ...]


def read(text: str) -> Slots:
    """The bench of an address: texts of edits with commas between them.

    Raises:
        ValueError: if one of them is none, or these are too many.
    """
    texts = text.split(",") if text else []
    if len(text) > LONGEST or len(texts) > MOST:
        raise ValueError(text)
    return tuple(Slot(PlannedEdit.read(one.removeprefix(OFF)), not one.startswith(OFF)) for one in texts)


BENCH: Setting[Slots] = Setting("bench", read)


def slots(model: ModelEntry) -> Slots:
    """What is on a model's bench; it joins the address of the page that asks."""
    return BENCH.get((), model.name)


def peek(model: ModelEntry) -> Slots:
    """The same for a page whose address does not have it."""
    return BENCH.peek((), model.name)


def has_room(model: ModelEntry, edit: PlannedEdit) -> bool:
    """Whether one more edit fits the bench, and its text an address."""
    now = peek(model)
    return len(now) < MOST and len(",".join(map(str, now))) + len(str(edit)) + 2 <= LONGEST


def add(model: ModelEntry, edit: PlannedEdit) -> bool:
    """Put an edit on the bench, applied; one that is there already is applied again. False where there is no room."""
    now = peek(model)
    if any(slot.edit == edit for slot in now):
        BENCH.set(tuple(Slot(edit) if slot.edit == edit else slot for slot in now), model.name)
        return True
    if not has_room(model, edit):
        return False
    BENCH.set((*now, Slot(edit)), model.name)
    return True


def remove(model: ModelEntry, edit: PlannedEdit) -> None:
    """Take an edit off the bench."""
    BENCH.set(tuple(slot for slot in peek(model) if slot.edit != edit), model.name)


def turn(model: ModelEntry, edit: PlannedEdit, on: bool) -> None:
    """Apply an edit, or leave it on the bench without applying it."""
    BENCH.set(tuple(Slot(edit, on) if slot.edit == edit else slot for slot in peek(model)), model.name)


def clear(model: ModelEntry) -> None:
    """Take everything off the bench."""
    BENCH.set((), model.name)


def changed() -> NoReturn:
    """From a callback that changed the bench: show that; where the bench is open, without what else is on the page."""
    rerun_only(EDITS)


def block_name(config: ModelConfig, block: int) -> str:
    """What an attention block is called, from the configuration alone; its number where there is none such."""
    if not isinstance(config, SwinConfig):
        return f"blocks.{block}"
    at = block
    for stage, depth in enumerate(config.depths):
        if at < depth:
            return f"layers.{stage}.blocks.{at}"
        at -= depth
    return f"{block}"


def name(model: ModelEntry, edit: PlannedEdit) -> str:
    """An edit in the person's language: ``blocks.3 head 1``, and how, where it is not simply switched off."""
    which = ranges_of(edit.which).replace("_", ", ").replace("-", "\u2013")
    kind = "token" if edit.kind == "tokens" and len(edit.which) == 1 else edit.kind
    what = say(f"bench.{kind}", block=block_name(model.config, edit.block), which=which)
    if edit.kind == "mask":
        whom = ranges_of(edit.queries).replace("_", ", ").replace("-", "\u2013")
        what += say("bench.mask_queries", which=whom) if edit.queries else ""
        return what + (say("bench.mask_head", head=edit.head) if edit.head is not None else "")
    if edit.how == "zero":
        return what
    picture = other_pictures.titles().get(edit.other, edit.other)
    return f"{what} {say(f'bench.how.{edit.how}', factor=written(edit.factor), name=picture)}"


def offer(model: ModelEntry, edits: Sequence[PlannedEdit], where: str) -> None:
    """A fold of buttons that put edits on the bench or take them off it; on other pages also the link to it.

    ``where`` is the page's own part of their keys.
    """
    with st.container(horizontal=True, key=f"bench-offer-{where}", vertical_alignment="center", gap="small"):
        if len(edits) == 1:
            button(model, edits[0], f"bench_offer.{where}")
        else:
            with st.popover(say("bench.offers"), icon=":material/power_settings_new:", width="content"):
                for number, edit in enumerate(edits):
                    button(model, edit, f"bench_offer.{where}.{number}")
        link(model)


def button(model: ModelEntry, edit: PlannedEdit, key: str) -> None:
    """A button that puts an edit on the bench, or takes it off where it is there."""
    there = any(slot.edit == edit for slot in peek(model))
    said = as_text(name(model, edit))
    st.button(
        say("bench.offer_undo" if there else "bench.offer", what=said), key=key, width="content",
        disabled=not there and not has_room(model, edit),
        icon=":material/undo:" if there else ":material/power_settings_new:",
        on_click=callbacks.named(key, lambda: _offered(model, edit)),
    )  # fmt: skip


def _offered(model: ModelEntry, edit: PlannedEdit) -> None:
    if any(slot.edit == edit for slot in peek(model)):
        remove(model, edit)
    else:
        add(model, edit)
    changed()


def of_chosen(model: ModelEntry, trace: Trace, start: Start) -> list[PlannedEdit]:
    """What switches off the head and the token that are chosen in the explorer, which opens with ``start``."""
    block = min(BLOCK.peek(start.block, model.name), len(trace.blocks) - 1)
    at, begins = trace.blocks[block], trace.blocks[start.block]
    head = min(HEAD.peek(start.head, model.name), at.num_heads - 1)
    first = None
    if start.token is not None:
        first = carry(start.token, at.num_prefix, begins.map_size, tokens.finest(model))
    token = tokens.current(model, at.map_size, otherwise=first)
    return [PlannedEdit("head", block, (head,)), PlannedEdit("tokens", block, (token,))]


def link(model: ModelEntry) -> None:
    """A link to the bench with the number of its edits; nothing while there are none, or on its own page."""
    if links.current().page == PAGE:
        return
    if count := len(peek(model)):
        pages.link(PAGE, say("bench.link_one" if count == 1 else "bench.link", count=count))
