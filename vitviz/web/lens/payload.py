"""What the browser part of the logit lens gets: a run read at every depth, and where the cursor stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz.plot.drawing import Description
from vitviz.plot.lens import class_lines
from vitviz.web.colours import colours
from vitviz.web.words import Speaker

if TYPE_CHECKING:
    from vitviz.analysis.lens.logit_lens import Lens

STYLES = ("web/lens/part.css", "web/plotly/chart.css")


@dataclass(frozen=True)
class LensView:
    """What is shown: the lens of a run on its picture, and where the cursor stands.

    ``image`` is the picture's address, ``aspect`` its width / height. ``first`` names the readings before the patches,
    ``names`` a class by its index; ``grid`` is the map of the patches. ``before`` are the blocks that have run before
    each depth. ``reading``, ``depth`` and ``target`` (a class index that ``lens`` has) are the cursor's place.
    """

    lens: Lens
    names: Callable[[int], str]
    image: str
    aspect: float
    grid: tuple[int, int]
    first: Sequence[str]
    before: Sequence[int]
    reading: int
    depth: int
    target: int


def lens_data(view: LensView, words: Speaker) -> dict[str, Any]:
    """All that the browser part gets."""
    found, names = view.lens, view.names
    return {
        "image": view.image,
        "aspect": view.aspect,
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
        "figure": _figure(view, words),
        "words": words.section("lens.part"),
        "chart": words.section("chart"),
    }


def _figure(view: LensView, words: Speaker) -> Description:
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
        x_title=words.say("lens.part.depth"),
        label=words.say("lens.part.chart"),
    )
