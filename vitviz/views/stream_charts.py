"""Charts of the MLP and the residual stream: a nonlinearity with a token's values on it, lengths through the depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from vitviz.analysis.activations import ACTIVATIONS
from vitviz.views.charts import ACCENT, FAINT, INK, Part, dots, figure, heading, level, line, panel, upright

POINTS = 241
BINS = 60
# Line and marker of each curve: none is told apart by colour alone.
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "diamond", "square-open")
TITLES = {"gelu": "GELU", "gelu_tanh": "GELU (tanh)", "quick_gelu": "QuickGELU", "relu": "ReLU"}


def activation_curve(
    pre: NDArray[np.floating], post: NDArray[np.floating], own: str, unit: int, words: tuple[str, str, str]
) -> go.Figure:
    """The hidden values (M,) of one token on the curve that made them, other curves beside it, and how they are spread.

    ``own`` is the model's nonlinearity; ``words`` are the axis, the middle panel's title and the lowest panel's.
    """
    low, high = min(-3.0, float(pre.min())), max(3.0, float(pre.max()))
    hover = "h[%{customdata}] = %{x:.4f}, %{y:.4f}<extra></extra>"
    points: Part = {"type": "scatter", "mode": "markers", "yaxis": panel(0), "hovertemplate": hover}
    cloud = {"size": 4, "color": ACCENT, "opacity": 0.45}
    ring = {"symbol": "circle-open", "size": 11, "color": ACCENT, "line": {"width": 2.2}}
    middle = {"title": {"text": words[1]}, "nticks": 3, "exponentformat": "e"}
    return figure(
        [
            *_curves(own, np.linspace(low, high, POINTS)),
            points | {"x": pre, "y": post, "marker": cloud, "customdata": np.arange(len(pre))},
            points | {"x": [pre[unit]], "y": [post[unit]], "marker": ring, "customdata": [unit]},
            _counted(pre, np.linspace(low, high, BINS + 1), panel(2)),
        ],
        430,
        x={"title": {"text": words[0]}, "range": [low, high]},
        ys=[{"title": {"text": "a"}}, middle, {"title": {"text": words[2]}, "nticks": 3}],
        shapes=[
            upright(0.0),
            level(0.0),
            level(0.0, panel(1)),
            upright(float(pre[unit]), ACCENT, opacity=0.5),
        ],
    )


def _curves(own: str, x: NDArray[np.float64]) -> list[Part]:
    """The nonlinearities, the model's own as a full line; below, how far the approximations are from exact GELU."""
    traces: list[Part] = []
    names = dict.fromkeys([own, "gelu", "gelu_tanh", "relu"])
    for name, dash in zip(names, DASHES, strict=False):
        y = ACTIVATIONS[name](x)
        look: Part = {"line": {"color": INK, "width": 1.2, "dash": dash}}
        look["hovertemplate"] = f"{TITLES[name]}(%{{x:.3f}}) = %{{y:.4f}}<extra></extra>"
        traces.append(line(x, y) | look | {"yaxis": panel(0)})
        if name not in ("gelu", "relu"):
            traces.append(line(x, y - ACTIVATIONS["gelu"](x)) | look | {"yaxis": panel(1)})
    return traces


def _counted(values: NDArray[np.floating], edges: NDArray[np.float64], axis: str) -> Part:
    counts, _ = np.histogram(values, edges)
    return {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": counts,
        "width": float(edges[1] - edges[0]),
        "yaxis": axis,
        "marker": {"color": INK, "line": {"width": 0}},
        "hovertemplate": "%{x:.2f}: %{y}<extra></extra>",
    }


def lengths(
    series: Mapping[str, Sequence[float]],
    names: Sequence[str],
    at: int,
    breaks: Mapping[int, str],
    top: float,
    titles: tuple[str, str],
) -> go.Figure:
    """Lengths at every block, one line each with a marker of its own; lines stop where a Swin's stage ends.

    ``breaks`` are the first blocks of further stages with a word for each; ``top`` is the upper end of the axis, so
    that several charts can share it.
    """
    x = np.arange(len(names))
    traces: list[Part] = []
    for number, (name, values) in enumerate(series.items()):
        colour = INK if number == 0 else ACCENT
        marker = {
            "symbol": SYMBOLS[number],
            "size": 6,
            "color": colour,
            "line": {"width": 1.4, "color": colour},
        }
        for start, stop in _runs(len(names), breaks):
            piece = line(x[start:stop], list(values[start:stop]), colour, 1.2, text=list(names[start:stop]))
            piece |= {"mode": "lines+markers", "marker": marker, "cliponaxis": False}
            traces.append(piece | {"hovertemplate": f"%{{text}}: {name} %{{y:.4g}}<extra></extra>"})
    return figure(
        traces, 230,
        x={"title": {"text": titles[0]}, "range": [-0.3, len(names) - 0.7]},
        ys=[{"title": {"text": titles[1]}, "range": [0, 1.05 * top]}],
        shapes=[upright(at, ACCENT, opacity=0.35), *(upright(place - 0.5) for place in breaks)],
        annotations=[heading(place - 0.5, word) for place, word in breaks.items()],
    )  # fmt: skip


def shares(
    chosen: Sequence[float], mean: Sequence[float], names: Sequence[str], at: int, titles: tuple[str, str]
) -> go.Figure:
    """A share of the hidden units at every block: the chosen token (full line, dots) and the mean over all (dotted)."""
    x = np.arange(len(names))
    hover = "%{text}: %{y:.1%}<extra></extra>"
    average = line(x, list(mean), INK, 1.4, text=list(names), hovertemplate=hover)
    average["line"] = {"color": INK, "width": 1.4, "dash": "dot"}
    own = line(x, list(chosen), ACCENT, 1.4, text=list(names), hovertemplate=hover)
    own |= {"mode": "lines+markers", "marker": {"size": 5, "color": ACCENT}}
    ring = dots([at], np.array(chosen), "circle-open", ACCENT, hoverinfo="skip")
    return figure(
        [average, own, ring], 190,
        x={"title": {"text": titles[0]}, "range": [-0.3, len(names) - 0.7]},
        ys=[{"title": {"text": titles[1]}, "range": [0, 1], "tickformat": ".0%"}],
        shapes=[level(0.5, colour=FAINT)],
    )  # fmt: skip


def _runs(count: int, breaks: Mapping[int, str]) -> list[tuple[int, int]]:
    edges = [0, *sorted(breaks), count]
    return list(pairwise(edges))


def gradients(
    series: Mapping[str, Sequence[float]], names: Sequence[str], titles: tuple[str, str]
) -> go.Figure:
    """Lengths of gradients at every block's input, on a logarithmic axis; what is exactly 0 has no place there."""
    x = np.arange(len(names))
    traces: list[Part] = []
    for number, (name, values) in enumerate(series.items()):
        colour = ACCENT if number == 0 else INK
        marker = {
            "symbol": SYMBOLS[number],
            "size": 6,
            "color": colour,
            "line": {"width": 1.4, "color": colour},
        }
        shown = np.where(np.array(values) > 0, values, np.nan)
        piece = line(x, shown, colour, 1.2, text=list(names)) | {"mode": "lines+markers", "marker": marker}
        traces.append(piece | {"hovertemplate": f"%{{text}}: {name} %{{y:.4g}}<extra></extra>"})
    return figure(
        traces, 230,
        x={"title": {"text": titles[0]}, "range": [-0.3, len(names) - 0.7]},
        ys=[{"title": {"text": titles[1]}, "type": "log", "nticks": 4, "tickformat": ".1e"}],
    )  # fmt: skip
