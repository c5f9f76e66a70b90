"""What every page has: the choice of picture, model and language, and the page's head."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from vitviz.app import bench, lost, session, words
from vitviz.app.crop_frame import another_model, show_frame
from vitviz.app.markup import as_text
from vitviz.app.model_dialog import open_dialog
from vitviz.app.model_titles import family_and_name
from vitviz.app.picture_choice import about_picture, choose_picture
from vitviz.app.preparation_choice import choose_preparation
from vitviz.app.widgets.link import link
from vitviz.app.widgets.view import view_controls
from vitviz.app.words import LANGUAGES, say
from vitviz.zoo.registry import REGISTRY, ModelEntry

FITS = 31  # letters of a title in the box for models
WIDE = 0x2E80  # from here on letters are twice as wide


@dataclass(frozen=True)
class SideBar:
    """The places in it that are filled when the page is complete: the link, below the picture's frame, the bench."""

    link: DeltaGenerator
    given: DeltaGenerator | None
    edits: DeltaGenerator | None = None


def sidebar(own_world: str = "") -> SideBar:
    """Choose the picture, how it is prepared, the model and the language.

    On a page of models that know only a world of their own there is no picture and no model to choose: the sentence
    with the key ``own_world`` says why.
    """
    if own_world:
        with st.sidebar:
            st.caption(say(own_world))
            return SideBar(_language_and_view(), None)
    with st.sidebar:
        choose_picture()
        prepared = st.container()  # below the picture, and for the model that is chosen below it
        _model_choice()
        edits = st.container()
        with prepared:
            show_frame(session.entry())
            given = st.container()
            choose_preparation(session.loaded())
        link = _language_and_view()
        if about := about_picture():
            st.caption(about)
    return SideBar(link, given, edits)


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
    if places.edits is not None:
        with places.edits:
            bench.link(session.entry())
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
