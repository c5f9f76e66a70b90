"""The two looks of figures, as plotly templates: quiet axes, one type size, legible in grey print."""

from __future__ import annotations

from typing import Any, Literal

Theme = Literal["light", "dark"]

ACCENT = "#e0641a"
INK = "#87827d"
FAINT = "rgba(135,130,125,.28)"
FAINTEST = "rgba(135,130,125,.16)"
TEXT = {"light": "#2b2926", "dark": "#ebe8e4"}
GROUND = {"light": "#ffffff", "dark": "#14141a"}
AXIS = "rgba(135,130,125,.35)"


def template(theme: Theme) -> dict[str, Any]:
    """What all figures of a theme have in common; also ``vitviz.plot.template("dark")`` for figures of one's own."""
    axis = {
        "showline": True, "linecolor": AXIS, "gridcolor": FAINTEST, "showgrid": False, "zeroline": False,
        "title": {"standoff": 6, "font": {"size": 11.5}},
        # Otherwise plotly measures every label at every drawing, to hide those that reach over the figure's edge.
        "ticklabeloverflow": "allow",
    }  # fmt: skip
    ground = GROUND[theme]
    return {
        "layout": {
            "font": {"size": 11.5, "color": TEXT[theme]},
            "paper_bgcolor": ground,
            "plot_bgcolor": ground,
            "colorway": [ACCENT, INK, "#3c82c8", "#2f9e77"],
            "hovermode": "closest",
            "hoverdistance": 40,
            "hoverlabel": {"align": "left", "namelength": -1},
            "bargap": 0,
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        }
    }
