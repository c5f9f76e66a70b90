"""The only place that caches, and the only one that knows who the user is.

Models are shared by everybody and never changed. Pictures and traces belong to one person's session and live in it.
torch is imported here when a trace is first asked for, so that a page can paint before that.
"""

from __future__ import annotations

import gc
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import streamlit as st

from vitviz.app import preparation, words
from vitviz.app.chosen_picture import ChosenPicture, of_sample, of_upload
from vitviz.images import ImageError
from vitviz.samples import LIST, SAMPLES, Sample
from vitviz.web.explorer.store import PayloadStore
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY, ModelEntry

if TYPE_CHECKING:
    from PIL import Image

    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.tracing.walk import Walk
    from vitviz.zoo.load import Model

T = TypeVar("T")
DEFAULT_MODEL = "vit-tiny"
DEFAULT_SWIN = "swin-mini"
KEPT_PER_PERSON = 4
KEPT_MODELS = 2  # checkpoints of one person, each of which can be several hundred MiB
# What explorers fetch, and the traces that it is made of: everybody's together, each person's under their own tokens.
payloads = PayloadStore(max_bytes=768 << 20)
_cores = threading.Semaphore(os.cpu_count() or 1)


def setup() -> None:
    """Begin a run of the script: everything a page says is said in this person's language."""
    st.session_state.setdefault("language", browsers_language())
    words.speak(lambda: str(st.session_state.get("language", "en")))


def browsers_language() -> str:
    """Chinese where the browser asks for Chinese, else English."""
    return "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


@contextmanager
def gate() -> Iterator[None]:
    """As many runs at once as there are cores, one torch thread each: with several people that is faster for all."""
    import torch

    torch.set_num_threads(1)
    with _cores:
        yield


@st.cache_resource(max_entries=3, show_spinner=False)
def _shared_model(name: str) -> Model:
    from vitviz.zoo.load import load_model

    return load_model(name)


def own_models() -> OrderedDict[str, Model]:
    """The checkpoints that this person loaded, by name, the one that was chosen last at the end; nobody else's."""
    models: OrderedDict[str, Model] = st.session_state.setdefault("own_models", OrderedDict())
    return models


def add_model(model: Model) -> str:
    """Keep a checkpoint for this person and return its name here; the one that was chosen longest ago may go."""
    own = own_models()
    # Never a name that this session had: what is kept of a run goes by it, also after its model went.
    used: set[str] = st.session_state.setdefault("own_models.names", set(REGISTRY))
    name = next(name for i in count() if (name := model.entry.name + "'" * i) not in used)
    used.add(name)
    own[name] = replace(model, entry=replace(model.entry, name=name))
    while len(own) > KEPT_MODELS:
        own.popitem(last=False)
    return name


def find(name: str) -> ModelEntry:
    """The entry of a model that this person can choose; the first of all for a name that is not there (any more)."""
    own = own_models()
    if name in own:
        own.move_to_end(name)
        return own[name].entry
    return REGISTRY.get(name, REGISTRY[DEFAULT_MODEL])


def _model(name: str) -> Model:
    return own_models().get(name) or _shared_model(name)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sample_picture(file: str) -> ChosenPicture:
    sample = next(sample for sample in SAMPLES if sample.file == file)
    try:
        return of_sample(sample.path)
    except ImageError as error:
        raise CheckpointError("shipped_damaged", file=file, reason="no picture that opens") from error


def choose_sample(sample: Sample) -> None:
    """Make a sample this person's picture.

    Raises:
        CheckpointError: if its file is damaged; the picture stays what it was.
    """
    st.session_state["picture"] = _sample_picture(sample.file)
    st.session_state["picture_name"] = sample.file
    st.session_state["picture_credit"] = sample.credit
    st.session_state["picture_is_own"] = False
    st.session_state["picture_error"] = None


def choose_upload(name: str, data: bytes) -> None:
    """Make an uploaded file this person's picture.

    Raises:
        vitviz.images.ImageError: if it cannot be opened; the picture stays what it was.
    """
    st.session_state["picture"] = of_upload(data, entry().preprocessing)
    st.session_state["picture_name"] = name
    st.session_state["picture_credit"] = ""
    st.session_state["picture_is_own"] = True
    st.session_state["picture_error"] = None


def chosen_picture() -> dict[str, object]:
    """All that is chosen with a picture, for ``choose_again``."""
    names = ("picture", "picture_name", "picture_credit", "picture_is_own")
    return {name: st.session_state[name] for name in names if name in st.session_state}


def choose_again(chosen: dict[str, object]) -> None:
    """Make that this person's picture again."""
    st.session_state.update(chosen)


def picture() -> ChosenPicture:
    """The picture that this person looks at.

    Raises:
        CheckpointError: if that is a sample whose file is damaged, or there are no samples.
    """
    if "picture" not in st.session_state:
        if not SAMPLES:
            raise CheckpointError("shipped_missing", file=LIST)
        choose_sample(SAMPLES[0])
    chosen: ChosenPicture = st.session_state["picture"]
    return chosen


