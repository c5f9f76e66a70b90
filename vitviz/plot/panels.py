"""Panels of a figure put together: below one another over one horizontal axis, or side by side over one vertical."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitviz.plot.drawing import Description
from vitviz.plot.marks import Axis, Note, Panel, Panels, Part
from vitviz.plot.themes import Theme, template

MARGIN = {"l": 58, "r": 10, "t": 20, "b": 40}
LINE = 15  # pixels of a line of text above a panel
GAP = 0.08  # between panels below one another, of a panel's share


def below(given: Panels, theme: Theme = "light") -> Description:
    """The panels below one another, with one horizontal axis under the lowest."""
    count = len(given.panels)
    layout = _layout(given, theme)
    data: list[Part] = []
    layout["xaxis"] = given.x.described() | {"anchor": _ref("y", count - 1)}
    share = (1 + GAP) / count
    for i, panel in enumerate(given.panels):
        y = _ref("y", i)
        top = 1 - i * share
        layout[_axis("y", i)] = panel.y.described() | {
            "domain": [max(0.0, top - share + GAP), top],
            "anchor": "x",
        }
        data += _placed(panel, given, "x", y, layout)
        if panel.heading:
            layout["annotations"].append(_heading(panel.heading, "x", y, bool(given.headings) and i == 0))
    layout["shapes"] += [{**one, "xref": "x", "yref": "paper"} for one in given.uprights]
    layout["annotations"] += [_word(text, at, "x", "y") for at, text in given.headings]
    return {"data": _legend_once(data, layout), "layout": layout}


def beside(given: Panels, theme: Theme = "light") -> Description:
    """The panels side by side with one scale for ``y``; on a narrow page of the app they go into rows."""
    count = len(given.panels)
    layout = _layout(given, theme)
    layout["meta"] |= {"panels": "beside", "gap": given.gap}
    layout["yaxis"] = given.panels[0].y.described() | {"anchor": "x"}
    data: list[Part] = []
    for i, panel in enumerate(given.panels):
        x = _ref("x", i)
        left, right = (i / count + given.gap / 2 * (i > 0)), (i + 1) / count - given.gap / 2 * (i < count - 1)
        layout[_axis("x", i)] = (panel.x or given.x).described() | {"domain": [left, right], "anchor": "y"}
        if i and panel.x is None:
            layout[_axis("x", i)]["matches"] = "x"
        data += _placed(panel, given, x, "y", layout)
        layout["shapes"] += [{**one, "xref": x} for one in given.uprights]
        if panel.heading:
            layout["annotations"].append(_heading(panel.heading, x, "y", bool(given.headings)))
        layout["annotations"] += [_word(text, at, x, "y") for at, text in given.headings]
    return {"data": _legend_once(data, layout), "layout": layout}


def _layout(given: Panels, theme: Theme) -> dict[str, Any]:
    lines = max((panel.heading.count("\n") + 1 for panel in given.panels if panel.heading), default=0)
    top = MARGIN["t"] + LINE * max(0, lines - 1) + (LINE if lines and given.headings else 0)
    return {
        "template": template(theme),
        "height": given.height,
        "margin": {**MARGIN, "t": top},
        "shapes": [],
        "annotations": [],
        "meta": {"label": given.label},
    }


def _ref(letter: str, i: int) -> str:
    return f"{letter}{i + 1}" if i else letter


def _axis(letter: str, i: int) -> str:
    return f"{letter}axis{i + 1 if i else ''}"


def _placed(panel: Panel, given: Panels, x: str, y: str, layout: dict[str, Any]) -> list[Part]:
    """The panel's traces on its axes; its shapes and notes go into the layout."""
    for shape in panel.shapes:
        own = {
            "xref": shape.get("xref", "x").replace("x", x),
            "yref": shape.get("yref", "y").replace("y", y, 1),
        }
        layout["shapes"].append({**shape, **own})
    layout["annotations"] += [_note(note, panel.x or given.x, panel.y, x, y) for note in panel.notes]
    return [{**trace, "xaxis": x, "yaxis": y} for trace in panel.traces]


def _note(note: Note, across: Axis, up: Axis, x: str, y: str) -> Part:
    at: dict[str, Any] = {"xref": f"{x} domain", "x": 0}
    if note.x is not None:
        at = {"xref": x, "x": float(np.log10(note.x)) if across.log else note.x}
    return {
        **at, "yref": y, "y": float(np.log10(note.y)) if up.log else note.y, "text": note.text, "showarrow": False,
        "font": {"color": note.colour}, "xanchor": note.anchor, "yanchor": "bottom",
        "xshift": note.shift[0], "yshift": note.shift[1],
    }  # fmt: skip


def _heading(text: str, x: str, y: str, lifted: bool) -> Part:
    return {
        "xref": f"{x} domain", "yref": f"{y} domain", "x": 0, "y": 1, "text": text.replace("\n", "<br>"),
        "align": "left", "showarrow": False, "xanchor": "left", "yanchor": "bottom", "yshift": LINE if lifted else 0,
    }  # fmt: skip


def _word(text: str, at: float, x: str, y: str) -> Part:
    return {
        "xref": x, "yref": f"{y} domain", "x": at, "y": 1, "text": text, "showarrow": False, "xanchor": "left",
        "yanchor": "bottom",
    }  # fmt: skip


def _legend_once(data: list[Part], layout: dict[str, Any]) -> list[Part]:
    """Every name once in the legend, which gets a line above the panels."""
    seen: set[str] = set()
    for trace in data:
        if trace["showlegend"]:
            trace["showlegend"] = trace["name"] not in seen
            seen.add(trace["name"])
    layout["showlegend"] = bool(seen)
    if seen:
        layout["margin"]["t"] += 18
        if any(
            one.get("yref", "").endswith("domain") for one in layout["annotations"]
        ):  # words above the panels
            layout["legend"] = {"yref": "container", "y": 1, "yanchor": "top"}
            layout["margin"]["t"] += LINE
    return data
