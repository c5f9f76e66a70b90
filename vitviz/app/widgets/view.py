"""How the app looks to a person: the theme and the presentation, which the address of every page keeps; on a phone the
language at hand, and words for fingers."""

from __future__ import annotations

import streamlit as st

from vitviz.app.component import component
from vitviz.app.words import LANGUAGES, language, section

THEMES = ("system", "light", "dark")
FLAGS = ("0", "1")
THEME, PRESENT = "theme", "present"
TOUCH = "touch"  # whether this person's browser has fingers for a pointer
KEY = "sidebar.view"


def view_controls() -> None:
    """The choice of the theme, the button that begins the presentation, and on a phone the other language."""
    other = next(name for name in LANGUAGES if name != language())
    data = {
        "theme": theme(),
        "present": presents(),
        "touch": bool(st.session_state.get(TOUCH, False)),
        "other": {"language": other, "name": LANGUAGES[other]},
        "words": section("view"),
    }
    component("app/widgets/view.js", "app/widgets/view.css", "app/widgets/link.css")(
        key=KEY,
        data=data,
        on_theme_change=_theme_chosen,
        on_present_change=_presentation_chosen,
        on_touch_change=_pointed,
        on_language_change=_language_chosen,
    )


def theme() -> str:
    """The theme that was chosen, ``system`` until then."""
    return str(st.session_state.get(THEME, THEMES[0]))


def presents() -> bool:
    """Whether the pages are shown larger, without the side bar."""
    return bool(st.session_state.get(PRESENT, False))


def follow(query: dict[str, str]) -> dict[str, str]:
    """Look as a link says, as before where it says nothing. What of it is not understood is returned."""
    if query.get(THEME) in THEMES:
        st.session_state[THEME] = query[THEME]
    if query.get(PRESENT) in FLAGS:
        st.session_state[PRESENT] = query[PRESENT] == "1"
    known = {THEME: THEMES, PRESENT: FLAGS}
    return {name: query[name] for name, texts in known.items() if name in query and query[name] not in texts}


def in_address() -> dict[str, str]:
    """What a link says of it: nothing where nothing was chosen."""
    chosen = {THEME: theme()} if theme() != THEMES[0] else {}
    return chosen | ({PRESENT: "1"} if presents() else {})


def _theme_chosen() -> None:
    chosen = st.session_state[KEY].get("theme")
    if chosen in THEMES:
        st.session_state[THEME] = chosen


def _presentation_chosen() -> None:
    st.session_state[PRESENT] = bool(st.session_state[KEY].get("present"))


def _pointed() -> None:
    st.session_state[TOUCH] = bool(st.session_state[KEY].get("touch"))


def _language_chosen() -> None:
    chosen = st.session_state[KEY].get("language")
    if chosen in LANGUAGES:
        st.session_state["language"] = chosen