def entry(family: str | None = None) -> ModelEntry:
    """The model that this person chose, with the preprocessing that they chose for it.

    With ``family`` "swin", a Swin even where they chose a ViT.
    """
    chosen = loaded()
    if family == "swin" and not chosen.is_swin:
        chosen = find(DEFAULT_SWIN)
    return preparation.prepared(chosen, picture().size)


def loaded() -> ModelEntry:
    """The model that this person chose, with the preprocessing that came with it."""
    return find(str(st.session_state.get("model", DEFAULT_MODEL)))


def run_name(model: ModelEntry, of: ChosenPicture | None = None) -> str:
    """What tells a run apart from every other: the picture, the model, and how the one is prepared for the other."""
    return f"{(of or picture()).sha256} {model.name} {model.preprocessing}"


def sample_picture(sample: Sample) -> ChosenPicture:
    """A sample, opened once for everybody."""
    return _sample_picture(sample.file)


def seen(model: ModelEntry, of: ChosenPicture | None = None) -> Image.Image:
    """The square (or rectangle) of a picture, by default this person's, that the model really sees."""
    return (of or picture()).view(model.preprocessing)


def trace(model: ModelEntry, of: ChosenPicture | None = None) -> Trace:
    """The run of a model on a picture, by default this person's; made once, kept while the two stay the same."""

    chosen = of or picture()
    picture_seen = seen(model, chosen)

    def make() -> Trace:
        import torch

        from vitviz.images import to_array
        from vitviz.tracing.trace import run_trace

        network = _model(model.name).network
        pixels = torch.from_numpy(to_array(picture_seen, model.preprocessing)).unsqueeze(0)  # (1, 3, H, W)
        # Streamlit does not collect after every run here (see .streamlit/config.toml): what was let go goes now.
        gc.collect()
        with gate():
            return run_trace(network, pixels, model.class_names)

    return _kept("traces", (chosen.sha256, model.name, model.preprocessing), make)


def explorer_token(of: Trace, model: ModelEntry, shown: ChosenPicture) -> str:
    """Under which token an explorer fetches this trace's numbers; the same in every rerun while they are kept."""
    from vitviz.web.explorer.source import TraceSource

    owner = str(st.session_state.setdefault("owner", secrets.token_urlsafe(16)))
    return payloads.register(owner, run_name(model, shown), TraceSource(of, model.name))


def walk(of: Trace, step: str) -> Walk:
    """The walk through one block of a trace, line by line."""
    from vitviz.tracing.walk import Walk

    return _kept("walks", (id(of), step), lambda: Walk(of, step))


class Derived(Generic[T]):
    """The key of something that is kept beside a trace, and its type; a constant of the module that makes it.

    Two keys are never equal, whatever their names, so that two pages cannot read each other's values by accident.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Derived({self.name!r})"

    def at(self, *which: Hashable) -> DerivedAt[T]:
        """The key of one of several such things: for a block, a class, a picture."""
        return DerivedAt(self, which)


@dataclass(frozen=True)
class DerivedAt(Generic[T]):
    """See ``Derived.at``."""

    key: Derived[T]
    which: tuple[Hashable, ...]


FUSED_GAP: Derived[float] = Derived("largest difference between explicit and fused attention")


def fused_gap(of: Trace, step: str) -> float | None:
    """Largest difference between a block's explicit attention and the fused run; None for what has no attention."""
    block = next((block for block in of.blocks if block.name == step), None)
    if block is None:
        return None
    return derived(of, FUSED_GAP.at(step), lambda: block.check().resid_post)


NORM_STATISTICS: Derived[tuple[NormStatistics, ...]] = Derived("statistics of all layer norms")


def norm_statistics(of: Trace) -> tuple[NormStatistics, ...]:
    """Mean, scale and norm of every token at every layer norm of a run."""
    from vitviz.tracing import norms

    return derived(of, NORM_STATISTICS, lambda: norms.norm_statistics(of))


def derived(of: Trace, what: Derived[T] | DerivedAt[T], make: Callable[[], T]) -> T:
    """What ``make`` returns for a trace, made once and kept for as long as the trace is; it must not hold the trace."""
    store: WeakKeyDictionary[Trace, dict[Hashable, T]] = st.session_state.setdefault(
        "derived", WeakKeyDictionary()
    )
    made = store.setdefault(of, {})
    if what not in made:
        made[what] = make()
    return made[what]


def is_derived(of: Trace, what: Derived[T] | DerivedAt[T]) -> bool:
    """Whether ``derived`` has that already."""
    return what in st.session_state.get("derived", {}).get(of, {})


def _kept(store: str, key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What ``make`` returns, kept in this person's session for the last few keys."""
    kept: OrderedDict[tuple[object, ...], T] = st.session_state.setdefault(f"kept.{store}", OrderedDict())
    if key not in kept:
        kept[key] = make()
        while len(kept) > KEPT_PER_PERSON:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
