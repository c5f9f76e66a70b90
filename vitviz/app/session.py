"""What a person looks at: their picture, their model, and what was computed of them.

Equal work is done once: a trace belongs to everybody who looks at the same pixels in the same model.
torch is imported here when a trace is first asked for, so that a page can paint before that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import streamlit as st

from vitviz.app import networks, people, preparation, tray, words
from vitviz.app.chosen_picture import WHOLE, ChosenPicture, of_sample, of_upload
from vitviz.app.derived import Derived as Derived
from vitviz.app.derived import derived as derived
from vitviz.app.derived import is_derived as is_derived
from vitviz.app.derived import is_shared as is_shared
from vitviz.app.derived import shared as shared
from vitviz.app.derived import trace_keys
from vitviz.app.kept import collect, memory
from vitviz.app.networks import DEFAULT_MODEL as DEFAULT_MODEL
from vitviz.app.networks import DEFAULT_SWIN
from vitviz.app.networks import add_model as add_model
from vitviz.app.networks import find as find
from vitviz.app.networks import own_models as own_models
from vitviz.images import ImageError
from vitviz.samples import LIST, SAMPLES, Sample
from vitviz.turns import Waiting
from vitviz.web.explorer.store import PayloadStore
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ModelEntry

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.tracing.walk import Walk

payloads = PayloadStore(memory)
SHOWN = "model.shown"  # the model whose run the open page shows first
SPOKEN = "language.spoken"  # the language of the last run
ABOUT = "shown.about"  # what saved files say of model and picture, where these are not the chosen ones


def setup() -> None:
    """Begin a run of the script: everything a page says is said in this person's language."""
    st.session_state[SPOKEN] = _language()
    if (
        st.session_state.get("language") != st.session_state[SPOKEN]
    ):  # a widget that is set again forgets a click
        st.session_state["language"] = st.session_state[SPOKEN]
    st.session_state.pop(SHOWN, None)
    st.session_state.pop(ABOUT, None)
    words.speak(_language, lambda: bool(st.session_state.get("touch", False)))


def _language() -> str:
    """What this person chose. While runs interrupt each other the widget may lose it, or say that nothing is chosen."""
    chosen = st.session_state.get("language")
    if chosen not in words.LANGUAGES:
        chosen = st.session_state.get(SPOKEN, browsers_language())
    return str(chosen)


def browsers_language() -> str:
    """Chinese where the browser asks for Chinese, else English."""
    return "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


@contextmanager
def gate(waiting: Waiting | None = None) -> Iterator[None]:
    """Compute something of the chosen model when it is this person's turn; see ``networks.gate``."""
    with networks.gate(networks.lane(entry()), waiting):
        yield


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
    st.session_state["picture_id"] = ""
    st.session_state["picture_error"] = ()


def choose_upload(name: str, data: bytes) -> None:
    """Put a file into this person's tray and make it their picture.

    Raises:
        vitviz.images.ImageError: if it cannot be opened; tray and picture stay what they were.
    """
    choose_own(tray.add(name, of_upload(data, entry().preprocessing, tray.SMALL, WHOLE)))


def choose_own(own: tray.Own) -> None:
    """Make a picture of their tray this person's picture."""
    st.session_state["picture"] = own.picture
    st.session_state["picture_name"] = own.name
    st.session_state["picture_credit"] = ""
    st.session_state["picture_is_own"] = True
    st.session_state["picture_id"] = own.id
    st.session_state["picture_error"] = ()


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


def entry(family: Literal["vit", "swin"] | None = None) -> ModelEntry:
    """The model that this person chose, with the preprocessing that they chose for it.

    With ``family`` "swin", a Swin even where they chose a ViT; with "vit" a ViT even where they chose a Swin.
    """
    chosen = loaded()
    if family is not None and chosen.is_swin != (family == "swin"):
        chosen = find(DEFAULT_SWIN if family == "swin" else DEFAULT_MODEL)
    return preparation.prepared(chosen, picture().size)


def loaded() -> ModelEntry:
    """The model that this person chose, with the preprocessing that came with it."""
    return find(str(st.session_state.get("model", DEFAULT_MODEL)))


def shown() -> ModelEntry:
    """The model that the open page shows: not always the chosen one, a page about Swin shows a Swin."""
    model: ModelEntry = st.session_state.get(SHOWN) or loaded()
    return model


def run_name(model: ModelEntry, of: ChosenPicture | None = None) -> str:
    """What tells a run apart from every other: the picture, the model, and how the one is prepared for the other."""
    return f"{(of or picture()).sha256} {model.name} {model.preprocessing}"


def sample_picture(sample: Sample) -> ChosenPicture:
    """A sample, opened once for everybody."""
    return _sample_picture(sample.file)


def seen(model: ModelEntry, of: ChosenPicture | None = None) -> Image.Image:
    """The square (or rectangle) of a picture, by default this person's, that the model really sees."""
    return (of or picture()).view(model.preprocessing)


def image(model: ModelEntry, of: ChosenPicture | None = None) -> Tensor:
    """The same as numbers, as the model is given it, (1, 3, H, W)."""
    return as_given(seen(model, of), model)


def as_given(pixels: Image.Image, model: ModelEntry) -> Tensor:
    """A picture that is cut already, of any size, as numbers as the model is given them, (1, 3, H, W)."""
    import torch

    from vitviz.images import to_array

    return torch.from_numpy(to_array(pixels, model.preprocessing)).unsqueeze(0)  # (1, 3, H, W)


def trace(model: ModelEntry, of: ChosenPicture | None = None) -> Trace:
    """The run of a model on a picture, by default this person's; made once, and again where it had to go."""
    st.session_state.setdefault(SHOWN, model)
    person, pixels = people.here(), seen(model, of)
    digest = hashlib.sha256(f"{pixels.mode} {pixels.size}".encode() + pixels.tobytes()).digest()
    weights = networks.weights_key(model)
    key = ("trace", weights, digest, model.preprocessing, model.class_names)

    def make() -> Trace:
        from vitviz.tracing.trace import run_trace

        network = networks.network(model)
        image = as_given(pixels, model)
        with networks.gate(networks.lane(model)):
            collect()
            return run_trace(network, image, model.class_names, between=people.still_wanted)

    def put(made: Trace) -> None:
        trace_keys[made] = key
        memory.put(key, made, made.nbytes, person.owner, [weights])

    made = memory.make_once(key, make, put, person.owner, people.still_wanted)
    memory.resize(key, made.nbytes)
    person.keep(key)
    return made


def explorer_token(of: Trace, model: ModelEntry, shown: ChosenPicture, edits: str = "") -> str:
    """Under which token an explorer fetches this trace's numbers; the same in every rerun while they are kept.

    ``edits`` tell an edited run apart from the plain one.
    """
    from vitviz.web.explorer.source import TraceSource

    source = TraceSource(of, model.name, heavy=networks.lane(model) == "heavy")
    needs = [trace_keys[of]] if of in trace_keys else []
    content = f"{run_name(model, shown)} {edits}".rstrip()
    return payloads.register(people.here().owner, content, source, needs)


WALK: Derived[Walk] = Derived("the walk through a block")


def walk(of: Trace, step: str) -> Walk:
    """The walk through one block of a trace, line by line."""
    from vitviz.tracing.walk import Walk

    def make() -> Walk:
        made = Walk(of, step)
        made.calls  # noqa: B018 (runs it)
        return made

    return derived(of, WALK.at(step), make)


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
