"""The page's browser part: the scene, the answers to it, and one section of what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.analysis.detection.receptive import receptive_field
from vitviz.app.component import colours, component
from vitviz.app.widgets.explorer import explorer_start
from vitviz.app.widgets.scene import STYLE, scene_data
from vitviz.app.words import section

if TYPE_CHECKING:
    from vitviz.models.scene_config import DetrConfig

TASK = "detection"
# Pages on which the trained model has no doubles, and several once self-attention is cut in layer 1.
EXAMPLES = ("351", "287", "235", "225")


def sizes(config: DetrConfig) -> dict[str, Any]:
    """How many layers, queries, heads and classes the arrays of an answer have."""
    return {
        "layers": config.decoder_depth,
        "queries": config.num_queries,
        "heads": config.num_heads,
        "classes": config.num_classes,
        "grid": list(config.grid),
        "stride": config.patch_size,
        "field": receptive_field(config),
    }


def detection_part(
    key: str,
    view: str,
    choice: dict[str, Any],
    config: DetrConfig,
    habits: dict[str, Any] | None,
    *,
    on_scene: Callable[[str], None],
    on_choice: Callable[[dict[str, Any]], None],
    on_need: Callable[[], None],
) -> None:
    """Show the scene and the section ``view``, opened with ``choice``.

    ``on_scene`` is called with the text of a scene at which a person came to rest, ``on_choice`` with what they chose,
    ``on_need`` when the server does not know the page's address any more.
    """
    mount = component(
        "app/topics/detection/part.js", STYLE, "app/topics/detection/part.css", "web/explorer/explorer.css"
    )
    options = {"cut": choice["cut"]} if view == "among" and choice["cut"] else {}
    options |= {"encoder": "1"} if view == "encoder" else {}
    data = scene_data(TASK, options) | {
        "view": view,
        "choice": choice,
        "sizes": sizes(config),
        "words": section("scene") | section("detection.part"),
        "habits": habits,
        "examples": list(EXAMPLES),
        "scales": {name: colours(name) for name in ("attention", "difference")},
        "explorer": explorer_start(),
    }

    def scene() -> None:
        if text := st.session_state[key].get("scene"):
            on_scene(str(text))

    def chosen() -> None:
        if found := st.session_state[key].get("choice"):
            on_choice(dict(found))

    mount(key=key, data=data, on_scene_change=scene, on_choice_change=chosen, on_need_change=on_need)
