"""The models that a person can run: the registry's, at most one living network of each, and their own checkpoints."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import people
from vitviz.app.kept import collect, memory, turns
from vitviz.app.words import say
from vitviz.memory import Key
from vitviz.models.cost import cost
from vitviz.turns import Lane, Waiting
from vitviz.zoo.registry import REGISTRY, ModelEntry

if TYPE_CHECKING:
    from vitviz.models.config import ModelConfig
    from vitviz.tracing.segments import Network
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.load import Model

DEFAULT_MODEL = "vit-tiny"
DEFAULT_SWIN = "swin-mini"
KEPT_MODELS = 2  # checkpoints of one person, each of which can be several hundred MiB
LIGHT = 9e9  # most multiplications of a run that others may be asked to wait for: twice those of ViT-S/16
BYTES = 4  # of a weight
OWN = "own_models"
_turn = threading.local()  # whether this thread computes


@dataclass(frozen=True)
class OwnModel:
    """A checkpoint of one person; ``again`` loads it once more, where that is possible."""

    entry: ModelEntry
    again: Callable[[], Model] | None


def own_models() -> OrderedDict[str, OwnModel]:
    """The checkpoints that this person loaded, by name, the one that was chosen last at the end; nobody else's."""
    models: OrderedDict[str, OwnModel] = st.session_state.setdefault(OWN, OrderedDict())
    return models


def add_model(model: Model, again: Callable[[], Model] | None = None) -> str:
    """Keep a checkpoint for this person and return its name here; the one that was chosen longest ago may go."""
    own = own_models()
    # Never a name that this session had: what is kept of a run goes by it, also after its model went.
    used: set[str] = st.session_state.setdefault(f"{OWN}.names", set(REGISTRY))
    name = next(name for i in count() if (name := model.entry.name + "'" * i) not in used)
    used.add(name)
    own[name] = OwnModel(replace(model.entry, name=name), again)
    owner = people.here().owner
    # What cannot be loaded again stays until its person has left.
    memory.put(
        weights_key(own[name].entry), model.network, _bytes_of(model.network), owner, fixed=again is None
    )
    while len(own) > KEPT_MODELS:
        _, gone = own.popitem(last=False)
        memory.release(("weights", owner, gone.entry.name), owner)
    return name


def find(name: str) -> ModelEntry:
    """The entry of a model that this person can choose; the first of all for a name that is not there (any more)."""
    own = own_models()
    if name in own:
        own.move_to_end(name)
        return own[name].entry
    return REGISTRY.get(name, REGISTRY[DEFAULT_MODEL])


def weights_key(model: ModelEntry) -> Key:
    """Under which key a model's network is kept: one for everybody, or of a checkpoint one for its person."""
    return ("weights", people.here().owner if model.name in own_models() else "", model.name)


def network(model: ModelEntry) -> Network:
    """The model's network, loaded unless it is alive; of several who ask for it at once one loads it."""
    own = own_models().get(model.name)
    owner = people.here().owner if own else ""
    key = weights_key(model)

    def make() -> Network:
        from vitviz.zoo.load import load_model

        collect()
        memory.make_room(BYTES * cost(model.config).weights)
        with gate(lane(model)):
            if own is None:
                return load_model(model.name).network
            assert own.again is not None
            return own.again().network

    def put(made: Network) -> None:
        # The weights that came with vitviz are small, and what most people begin with.
        memory.put(key, made, _bytes_of(made), owner, always=own is None and model.embedded)

    return memory.make_once(key, make, put, owner, people.still_wanted)


def _bytes_of(made: Network) -> int:
    tensors = made.state_dict().values()  # type: ignore[attr-defined]
    return sum({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values())


def lane(model: ModelEntry) -> Lane:
    """In which queue the work of a model waits."""
    return _lane(model.config, model.preprocessing.height_width)


def lane_of_run(of: Trace) -> Lane:
    """In which queue further work with a run waits."""
    height, width = of.kept["image"].shape[-2:]
    return _lane(of.config, (height, width))


def _lane(config: ModelConfig, height_width: tuple[int, int]) -> Lane:
    return "heavy" if cost(config, height_width).multiplications > LIGHT else "light"


@contextmanager
def gate(lane: Lane, waiting: Waiting | None = None) -> Iterator[None]:
    """Compute when it is this person's turn; until then the page says how many are before, or ``waiting`` does.

    As many run at once as there are cores, one torch thread each: with several people that is faster for all. Whoever
    has a turn already goes on.
    """
    import torch

    if getattr(_turn, "taken", False):
        yield
        return
    torch.set_num_threads(1)
    place = _Place()
    with turns.take(lane, people.here().owner, waiting or place):
        place.clear()
        _turn.taken = True
        try:
            yield
        finally:
            _turn.taken = False


class _Place:
    """Says in the page how many are before, once somebody is."""

    def __init__(self) -> None:
        self._line: st.delta_generator.DeltaGenerator | None = None
        self._said = 0

    def __call__(self, before: int) -> None:
        people.still_wanted()
        if before and before != self._said:
            self._said = before
            self._line = self._line or st.empty()
            self._line.caption(f":material/hourglass_top: {say('queue.before', count=before)}")

    def clear(self) -> None:
        if self._line is not None:
            self._line.empty()
