"""The logit lens as a browser part: one cursor through token, depth and class, and no question to the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import say, section
from vitviz.plot.drawing import Description
from vitviz.plot.lens import class_lines

if TYPE_CHECKING:
    from vitviz.analysis.lens.logit_lens import Lens


@dataclass(frozen=True)
class LensView:
    """What is shown: the lens of a run on its picture, and where the cursor stands.

    ``first`` names the readings before the patches, ``names`` a class by its index; ``grid`` is the map of the patches.
    ``before`` are the blocks that have run before each depth.
    ``reading``, ``depth`` and ``target`` (a class index that ``lens`` has) are the cursor's place.
    """

    lens: Lens
    names: Callable[[int], str]
    picture: Image.Image
    grid: tuple[int, int]
    first: Sequence[str]
    before: Sequence[int]
    reading: int
    depth: int
    target: int


def lens(key: str, view: LensView, on_choose: Callable[[int, int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with reading, depth and class index when a person fixes the cursor."""
    mount = component("app/topics/lens/part.js", "app/topics/lens/part.css", "web/plotly/chart.css")

    def on_place_change() -> None:
        place = st.session_state[key]["place"]
        on_choose(int(place["reading"]), int(place["depth"]), int(place["target"]))

    mount(key=key, data=_data(view), on_place_change=on_place_change)


def _data(view: LensView) -> dict[str, Any]:
    found, names = view.lens, view.names
    return {
        "image": small_picture_url(view.picture),
        "aspect": view.picture.width / view.picture.height,
        "rows": view.grid[0],
        "columns": view.grid[1],
        "first": list(view.first),
        "depths": list(found.depths),
        "before": list(view.before),
        "classes": [{"index": index, "name": names(index)} for index in found.classes],
        "logits": np.asarray(found.logits, np.float32),
        "lse": np.asarray(found.lse, np.float32),
        "best": np.asarray(found.best.astype(np.float32), np.float32),
        "bestLogit": np.asarray(found.best_logit, np.float32),
        "names": {str(index): names(index) for index in np.unique(found.best).tolist()},
        "reading": view.reading,
        "depth": view.depth,
        "target": found.classes.index(view.target),
        "scales": {name: colours(name) for name in ("attention", "activation")},
        "figure": _figure(view),
        "words": section("lens.part"),
        "chart": section("chart"),
    }


def _figure(view: LensView) -> Description:
    """The classes' probabilities at one reading; the browser puts in those of the reading under its cursor."""
    found, reading = view.lens, view.reading
    logits, lse = found.logits[:, reading].astype(np.float64), found.lse[:, reading].astype(np.float64)
    values = np.exp(logits - lse[:, None])  # (depths, classes)
    names = [view.names(index) for index in found.classes]
    return class_lines.describe(
        values,
        names,
        0,
        view.depth,
        before=view.before,
        x_title=say("lens.part.depth"),
        label=say("lens.part.chart"),
    )
