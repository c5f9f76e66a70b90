"""Section of the segmentation page: every skip connection as a switch, off or from another scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from vitviz.app import html
from vitviz.app.kept import memory, size_of
from vitviz.app.topics.segmentation.run import (
    PageRun,
    network,
    option,
    run_on,
    survey_of_skips,
    surveyed,
)
from vitviz.app.widgets.scene import SEEDS
from vitviz.app.words import say
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text

if TYPE_CHECKING:
    from vitviz.analysis.segmentation.skips import Survey

OPENS_OTHER = 34
KIND, EVERYBODY, KEPT = "other scene", "everybody", 8  # runs on other scenes, whoever asks
UNTOUCHED = "000"
SOURCES = ("own", "off", "other")


def read_switches(text: str) -> str:
    """What each skip's switch says, finest skip first: 0 as it is, 1 off, 2 from the other scene.

    Raises:
        ValueError: if the text says anything else.
    """
    if len(text) != len(UNTOUCHED) or set(text) - set("012"):
        raise ValueError(f"the switches are three figures from 0 to 2, not {text[:40]!r}")
    return text


def switched(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """What is painted with every single switch, and as the switches stand."""
    from vitviz.analysis.segmentation.skips import num_skips, pair, single_settings, switch

    chosen = tuple(int(figure) for figure in read_switches(options.get("switches", UNTOUCHED)))
    number = option(options, "other", SEEDS - 1, OPENS_OTHER)
    other = _other(number)
    settings = single_settings(num_skips(network()))
    settings = settings if chosen in settings else (*settings, chosen)
    found = switch(network(), pair(run.trace, other.trace), settings, run.page.classes)
    skips = [run.trace[f"skip.{skip}"] for skip in range(len(chosen))]
    return {
        "other": np.ascontiguousarray(other.page.picture),
        "otherNumber": number,
        "others": SEEDS,
        "answers": found.answers,
        "settings": np.array(found.settings, np.uint8),
        "setting": settings.index(chosen),
        "figures": np.array([[v.mean_iou, v.edges, v.outline, v.named] for v in found.verdicts], np.float64),
        "skips": [{"side": skip.shape[1], "channels": skip.shape[-1]} for skip in skips],
    }


def _other(number: int) -> PageRun:
    """The run on a random scene, which stays the same while a person moves things of their own; a few are kept."""
    key = (KIND, number)

    def put(run: PageRun) -> None:
        memory.put(key, run, size_of([run.page, run.trace.kept]), EVERYBODY)

    run = memory.make_once(
        key, lambda: run_on(draw(from_text(str(number)), network().config.image_size[0])), put, EVERYBODY
    )
    for old in memory.owned(KIND, EVERYBODY)[:-KEPT]:
        memory.release(old, EVERYBODY)
    return run


def many_scenes() -> None:
    """The same single switches on many scenes: means, and what changes against the run as it is."""
    if not surveyed() and not st.button(say("segmentation.survey"), key="segmentation.survey"):
        return
    found = survey_of_skips()
    st.markdown(say("segmentation.surveyed", scenes=found.scenes))
    heads = [
        say(f"segmentation.skips.{name}") for name in ("setting", "meanIou", "edges", "outline", "named")
    ]
    st.html(html.table(_rows(found), heads, numbers=(1, 2, 3, 4)))


def _rows(found: Survey) -> list[list[str]]:
    columns = (found.mean_iou, found.edges, found.outline, found.named)
    return [
        [setting_name(setting), *(_against(values[i], values[0], i) for values in columns)]
        for i, setting in enumerate(found.settings)
    ]


def setting_name(setting: tuple[int, ...]) -> str:
    """Which skip is off or from the other scene, of a single setting."""
    changed = [(skip, source) for skip, source in enumerate(setting) if source]
    if not changed:
        return say("segmentation.skips.untouched")
    skip, source = changed[0]
    if len(changed) == len(setting):
        return say(f"segmentation.skips.all_{SOURCES[source]}")
    return say(f"segmentation.skips.one_{SOURCES[source]}", skip=f"skip.{skip}")


def _against(value: float, untouched: float, row: int) -> str:
    gap = f"{value - untouched:+.3f}".replace("-", "\u2212")
    return f"{value:.3f}" if row == 0 else f"{value:.3f} ({gap})"
