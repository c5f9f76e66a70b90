"""Detection: a DETR, whose queries find the things of a picture-book page."""

from __future__ import annotations

from typing import Any, Literal, cast

import streamlit as st

from vitviz.app import links, scene_routes
from vitviz.app.fragments import rerun_this
from vitviz.app.scene_models import scene_head
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import Setting
from vitviz.app.topics.detection.habits import compute_habits, kept_habits
from vitviz.app.topics.detection.network import MODEL
from vitviz.app.topics.detection.part import detection_part
from vitviz.app.widgets.scene import SCENE, read_scene
from vitviz.app.words import say
from vitviz.models.scene_config import DetrConfig
from vitviz.zoo.scene_models import find_scene_model

View = Literal["query", "among", "matching", "habits", "encoder"]
VIEWS: tuple[View, ...] = ("query", "among", "matching", "habits", "encoder")
VIEW: Setting[View] = Setting("detection.view", links.one_of(VIEWS))
QUERY = Setting("detection.query", links.signed)  # -1 is the one that is surest of its thing
LAYER = Setting("detection.layer", links.whole)
HEAD = Setting("detection.head", links.signed)
THING = Setting("detection.thing", links.signed)  # -1 is the one that costs the query least
PLACE = Setting("detection.place", links.whole)
THRESHOLD = Setting("detection.threshold", links.decimal)
CUTS = ("", "0", "1", "2", "0,1,2")
CUT: Setting[str] = Setting("detection.cut", links.one_of(CUTS))
FIRST_THRESHOLD = 0.5


def show() -> None:
    """A scene that a person composes, the answers of all queries to it, and one of the sections on what they are of."""
    scene_head(say("detection.title"), say("detection.lead"), MODEL)
    _sections()


@st.fragment
def _sections() -> None:
    config = cast(DetrConfig, find_scene_model(MODEL).config)
    view = choose_section(VIEW, VIEWS, say("detection.views"), lambda name: say(f"detection.view_{name}"))
    known = kept_habits() if view == "habits" else None
    detection_part(
        "detection.part", view, _choice(config), config, known,
        on_scene=_keep_scene, on_choice=_keep, on_need=scene_routes.forget_token,
    )  # fmt: skip
    if view == "habits" and known is None:
        compute_habits()
        rerun_this()


def _choice(config: DetrConfig) -> dict[str, Any]:
    """What was chosen, as far as this model has it."""
    last = config.decoder_depth - 1
    rows, columns = config.grid
    middle = rows * columns // 2 + columns // 2
    return {
        "query": max(-1, min(QUERY.get(-1), config.num_queries - 1)),
        "layer": min(LAYER.get(last), last),
        "head": max(-1, min(HEAD.get(-1), config.num_heads - 1)),
        "thing": max(-1, THING.get(-1)),
        "place": min(PLACE.get(middle), rows * columns - 1),
        "threshold": max(0.0, min(1.0, THRESHOLD.get(FIRST_THRESHOLD))),
        "cut": CUT.get(CUTS[0]),
    }


def _keep(choice: dict[str, Any]) -> None:
    """Keep what the browser part says was chosen."""
    for setting, name in (
        (QUERY, "query"),
        (LAYER, "layer"),
        (HEAD, "head"),
        (THING, "thing"),
        (PLACE, "place"),
    ):
        setting.set(int(choice[name]))
    THRESHOLD.set(float(choice["threshold"]))
    if choice["cut"] in CUTS:
        CUT.set(str(choice["cut"]))


def _keep_scene(text: str) -> None:
    SCENE.set(read_scene(text))
