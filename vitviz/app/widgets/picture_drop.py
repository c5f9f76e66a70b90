"""Pictures that are pasted, or dropped anywhere on the page: they take the way of the uploader in the side bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from vitviz.app.component import component
from vitviz.app.words import section

REASONS = ("not_a_picture", "file_too_large")  # why a file is not sent at all
KNOWN = "picture_drop.known"  # how often a browser named files that it does not send
MOST_NAMED = 20  # refused files that a browser names


@dataclass(frozen=True)
class Unsent:
    """A file that stayed in the browser: its name, why, and its bytes."""

    name: str
    why: str
    size: int


def picture_drop(
    key: str, endings: Sequence[str], largest: int, on_refused: Callable[[list[Unsent], bool], None]
) -> None:
    """Take files with one of the ``endings`` and at most ``largest`` bytes.

    ``on_refused`` is called with those that are not sent, and whether others are on their way.
    """

    def refused() -> None:
        said = st.session_state[key]["refused"]
        files = [
            Unsent(str(one["name"]), str(one["why"]), int(one["size"])) for one in said["files"][:MOST_NAMED]
        ]
        st.session_state[KNOWN] = st.session_state.get(KNOWN, 0) + 1
        on_refused([file for file in files if file.why in REASONS], bool(said["more"]))

    component("app/widgets/picture_drop.js", "web/shared/save.css")(
        key=key,
        data={
            "endings": list(endings),
            "largest": largest,
            "known": st.session_state.get(KNOWN, 0),
            "words": section("picture_drop"),
        },
        on_refused_change=refused,
    )
