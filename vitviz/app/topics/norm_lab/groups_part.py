"""A small tensor whose cells show which of them share one mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import section
from vitviz.plot.region_colours import HUES

if TYPE_CHECKING:
    from vitviz.analysis.norm_lab.normalized_shape import Groups


def norm_groups(key: str, x: NDArray[np.float64], groups: Groups | None, eps: float) -> None:
    """Show the three-dimensional ``x``; with ``groups`` coloured and lettered by what is averaged together."""
    mount = component("app/topics/norm_lab/groups_part.js", "app/topics/norm_lab/part.css")
    data = {
        "shape": list(x.shape),
        "x": x.ravel().tolist(),
        "group": None if groups is None else groups.group.ravel().tolist(),
        "mean": [] if groups is None else groups.mean.tolist(),
        "variance": [] if groups is None else groups.variance.tolist(),
        "out": None if groups is None else groups.out.ravel().tolist(),
        "eps": f"{eps:g}",
        "hues": list(HUES),
        "words": section("norm_lab.groups"),
    }
    mount(key=key, data=data)
