"""What stands beside the first map: another picture, another model, or both; the address keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import callbacks, other_pictures, session
from vitviz.app.model_titles import title
from vitviz.app.settings import Setting
from vitviz.app.words import language, say
from vitviz.zoo.registry import REGISTRY

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.zoo.registry import ModelEntry


def _model(text: str) -> str:
    """The name of a model that is there. ``ValueError`` for any other."""
    if text not in REGISTRY and text not in session.own_models():
        raise ValueError(text)
    return text


NOTHING = ""
PICTURE = Setting("beside.picture", other_pictures.read)
MODEL = Setting("beside.model", _model)


class Beside(NamedTuple):
    """A run that stands beside the first one, and what its picture is called."""

    model: ModelEntry
    picture: ChosenPicture
    name: str


def choose_beside(first: ModelEntry) -> Beside | None:
    """The two boxes, and what is chosen in them; None until something is."""
    left, middle, _ = st.columns([1, 1, 1.4])
    picture, model = choose_picture(left), choose_model(middle, first)
    if picture is None and model is None:
        return None
    return Beside(model or first, *(picture or (session.picture(), str(st.session_state["picture_name"]))))


def choose_picture(place: DeltaGenerator, *, alone: bool = False) -> tuple[ChosenPicture, str] | None:
    """The box for another picture; that picture and what it is called, None until one is chosen.

    ``alone``: nothing else can stand beside the first map. The first picture is none to choose then, and the box says
    itself what it is for.
    """
    titles = other_pictures.titles()
    if alone:
        titles.pop(other_pictures.chosen(), None)
    picture = _box(place, PICTURE, titles, say("beside.picture"), labelled=not alone)
    return other_pictures.find(picture) if picture else None


def choose_model(place: DeltaGenerator, first: ModelEntry, otherwise: str = NOTHING) -> ModelEntry | None:
    """The box for another model than ``first``; None until one is chosen, or the one that is called ``otherwise``.

    A model beside another sees the picture as it was trained to: what a person chose is for their own model.
    """
    models = {entry.name: _title(entry) for entry in _models() if entry.name != first.name}
    model = _box(place, MODEL, models, say("beside.model"), otherwise)
    return session.find(model) if model else None


def _models() -> list[ModelEntry]:
    """Those that a person can choose: trained ones first. Tests choose the ones that are made for them."""
    own = [model.entry for model in session.own_models().values()]
    shipped = [
        entry
        for entry in REGISTRY.values()
        if not entry.name.endswith("-test") or entry.name == MODEL.get(NOTHING, keep=False)
    ]
    return sorted([*own, *shipped], key=lambda entry: not entry.trained)


def _title(entry: ModelEntry) -> str:
    return f"{say(f'models.group.{entry.source.kind}')} \u00b7 {title(entry)}"


def _box(
    place: DeltaGenerator,
    setting: Setting[str],
    titles: dict[str, str],
    text: str,
    otherwise: str = NOTHING,
    *,
    labelled: bool = True,
) -> str:
    """A box that may stay empty; what is gone, as a picture that left the tray, counts as nothing.

    With ``otherwise`` it never is: that stands in it until another is chosen, and does not count as chosen.
    """
    key = f"{setting.name}.{language()}"  # in another language it is another widget
    chosen = setting.get(otherwise, keep=not otherwise) or otherwise
    if chosen not in titles:
        chosen = otherwise
        setting.set(NOTHING)
    st.session_state[key] = chosen or None
    place.selectbox(
        text, list(titles), index=0 if otherwise else None, format_func=titles.__getitem__,
        placeholder=say("beside.none") if labelled else text, key=key,
        label_visibility="visible" if labelled else "collapsed",
        on_change=callbacks.named(key, lambda: setting.set(st.session_state[key] or NOTHING)),
    )  # fmt: skip
    return chosen
