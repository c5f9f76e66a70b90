"""The page's browser part: the scene, and beside it what the chosen section shows of the run on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from vitviz.app.component import colours, component
from vitviz.app.widgets.scene import STYLE, scene_data
from vitviz.app.words import say, section
from vitviz.worlds.picture_book import CLASS_NAMES

TASK = "segmentation"
# What each section asks the server with; the rest of a choice the browser needs alone.
ASKED_WITH: dict[str, tuple[str, ...]] = {
    "painting": (),
    "u": ("node", "view", "channel"),
    "growth": (),
    "skips": ("switches", "other"),
    "expanding": ("step",),
    "loss": (),
    "windows": ("block",),
}


def segmentation_part(
    key: str,
    name: str,
    choice: dict[str, str],
    *,
    on_scene: Callable[[str], None],
    on_choice: Callable[[dict[str, Any]], None],
    on_need: Callable[[], None],
) -> None:
    """Show the scene and the section ``name``, opened with ``choice``.

    ``on_scene`` is called with the text of a scene at which a person came to rest, ``on_choice`` with what they chose,
    ``on_need`` when the server does not know the page's address any more.
    """
    mount = component("app/topics/segmentation/part.js", STYLE, "app/topics/segmentation/part.css")
    options = {"section": name} | {each: choice[each] for each in ASKED_WITH[name]}
    data = scene_data(TASK, options) | {
        "section": name,
        "choice": choice,
        "askedWith": list(ASKED_WITH[name]),
        "names": class_names(),
        "own": {"words": section("segmentation.part") | section(f"segmentation.{name}")},
        "scales": {quantity: colours(quantity) for quantity in ("attention", "activation", "difference")},
    }

    def scene() -> None:
        if text := st.session_state[key].get("scene"):
            on_scene(str(text))

    def chosen() -> None:
        if found := st.session_state[key].get("choice"):
            on_choice(dict(found))

    mount(key=key, data=data, on_scene_change=scene, on_choice_change=chosen, on_need_change=on_need)


def class_names() -> list[str]:
    """Background and the six things, in the person's language, in the order of the class scores."""
    return [say("segmentation.background"), *(say(f"scene.kind.{name}") for name in CLASS_NAMES[1:])]
