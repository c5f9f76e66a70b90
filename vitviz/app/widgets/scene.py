"""The scene of the picture book that a person composes: one for all pages, and what its editor is mounted with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitviz.app import networks, people
from vitviz.app.scene_answers import scene_answer
from vitviz.app.scene_routes import scene_url
from vitviz.app.settings import Setting
from vitviz.app.words import section
from vitviz.worlds.scene_text import MOST_THINGS, from_text
from vitviz.worlds.things import KINDS

FIRST = "17"
SEEDS = 1000  # of which the slider has random scenes
STYLE = "web/scene/scene.css"


def read_scene(text: str) -> str:
    """A scene's text as a link has it.

    Raises:
        ValueError: if it names no scene.
    """
    from_text(text)
    return text


SCENE: Setting[str] = Setting("scene", read_scene)


def scene_data(task: str, options: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What ``LiveScene`` (``web/scene/live_scene.js``) needs: the current scene, its answer, whom to ask for others."""
    text = SCENE.get(FIRST)
    with networks.gate("light"):
        answer = scene_answer(task, text, options or {}, people.here().owner)
    return {
        "text": text,
        "url": scene_url(task),
        "answer": answer,
        "kinds": list(KINDS),
        "seeds": SEEDS,
        "most": MOST_THINGS,
        "words": section("scene"),
    }
