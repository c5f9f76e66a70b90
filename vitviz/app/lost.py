"""A session that ended under an open page: the server was started anew, or the browser was away for too long.

Streamlit then begins a new session without a word, and the page's widgets still show what was chosen in the old one.
A text box that nobody sees keeps in the browser what the session shows. A new session whose first run finds something
there takes over what the server still has (language, model, sample), and says what it no longer has.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress

import streamlit as st

from vitviz.app import session
from vitviz.app.markup import as_text
from vitviz.app.model_titles import title
from vitviz.app.words import LANGUAGES, say
from vitviz.samples import SAMPLES
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import REGISTRY

KEPT = "session-kept"  # the key of the text box, and the class of what hides it
BEGAN = "session.began"  # a name of this session that no other session has
LOST = {what: f"session.lost.{what}" for what in ("picture", "model")}
LONGEST = 200
# While the server is away Streamlit opens a dialog of its own, for whoever started the server, in English. Nothing of
# ours can be asked for then, so that it gets our words from a style sheet, which is there already.
AWAY = "body:has(.stApp:not([data-test-connection-state=CONNECTED])) .stDialog:not(:has([data-testid=stVerticalBlock]))"


def begin() -> None:
    """At the beginning of a run: keep in the browser what is shown; in the first run find out what was lost."""
    first = BEGAN not in st.session_state
    if not first:
        st.session_state[KEPT] = json.dumps(_shown())
    st.html(_style())
    with st.container(key=f"{KEPT}-box"):
        kept = st.text_input(KEPT, key=KEPT, label_visibility="collapsed")
    if first:
        stamp()
        _take_over(_read(kept))


def _style() -> str:
    title, text = (json.dumps(say(f"lost.{key}"), ensure_ascii=False) for key in ("away_title", "away"))
    return f"""<style>
.st-key-{KEPT} {{ display: none; }}
{AWAY} h2 {{ font-size: 0; }}
{AWAY} h2::before {{ content: {title}; font-size: 1.4rem; }}
{AWAY} h2 + div > * {{ display: none; }}
{AWAY} h2 + div::before {{ content: {text}; }}
</style>"""


def stamp() -> str:
    """A name of this session: a widget whose key has it begins anew in a new session."""
    return str(st.session_state.setdefault(BEGAN, secrets.token_hex(4)))


def found_again(what: str) -> None:
    """A person has chosen another picture or model: nothing need be said of the lost one any more."""
    st.session_state.pop(LOST[what], None)


def notice() -> None:
    """Say what was lost, until the person chooses anew or goes on without."""
    names = {what: str(st.session_state[key]) for what, key in LOST.items() if key in st.session_state}
    for what, name in names.items():
        now = title(session.entry()) if what == "model" else _picture_name()
        with st.container(key=f"session-lost-{what}"):
            st.warning(say(f"lost.{what}", name=as_text(name), now=as_text(now)))
            st.button(say("lost.go_on"), key=f"lost.go_on.{what}", on_click=found_again, args=(what,))


def _picture_name() -> str:
    with suppress(CheckpointError):  # a damaged sample, of which the page says so itself
        session.picture()
    return str(st.session_state.get("picture_name", ""))


def _shown() -> dict[str, str]:
    """What this session shows: by names, those of a person's own picture and model apart."""
    state = st.session_state
    model = str(state.get("model.next") or state.get("model", ""))
    own = session.own_models().get(model)
    shown = {
        "language": str(state.get("language", "")),
        "model": "" if own else model,
        "own_model": title(own.entry) if own else str(state.get(LOST["model"], "")),
        "sample": "" if state.get("picture_is_own") else str(state.get("picture_name", "")),
        "own_picture": str(
            state.get("picture_name") if state.get("picture_is_own") else state.get(LOST["picture"], "")
        ),
    }
    return {name: value[:LONGEST] for name, value in shown.items() if value}


def _read(kept: str | None) -> dict[str, str]:
    """What the browser kept: a stranger's text."""
    try:
        found = json.loads(kept or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value[:LONGEST] for name, value in found.items() if isinstance(value, str)}


def _take_over(kept: Mapping[str, str]) -> None:
    state = st.session_state
    if kept.get("language") in LANGUAGES:
        state["language"] = kept["language"]
    if kept.get("model") in REGISTRY:
        state["model"] = kept["model"]
    sample = next((sample for sample in SAMPLES if sample.file == kept.get("sample")), None)
    if sample is not None:
        with suppress(CheckpointError):  # its file was damaged meanwhile: the first sample, by its own name
            session.choose_sample(sample)
            state["sample"] = sample.file
    for what, key in LOST.items():
        if name := kept.get(f"own_{what}"):
            state[key] = name
