"""The choice of the picture: a sample, or one of a person's own that is uploaded, pasted, dropped or photographed."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from vitviz.app import lost, session, tray, words
from vitviz.app.markup import as_text
from vitviz.app.sentences import note, sentence
from vitviz.app.widgets.picture_drop import Unsent, picture_drop
from vitviz.app.widgets.tray import tray as show_tray
from vitviz.app.words import say
from vitviz.images import ImageError
from vitviz.images.errors import image_error
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError

FILE_TYPES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
SENT = "picture.sent"  # how often files were sent
UNSENT = "picture.unsent"  # files that the browser refused beside those that it sends
REFUSALS_SHOWN = 3


@dataclass(frozen=True)
class Refused:
    """A picture that was not taken: why, and the name of a person's own file."""

    error: CheckpointError | ImageError
    file: str


def choose_picture() -> None:
    """Samples, the ways for a picture of one's own, and the tray of those; why files were not taken."""
    # The browser keeps a widget's files. What was sent is in the tray, or was refused: the widget is a new, empty one.
    stamp = f"{lost.stamp()}.{st.session_state.get(SENT, 0)}"
    upload, camera = (f"{name}.{stamp}" for name in ("upload", "camera"))
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
        show_tray("sidebar.tray", own, str(st.session_state.get("picture_id", "")), _choose_own, _take_out)
    with st.expander(say("sidebar.camera")):
        if st.toggle(say("sidebar.camera_on"), key="camera_on"):
            st.camera_input(
                say("sidebar.camera"),
                key=camera,
                on_change=_uploaded,
                args=(camera,),
                label_visibility="collapsed",
            )


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


def about_picture() -> str:
    """What opening the picture changed, and whose it is."""
    try:
        picture = session.picture()
    except CheckpointError:  # which the page says, where the picture would be
        return ""
    # Notes come from a stranger's file: shown as they are, never as markup.
    language = words.language()
    parts = [*(note(each, language) for each in picture.notes), st.session_state["picture_credit"]]
    return "  \n".join(part for part in parts if part)
