"""What every page has: the choice of picture, model and language, and the page's head."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vitviz.app import lost, session, tray, words
from vitviz.app.crop_frame import another_model, show_frame
from vitviz.app.markup import as_text
from vitviz.app.model_dialog import open_dialog
from vitviz.app.model_titles import family_and_name
from vitviz.app.preparation_choice import choose_preparation
from vitviz.app.sentences import note, sentence
from vitviz.app.widgets.link import link
from vitviz.app.widgets.picture_drop import Unsent, picture_drop
from vitviz.app.widgets.tray import tray as show_tray
from vitviz.app.widgets.view import view_controls
from vitviz.app.words import LANGUAGES, say
from vitviz.images import ImageError
from vitviz.images.errors import image_error
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY, ModelEntry

FILE_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
FITS = 31  # letters of a title in the box for models
WIDE = 0x2E80  # from here on letters are twice as wide
SENT = "picture.sent"  # how often files were sent
UNSENT = "picture.unsent"  # files that the browser refused beside those that it sends
REFUSALS_SHOWN = 3


@dataclass(frozen=True)
class Refused:
    """A picture that was not taken: why, and the name of a person's own file."""

    error: CheckpointError | ImageError
    file: str


@dataclass(frozen=True)
class SideBar:
    """The places in it that are filled when the page is complete: the link, and below the picture's frame."""

    link: DeltaGenerator
    given: DeltaGenerator | None


def sidebar(own_world: bool = False) -> SideBar:
    """Choose the picture, how it is prepared, the model and the language.

    On a page of models that know only a world of their own there is no picture and no model to choose: one sentence
    says why.
    """
    if own_world:
        with st.sidebar:
            st.caption(say("sidebar.own_world"))
            return SideBar(_language_and_view(), None)
    # The browser keeps a widget's files. What was sent is in the tray, or was refused: the widget is a new, empty one.
    stamp = f"{lost.stamp()}.{st.session_state.get(SENT, 0)}"
    upload, camera = (f"{name}.{stamp}" for name in ("upload", "camera"))
    with st.sidebar:
        _sample_choice()
        # Above what was used just now, which is in sight: below it stands under the fold of a phone.
        refused: tuple[Refused, ...] = st.session_state.pop("picture_error", ())
        for error in refused[:REFUSALS_SHOWN]:
            st.error(_refusal(error))
        st.file_uploader(
            say("sidebar.upload"), type=FILE_TYPES, key=upload, on_change=_uploaded, args=(upload,),
            accept_multiple_files=True,
        )  # fmt: skip
        picture_drop("sidebar.drop", FILE_TYPES, _largest(), _unsent)
        if own := tray.pictures():
            show_tray(
                "sidebar.tray", own, str(st.session_state.get("picture_id", "")), _choose_own, _take_out
            )
        with st.expander(say("sidebar.camera")):
            if st.toggle(say("sidebar.camera_on"), key="camera_on"):
                st.camera_input(
                    say("sidebar.camera"),
                    key=camera,
                    on_change=_uploaded,
                    args=(camera,),
                    label_visibility="collapsed",
                )
        prepared = st.container()  # below the picture, and for the model that is chosen below it
        _model_choice()
        with prepared:
            show_frame(session.entry())
            given = st.container()
            choose_preparation(session.loaded())
        link = _language_and_view()
        if about := _about_picture():
            st.caption(about)
    return SideBar(link, given)


