"""A small tensor whose cells show which of them share one mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.components.assets import script, style
from vitviz.views.regions import HUES
from vitviz.words import section

if TYPE_CHECKING:
    from vitviz.analysis.normalized_shape import Groups

HTML = '<div class="vv"></div>'


def norm_groups(key: str, x: NDArray[np.float64], groups: Groups | None, eps: float) -> None:
    """Show the three-dimensional ``x``; with ``groups`` coloured and lettered by what is averaged together."""
    mount = st.components.v2.component(
        "vitviz_norm_groups",
        html=HTML,
        css=style("norm/norm_lab.css"),
        js=script("norm/norm_groups.js"),
    )
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
