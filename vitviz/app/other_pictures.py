"""A picture beside the chosen one: a sample, or another of a person's own, as an address has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import session, tray
from vitviz.app.words import language
from vitviz.samples import SAMPLES

if TYPE_CHECKING:
    from vitviz.app.chosen_picture import ChosenPicture


def read(text: str) -> str:
    """A sample's file or the id of a person's own picture, as a link has it.

    Raises:
        ValueError: for anything else.
    """
    if text not in {sample.file for sample in SAMPLES} and not re.fullmatch(
        rf"{tray.PREFIX}[\w-]{{1,24}}", text
    ):
        raise ValueError(text)
    return text


def titles() -> dict[str, str]:
    """The pictures of this person's tray and the samples: what they are called by what a link has."""
    own = {f"{tray.PREFIX}{id_}": picture.name for id_, picture in tray.pictures().items()}
    zh = language() == "zh"
    return own | {sample.file: sample.title_zh if zh else sample.title for sample in SAMPLES}


def chosen() -> str:
    """The chosen picture as a link would have it."""
    id_ = st.session_state.get("picture_id")
    return f"{tray.PREFIX}{id_}" if id_ else str(st.session_state.get("picture_name", ""))


def find(text: str) -> tuple[ChosenPicture, str] | None:
    """A picture and its name; None for one that is not there (any more)."""
    if text.startswith(tray.PREFIX):
        own = tray.pictures().get(text.removeprefix(tray.PREFIX))
        return (own.picture, own.name) if own else None
    sample = next((sample for sample in SAMPLES if sample.file == text), None)
    return (session.sample_picture(sample), titles()[text]) if sample else None
