"""The logit lens as a browser part: one cursor through token, depth and class, and no question to the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

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


def lens(
    key: str,
    found: Lens,
    names: Callable[[int], str],
    picture: Image.Image,
    grid: tuple[int, int],
    first: Sequence[str],
    *,
    reading: int,
    depth: int,
    target: int,
    on_choose: Callable[[int, int, int], None],
) -> None:
    """Show ``found``; ``first`` names the readings before the patches, ``names`` a class by its index.

    ``reading``, ``depth`` and ``target`` (a class index that ``found`` has) are where the cursor starts; ``on_choose``
    hears the three when a person fixes them.
    """
    mount = component("app/topics/lens/part.js", "app/topics/lens/part.css", "web/plotly/chart.css")
    data = {
        "image": small_picture_url(picture),
        "aspect": picture.width / picture.height,
        "rows": grid[0],
        "columns": grid[1],
        "first": list(first),
        "depths": list(found.depths),
        "classes": [{"index": index, "name": names(index)} for index in found.classes],
        "logits": np.asarray(found.logits, np.float32),
        "lse": np.asarray(found.lse, np.float32),
        "best": np.asarray(found.best.astype(np.float32), np.float32),
        "bestLogit": np.asarray(found.best_logit, np.float32),
        "names": {str(index): names(index) for index in np.unique(found.best).tolist()},
        "reading": reading,
        "depth": depth,
        "target": found.classes.index(target),
        "scales": {name: colours(name) for name in ("attention", "activation")},
        "figure": _figure(found, [names(index) for index in found.classes], reading, depth),
        "words": section("lens.part"),
        "chart": section("chart"),
    }

    def chosen() -> None:
        state = st.session_state[key]["place"]
        on_choose(int(state["reading"]), int(state["depth"]), int(state["target"]))

    mount(key=key, data=data, on_place_change=chosen)


def _figure(found: Lens, names: Sequence[str], reading: int, depth: int) -> Description:
    """The classes' probabilities at one reading; the browser puts in those of the reading that it looks at."""
    logits, lse = found.logits[:, reading].astype(np.float64), found.lse[:, reading].astype(np.float64)
    values = np.exp(logits - lse[:, None])  # (depths, classes)
    return class_lines.describe(
        values, names, 0, depth, x_title=say("lens.part.depth"), label=say("lens.part.chart")
    )
