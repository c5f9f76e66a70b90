"""The logit lens as a part of the page: one cursor through token, depth and class, and no question to the server."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vitviz.app import words
from vitviz.app.component import component
from vitviz.web.lens.payload import STYLES, LensView, lens_data


def lens(key: str, view: LensView, on_choose: Callable[[int, int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with reading, depth and class index when a person fixes the cursor."""
    mount = component("web/lens/part.js", *STYLES)

    def on_place_change() -> None:
        place = st.session_state[key]["place"]
        on_choose(int(place["reading"]), int(place["depth"]), int(place["target"]))

    mount(key=key, data=lens_data(view, words), on_place_change=on_place_change)
