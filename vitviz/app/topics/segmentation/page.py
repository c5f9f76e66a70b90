"""Segmentation: a Swin-Unet paints a page of the picture book; what each part of its U does to what is painted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from vitviz.app import links, scene_routes
from vitviz.app.scene_models import scene_head
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import Setting
from vitviz.app.topics.segmentation.part import ASKED_WITH, segmentation_part
from vitviz.app.topics.segmentation.run import FITTED_ON, MODEL, readouts
from vitviz.app.topics.segmentation.skips import OPENS_OTHER, UNTOUCHED, many_scenes, read_switches
from vitviz.app.topics.segmentation.u import OPENS as OPENS_NODE
from vitviz.app.topics.segmentation.windows import OPENS as OPENS_BLOCK
from vitviz.app.widgets.scene import SCENE, read_scene
from vitviz.app.words import say

SECTIONS = tuple(ASKED_WITH)
SECTION: Setting[str] = Setting("segmentation.section", links.one_of(SECTIONS))
SWITCHES: Setting[str] = Setting("segmentation.switches", read_switches)
OPENS_CLASS = -1  # the thing that has most pixels
# Whole numbers by their names in a choice, with what each begins with.
NUMBERS = {
    name: (Setting(f"segmentation.{name}", links.signed), default)
    for name, default in {
        "node": OPENS_NODE, "view": 0, "channel": 0, "other": OPENS_OTHER, "step": 0, "class": OPENS_CLASS,
        "block": OPENS_BLOCK, "head": 0,
    }.items()
}  # fmt: skip


def show() -> None:
    """The model's head, a scene that a person composes, and one of the sections about the run on it."""
    scene_head(say("segmentation.title"), say("segmentation.lead"), MODEL)
    _sections()


@st.fragment
def _sections() -> None:
    # A choice in a section runs this again; nothing above it changes with the scene.
    section = choose_section(
        SECTION, SECTIONS, say("segmentation.section"), lambda name: say(f"segmentation.section_{name}")
    )
    st.markdown(say(f"segmentation.{section}_lead", scenes=FITTED_ON))
    if section == "growth":
        readouts(watched=True)  # takes seconds the first time: the page shows how far it is
    choice = {name: str(setting.get(default)) for name, (setting, default) in NUMBERS.items()}
    choice["switches"] = SWITCHES.get(UNTOUCHED)
    segmentation_part(
        "segmentation.part", section, choice,
        on_scene=_keep_scene, on_choice=_keep, on_need=scene_routes.forget_token,
    )  # fmt: skip
    if section == "skips":
        many_scenes()


def _keep(choice: dict[str, Any]) -> None:
    """Keep what the browser part says was chosen."""
    for name, (setting, _) in NUMBERS.items():
        setting.set(links.signed(str(choice[name])))
    SWITCHES.set(read_switches(str(choice["switches"])))


def _keep_scene(text: str) -> None:
    SCENE.set(read_scene(text))
