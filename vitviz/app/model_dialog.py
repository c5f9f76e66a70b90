"""The dialog in which a person loads a checkpoint: from a hub, by upload, or from a folder of the server."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import hub_models, people, session, words
from vitviz.app.checkpoint_names import name_of, named
from vitviz.app.component import component
from vitviz.app.hub_reach import hub_reach
from vitviz.app.limits import limits
from vitviz.app.loading import Loading
from vitviz.app.markup import as_text
from vitviz.app.sentences import sentence
from vitviz.app.uploads import PATH, SUFFIXES, UploadFolder, uploads
from vitviz.app.words import say, section
from vitviz.images import CLIP_MEAN, CLIP_STD, HALF_MEAN, HALF_STD, IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.source import HUB_NAME, no_progress

if TYPE_CHECKING:
    from vitviz.zoo.load import Model
    from vitviz.zoo.source import Progress

SOON = 0.3  # seconds that the form gives a hub to answer
log = logging.getLogger(__name__)
EVERY = 0.4  # seconds between two looks at how far a checkpoint is
FORM = "models.form"  # the key of the fragment, which buttons below it run again
JOB = "models.loading"
AGAIN = "models.again"  # loads the checkpoint of JOB once more
FOLDER = "models.upload"
MB = 1_000_000
ARCHITECTURE = re.compile(r"[\w.-]+")
# Means and standard deviations that models of the families here were trained with.
COLOURS = {
    "ImageNet": (IMAGENET_MEAN, IMAGENET_STD),
    "0.5": (HALF_MEAN, HALF_STD),
    "CLIP": (CLIP_MEAN, CLIP_STD),
}


def open_dialog() -> None:
    """Show the dialog, titled in the person's language."""
    form = st.fragment(_form, key=FORM)
    st.dialog(say("models.title"), width="large", on_dismiss=_stop)(form)()


