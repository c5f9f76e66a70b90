"""Small pictures to choose from and to take out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from vitviz.app.component import component
from vitviz.app.pictures import small_picture_url
from vitviz.app.tray import SMALL, Own
from vitviz.app.words import section


def tray(
    key: str,
    pictures: Mapping[str, Own],
    chosen: str,
    on_choose: Callable[[str], None],
    on_take_out: Callable[[str], None],
) -> None:
    """Show each picture as a button beside one that takes it out; both are called with its id."""
    items = [
        {"id": own.id, "name": own.name, "image": small_picture_url(own.picture.view(SMALL))}
        for own in pictures.values()
    ]

    def chose() -> None:
        on_choose(str(st.session_state[key]["picture"]))

    def took_out() -> None:
        on_take_out(str(st.session_state[key]["out"]))

    component("app/widgets/tray.js")(
        key=key, data={"items": items, "chosen": chosen, "words": section("tray")},
        on_picture_change=chose, on_out_change=took_out,
    )  # fmt: skip
