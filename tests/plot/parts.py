"""What a described figure draws: its traces on one panel, its shapes and its words."""

from __future__ import annotations

from typing import Any

from vitviz.plot.drawing import Description, figure

Part = dict[str, Any]


def traces(described: Description, x: str = "x", y: str = "y", **wanted: str) -> list[Part]:
    """The traces on a panel's axes with the wanted properties."""
    on = [trace for trace in described["data"] if (trace["xaxis"], trace["yaxis"]) == (x, y)]
    return [trace for trace in on if all(trace.get(key) == value for key, value in wanted.items())]


def shapes(described: Description, kind: str, x: str = "x", y: str | None = None) -> list[Part]:
    """The shapes of a kind over a panel."""
    every = [shape for shape in described["layout"]["shapes"] if shape["type"] == kind]
    near = [shape for shape in every if shape["xref"].split()[0] == x]
    return [shape for shape in near if y is None or shape["yref"].split()[0] == y]


def words(described: Description) -> list[str]:
    """The texts of all annotations."""
    return [note["text"] for note in described["layout"]["annotations"]]


def check(described: Description) -> None:
    """Plotly takes every value as it is, and its JSON goes round."""
    import plotly.io

    made = figure(described)
    again = plotly.io.from_json(made.to_json(), skip_invalid=False)
    assert again.to_json() == made.to_json()