def _form() -> None:
    job: Loading | None = st.session_state.get(JOB)
    if job is not None:
        st.fragment(_progress, run_every=EVERY)()
        return
    if error := st.session_state.pop("models.error", ""):
        st.error(error)
    ways = [way for way, on in (
        ("hub", limits().hub), ("upload", limits().upload_bytes > 0), ("path", bool(limits().folders))
    ) if on]  # fmt: skip
    if not ways:
        st.info(say("models.no_way"))
        return
    st.session_state.setdefault("models.way", ways[0])
    way = st.segmented_control(
        say("models.way"), ways, format_func=lambda each: say(f"models.way.{each}"), key="models.way",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    {"hub": _from_hub, "upload": _from_upload, "path": _from_path}[way or ways[0]]()


def _from_hub() -> None:
    st.markdown(say("models.hub.lead"))
    # Nobody waits for a hub that takes its time: the line comes when it is known.
    soon = hub_reach.known(wait=SOON) is None
    (st.fragment(_hub_line, run_every=1.0) if soon else _hub_line)()
    known = {model.name: model for model in hub_models.HUB_MODELS}
    name = st.selectbox(
        say("models.hub.name"), list(known), index=None, accept_new_options=True,
        placeholder=say("models.hub.placeholder"), key="models.hub.name",
    )  # fmt: skip
    if model := known.get(name or ""):
        st.caption(
            say("models.hub.about", good_for=say(f"models.good_for.{model.topic}"), size=model.megabytes,
                licence=model.licence or say("models.hub.no_licence"))
        )  # fmt: skip
    revision = st.text_input(
        say("models.hub.revision"), key="models.hub.revision", help=say("models.hub.revision_help")
    )
    st.button(
        say("models.load"),
        type="primary",
        disabled=not name,
        on_click=_start_hub,
        args=(name, revision.strip()),
    )


def _hub_line() -> None:
    """That no hub answers, where none does."""
    if hub_reach.known() is False:
        st.warning(say("models.hub.offline"))


def _start_hub(name: str, revision: str) -> None:
    _start(lambda progress: from_hub(name.strip(), revision or None, progress), again=True)


def from_hub(name: str, revision: str | None, progress: Progress) -> Model:
    """The model of that name on a hub. What a visitor types is never a path of this machine, whatever lies there.

    Raises:
        CheckpointError: if it is no such name, or cannot be loaded.
    """
    if not HUB_NAME.fullmatch(name):
        raise CheckpointError("hub_not_found", name=name)
    from vitviz.zoo.hub import load_hub

    return load_hub(name, revision, None, None, progress)


def _from_upload() -> None:
    if FOLDER not in st.session_state:
        try:
            st.session_state[FOLDER] = uploads.open(limits().upload_bytes)
        except OSError as error:
            log.warning("no folder for uploads: %s", error)
            st.error(say("upload.disk"))
            return
    folder: UploadFolder = st.session_state[FOLDER]
    st.markdown(say("models.upload.lead"))

    def removed() -> None:
        folder.remove(str(st.session_state["models.upload.part"]["remove"]))

    files = folder.files
    component("web/upload/part.js")(
        key="models.upload.part",
        data={
            "url": f"api{PATH}/{folder.token}",
            "suffixes": list(SUFFIXES),
            "limit": folder.max_bytes,
            "names": list(files),
            "sizes": list(files.values()),
            "words": section("upload"),
        },
        on_files_change=_nothing,
        on_remove_change=removed,
    )
    said = _unsaid("upload")
    st.button(
        say("models.load"), type="primary", disabled=not files, on_click=_start_folder, args=(folder, said),
        key="models.upload.load",
    )  # fmt: skip


def _start_folder(folder: UploadFolder, said: Said) -> None:
    weights = [name for name in folder.files if not name.endswith(".json")]
    # One file alone is given as that file, so that its own name can say what it is.
    source = folder.path / weights[0] if len(weights) == 1 and len(folder.files) == 1 else folder.path
    _start(lambda progress: named(from_files(source, said, progress), name_of(folder.path, weights)))


def _from_path() -> None:
    st.markdown(say("models.path.lead"))
    st.caption(as_text(", ".join(map(str, limits().folders))))
    path = st.text_input(say("models.path.name"), key="models.path.name")
    said = _unsaid("path")
    st.button(
        say("models.load"), type="primary", disabled=not path, on_click=_start_path, args=(path, said),
        key="models.path.load",
    )  # fmt: skip


def _start_path(path: str, said: Said) -> None:
    chosen = Path(path.strip()).expanduser().resolve()
    if not any(chosen.is_relative_to(folder) for folder in limits().folders):
        st.session_state["models.error"] = say("models.path.outside")
        return
    _start(lambda progress: from_files(chosen, said, progress), again=True)


class Said(NamedTuple):
    """What a person said of a checkpoint that does not say it itself."""

    config: str | None = None
    preprocessing: Preprocessing | None = None


def _unsaid(way: str) -> Said:
    """What weights do not tell and files can be without: it is asked for, never guessed."""
    with st.expander(say("models.unsaid")):
        config = st.text_input(
            say("models.config"), key=f"models.{way}.config", help=say("models.config_help"),
            placeholder="vit_base_patch16_224",
        )  # fmt: skip
        colours = st.selectbox(
            say("models.colours"), list(COLOURS), index=None, key=f"models.{way}.colours",
            help=say("models.colours_help"), placeholder=say("models.colours_said"),
        )  # fmt: skip
        size = st.number_input(
            say("models.size"), 8, 2048, 224, key=f"models.{way}.size", disabled=colours is None
        )  # fmt: skip
    if colours is None:
        return Said(config.strip() or None)
    mean, std = COLOURS[colours]
    return Said(config.strip() or None, Preprocessing(size=int(size), mean=mean, std=std))


def from_files(source: Path, said: Said, progress: Progress) -> Model:
    """The model in files, with what a visitor said of it: the name of an architecture, never a path of this machine.

    Raises:
        CheckpointError: if there is no such architecture, or it cannot be loaded.
    """
    config = said.config
    if config is not None and (not ARCHITECTURE.fullmatch(config) or config.endswith(".json")):
        raise CheckpointError("unknown_configuration", name=config)
    from vitviz.zoo.load import load_model

    return load_model(source, config=config, preprocessing=said.preprocessing, progress=progress)


def _start(load: Callable[[Progress], Model], again: bool = False) -> None:
    """Load beside the page; ``again`` says whether the same can be had later too, if its weights have to go."""
    person = people.here()
    job = st.session_state[JOB] = Loading(load, person.owner)
    st.session_state[AGAIN] = partial(load, no_progress) if again else None
    person.ends(job)


def _stop() -> None:
    """Nobody waits for the checkpoint any more."""
    job: Loading | None = st.session_state.pop(JOB, None)
    if job is not None:
        job.stop()


def _back() -> None:
    _stop()
    st.rerun(FORM)


def _nothing() -> None:
    """A file has arrived: the dialog runs again and reads the folder."""


def _progress() -> None:
    job: Loading | None = st.session_state.get(JOB)
    if job is None:
        return
    if not job.ended:
        step, done, total = job.state
        share = min(1.0, done / total) if total else 0.0
        if step == "wait":
            amount = f": {say('queue.before', count=done)}" if done else ""
        elif total:
            amount = f" {done / MB:,.0f} / {total / MB:,.0f} MB"
        else:
            amount = f" {done / MB:,.0f} MB" if done else ""
        st.progress(share, say(f"models.step.{step}") + amount)
        st.button(say("models.stop"), on_click=_back)
        return
    if job.model is not None:
        del st.session_state[JOB]
        st.session_state["model.next"] = session.add_model(job.model, st.session_state.pop(AGAIN, None))
        folder: UploadFolder | None = st.session_state.get(FOLDER)
        if folder is not None:
            folder.clear()
        st.rerun()
    language = words.language()
    st.error(sentence(job.error, language) if job.error else say("models.fault", id=job.fault))
    st.button(say("models.back"), on_click=_back)