def _language_and_view() -> DeltaGenerator:
    """How the app is shown; the place of the button that copies the link."""
    st.segmented_control(
        say("sidebar.language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="language",
        required=True, label_visibility="collapsed",
    )  # fmt: skip
    view_controls()
    return st.container()


def complete(places: SideBar, query: dict[str, str]) -> None:
    """The page is complete: the button that copies the view's link, and with it the page's address, which becomes
    ``query``; and what the model that the page shows is given of the picture, where that is not the chosen one."""
    if places.given is not None:
        with places.given:
            another_model(session.shown())
    own_model = st.session_state.get("model") in session.own_models()
    about = {"model": session.shown().title, "picture": str(st.session_state.get("picture_name", ""))}
    about |= st.session_state.get(session.ABOUT, {})
    with places.link:
        link("sidebar.link", query, about, own=own_model or bool(st.session_state.get("picture_is_own")))


def _model_choice() -> None:
    """The models by group, trained ones first, and the way to load another."""
    if loaded := st.session_state.pop("model.next", None):
        st.session_state["model"] = loaded
        lost.found_again("model")
    chosen = st.session_state.get("model")
    # Tests choose the models that are made for them; nobody else is offered these.
    shipped = [
        entry for entry in REGISTRY.values() if not entry.name.endswith("-test") or entry.name == chosen
    ]
    own = [model.entry for model in session.own_models().values()]
    groups = (
        [entry for entry in shipped if entry.trained],
        [entry for entry in own if entry.source.kind != "hub"],
        [entry for entry in own if entry.source.kind == "hub"],
        [entry for entry in shipped if not entry.trained],
    )
    # The group stands first, where a narrow list does not cut it off.
    titles = {
        entry.name: f"{say(f'models.group.{entry.source.kind}')} \u00b7 {_listed(entry)}"
        for group in groups
        for entry in group
    }
    # As for the pictures: in another language it is another widget.
    key = f"model.{words.language()}"
    st.session_state["model"] = chosen if chosen in titles else session.DEFAULT_MODEL
    st.session_state[key] = st.session_state["model"]
    st.selectbox(
        say("sidebar.model"), list(titles), format_func=titles.__getitem__, key=key, on_change=_model_chosen,
        args=(key,),
    )  # fmt: skip
    whole = titles[st.session_state[key]]
    if (
        sum(2 if ord(letter) > WIDE else 1 for letter in whole) > FITS
    ):  # the box has one line, which is cut off
        st.caption(as_text(whole))
    asked = st.session_state.pop("models.asked", False)  # a link names a model that is not here
    if st.button(say("models.open"), width="stretch") or asked:
        open_dialog()


def _listed(entry: ModelEntry) -> str:
    """A title whose own name stands before the family, where a narrow list does not cut it off."""
    family, name = family_and_name(entry)
    return f"{name} ({family})" if name else family


def _model_chosen(key: str) -> None:
    st.session_state["model"] = st.session_state[key]
    lost.found_again("model")


def _sample_choice() -> None:
    language = words.language()
    titles = {sample.file: sample.title_zh if language == "zh" else sample.title for sample in SAMPLES}
    own = bool(st.session_state.get("picture_is_own"))
    # The browser keeps the texts of a widget that it knows: another language is another widget. So is the empty one
    # beside a picture of one's own, where every sample is a change.
    key = f"sample.{language}.{own}"
    chosen = st.session_state.get("sample", next(iter(titles), None))
    st.session_state[key] = None if own else chosen
    st.selectbox(
        say("sidebar.picture"),
        list(titles),
        index=None if own else 0,
        placeholder=say("sidebar.own"),
        format_func=titles.__getitem__,
        key=key,
        on_change=_sample,
        args=(key,),
    )


def head(title: str, lead: str, model: ModelEntry) -> None:
    """A page's title, what it is good for, and whether the model has learned anything."""
    st.title(title, anchor=False)
    lost.notice()
    st.markdown(lead)
    if not model.trained:
        untrained(model)


def untrained(model: ModelEntry) -> None:
    """One sentence: the model has learned nothing."""
    st.caption(f":orange-badge[{say('sidebar.untrained')}] {say('untrained', name=model.name)}")


def has_classes(model: ModelEntry) -> bool:
    """Whether the model ends with class scores; where it does not, one sentence says what is missing and why."""
    if model.config.num_classes:
        return True
    st.info(say("no_classes", name=as_text(_listed(model))))
    return False


def _sample(key: str) -> None:
    before = st.session_state.get("sample")
    st.session_state["sample"] = st.session_state[key]
    lost.found_again("picture")
    if not _back_to_sample():
        own = bool(st.session_state.get("picture_is_own"))
        st.session_state["sample"] = before or next(sample.file for sample in SAMPLES)
        st.session_state[key] = None if own else st.session_state["sample"]


def _back_to_sample() -> bool:
    """Show the chosen sample; where it is damaged, the picture stays what it was."""
    chosen = st.session_state.get("sample")
    sample = next((sample for sample in SAMPLES if chosen in (None, sample.file)), None)
    if sample is None:
        return False
    try:
        session.choose_sample(sample)
    except CheckpointError as error:
        st.session_state["picture_error"] = (Refused(error, ""),)
        return False
    return True


def _uploaded(key: str) -> None:
    """Files came: those that open are in the tray, the last of them is the picture; the others are named once."""
    given = st.session_state[key]
    refused = [*st.session_state.pop(UNSENT, ())]
    for file in given if isinstance(given, list) else [given] if given else []:
        try:
            session.choose_upload(file.name, file.getvalue())
            lost.found_again("picture")
        except ImageError as error:
            refused.append(Refused(error, file.name))
    st.session_state["picture_error"] = tuple(refused)
    st.session_state[SENT] = st.session_state.get(SENT, 0) + 1


def _largest() -> int:
    """Bytes of the largest file that the server takes."""
    return int(st.get_option("server.maxUploadSize")) << 20


def _unsent(files: list[Unsent], more: bool) -> None:
    """Files were pasted or dropped that the browser does not send: named at once, with ``more`` when others come."""
    limit = _largest() >> 20
    refused = tuple(
        Refused(
            image_error(file.why, **({"limit": limit} if file.why == "file_too_large" else {})), file.name
        )
        for file in files
    )
    st.session_state[UNSENT if more else "picture_error"] = refused


def _choose_own(id_: str) -> None:
    if (own := tray.find(id_)) is not None:
        session.choose_own(own)
        lost.found_again("picture")


def _take_out(id_: str) -> None:
    """A picture leaves the tray; where it was the one that is looked at, the sample that was chosen last takes over."""
    tray.take_out(id_)
    if st.session_state.get("picture_id") == id_:
        _back_to_sample()


def _refusal(refused: Refused) -> str:
    """Which file was not taken, why, and which picture is still there."""
    why = sentence(refused.error, words.language())
    if not refused.file:
        return why
    kept = as_text(str(st.session_state.get("picture_name", "")))
    return say("sidebar.refused", file=as_text(refused.file), why=why, kept=kept)


def _about_picture() -> str:
    """What opening the picture changed, and whose it is."""
    try:
        picture = session.picture()
    except CheckpointError:  # which the page says, where the picture would be
        return ""
    # Notes come from a stranger's file: shown as they are, never as markup.
    language = words.language()
    parts = [*(note(each, language) for each in picture.notes), st.session_state["picture_credit"]]
    return "  \n".join(part for part in parts if part)
