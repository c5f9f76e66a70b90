"""Edited runs of this person's picture: made once from the plain run, kept as it is, and what their edits changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vitviz.app import networks, other_pictures, people, session
from vitviz.app.derived import trace_keys
from vitviz.app.kept import collect, memory
from vitviz.app.progress import in_steps
from vitviz.app.words import say
from vitviz.samples import SAMPLES
from vitviz.tracing.parts import TENSORS
from vitviz.tracing.planned_edit import SAMPLES_RUN, PlannedEdit

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.analysis.interventions.effect import Effect
    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.tracing.edits import Made
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

EDIT: session.Derived[Edit] = session.Derived("an edit, with what it puts in")
EFFECT: session.Derived[Effect] = session.Derived("what edits change")


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
    runs = recorded(network, [partial(_image, model, each) for each in pictures], names)
    return stacked(network, in_steps(runs, len(pictures), say("bench.samples", count=len(pictures))))


def _image(model: ModelEntry, picture: ChosenPicture) -> Tensor:
    import torch

    from vitviz.images import to_array

    return torch.from_numpy(to_array(session.seen(model, picture), model.preprocessing)).unsqueeze(0)


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
            return run_edited(plain, sum(edits, Edit(())), people.still_wanted)

    def put(made: Trace) -> None:
        trace_keys[made] = key
        memory.put(key, made, made.nbytes, person.owner, [networks.weights_key(model)])

    made = memory.make_once(key, make, put, person.owner, people.still_wanted)
    memory.resize(key, made.nbytes)
    person.keep(key)
    return made


def effect(model: ModelEntry, plain: Trace, planned: Sequence[PlannedEdit]) -> Effect:
    """What all these edits together change; of one that is alone, no run is kept for it.

    Raises:
        ValueError: as ``edited``.
    """
    from vitviz.analysis.interventions import effect as analysis
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.trace import run_edited

    edits = [edit_of(model, plain, each) for each in planned]

    def make() -> Effect:
        run = run_edited(plain, sum(edits, Edit(())), people.still_wanted)
        return analysis.effect(plain, run)

    return session.derived(plain, EFFECT.at(*map(str, planned)), make)


def effect_of_run(plain: Trace, run: Trace, planned: Sequence[PlannedEdit]) -> Effect:
    """What an edited run changed, kept as ``effect`` keeps it."""
    from vitviz.analysis.interventions import effect as analysis

    return session.derived(plain, EFFECT.at(*map(str, planned)), lambda: analysis.effect(plain, run))
