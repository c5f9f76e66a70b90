"""Edited runs of this person's picture: made once from the plain run, kept as it is, and what their edits changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from weakref import ref

import streamlit as st

from vitviz.app import networks, other_pictures, people, session
from vitviz.app.derived import trace_keys
from vitviz.app.kept import collect, memory
from vitviz.app.progress import in_steps
from vitviz.app.words import say
from vitviz.samples import SAMPLES
from vitviz.tracing.parts import TENSORS
from vitviz.tracing.planned_edit import SAMPLES_RUN, PlannedEdit

if TYPE_CHECKING:
    from vitviz.analysis.interventions.effect import Effect
    from vitviz.tracing.edits import Made
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

EDIT: session.Derived[Edit] = session.Derived("an edit, with what it puts in")
EFFECT: session.Derived[Effect | str] = session.Derived("what edits change, or why they cannot be made")
LATEST = "edited.latest"


class PictureGoneError(ValueError):
    """The picture that an edit takes from is not there (any more)."""


def edit_of(model: ModelEntry, plain: Trace, planned: PlannedEdit) -> Edit:
    """The edit that a planned one is of this run.

    Raises:
        ValueError: if the model has no such part; ``PictureGoneError`` if its other picture is gone.
    """
    make: Callable[[], Edit] = lambda: planned.edit(lambda text: _run_of(model, planned, text))  # noqa: E731
    return session.derived(plain, EDIT.at(str(planned)), make, own_turns=True)


def _run_of(model: ModelEntry, planned: PlannedEdit, text: str) -> Made:
    if text == SAMPLES_RUN:
        return _of_samples(model, planned)
    found = other_pictures.find(text)
    if found is None:
        raise PictureGoneError(text)
    return session.trace(model, found[0])


def _of_samples(model: ModelEntry, planned: PlannedEdit) -> Made:
    """The tensors that an edit changes, of all sample pictures, one picture in a turn."""
    from vitviz.analysis.interventions.of_pictures import full_names, recorded, stacked

    network = networks.network(model)
    names = full_names(network, planned.block, TENSORS[planned.kind]) if planned.kind != "mask" else ()
    pictures = [session.sample_picture(sample) for sample in SAMPLES]
    runs = recorded(network, [partial(session.image, model, each) for each in pictures], names)
    return stacked(network, in_steps(runs, len(pictures), say("bench.samples", count=len(pictures))))


def edited(model: ModelEntry, plain: Trace, planned: Sequence[PlannedEdit]) -> Trace:
    """The run with all these edits, in order: from the first edited block on, below it the plain run's tensors.

    Raises:
        ValueError: as ``edit_of``, or if the edits do not fit the model or each other.
    """
    from vitviz.tracing.interventions import Edit

    person = people.here()
    edits = [edit_of(model, plain, each) for each in planned]
    key = ("trace", "edited", trace_keys.get(plain, id(plain)), *map(str, planned))

    def make() -> Trace:
        from vitviz.tracing.trace import run_edited

        with networks.gate(networks.lane(model)):
            collect()
            return run_edited(plain, sum(edits, Edit(())), people.still_wanted, _latest())

    def put(made: Trace) -> None:
        trace_keys[made] = key
        memory.put(key, made, made.nbytes, person.owner, [networks.weights_key(model)])

    made = memory.make_once(key, make, put, person.owner, people.still_wanted)
    memory.resize(key, made.nbytes)
    person.keep(key)
    st.session_state[LATEST] = ref(made)
    return made


def _latest() -> Trace | None:
    """The edited run that this person saw last, while it is kept: one with one edit more begins as it did."""
    latest: ref[Trace] | None = st.session_state.get(LATEST)
    return latest() if latest is not None else None


def effect(model: ModelEntry, plain: Trace, planned: Sequence[PlannedEdit], *, keep: bool = False) -> Effect:
    """What all these edits together change, made once, as is why they cannot be made.

    The run is kept for ``edited`` with ``keep``.

    Raises:
        ValueError: as ``edited``.
    """
    from vitviz.analysis.interventions import effect as analysis
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.trace import run_edited

    edits = [edit_of(model, plain, each) for each in planned]

    def run() -> Trace:
        if keep:
            return edited(model, plain, planned)
        with networks.gate(networks.lane(model)):
            return run_edited(plain, sum(edits, Edit(())), people.still_wanted, _latest())

    def make() -> Effect | str:
        try:
            return analysis.effect(plain, run())
        except ValueError as error:
            return str(error)

    found = session.derived(plain, EFFECT.at(*map(str, planned)), make, own_turns=True)
    if isinstance(found, str):
        raise ValueError(found)
    return found
