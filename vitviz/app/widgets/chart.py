"""A figure of ``vitviz.plot`` on the page: drawn by plotly.js in a browser part of our own."""

from __future__ import annotations

from vitviz.app.component import component
from vitviz.app.words import section
from vitviz.plot.drawing import Description


def chart(key: str, figure: Description) -> None:
    """Show a figure; every number arrives in the browser as it is."""
    mount = component("web/plotly/part.js", "web/plotly/chart.css")
    mount(key=key, data={"figure": figure, "words": section("chart")})
