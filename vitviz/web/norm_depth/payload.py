"""What the browser part of all layer norms gets: a strip for each, and mean and scale through the depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz.analysis.layer_norm.large_norms import MOST_MARKED
from vitviz.analysis.norm_depth.spread import Spread, spread
from vitviz.plot.colour import span
from vitviz.plot.norms import depth_band
from vitviz.web.colours import colours
from vitviz.web.norms.packing import Cursor, Packed, cursor_data
from vitviz.web.words import Speaker

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics

STYLES = ("web/norm_depth/norm_map.css", "web/plotly/chart.css", "web/norm_depth/part.css")
Spans = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Bands:
    """``spread`` are the quartiles of mean and scale through the depth, ``spans`` the scales of the strips' colours."""

    spread: Mapping[str, Spread]
    spans: Spans


@dataclass(frozen=True)
class DepthView:
    """What is shown: a run's numbers, their quartiles, and the place in them."""

    packed: Packed
    bands: Bands
    cursor: Cursor


def make_bands(statistics: Sequence[NormStatistics]) -> Bands:
    """Quartiles over the tokens at every layer norm, and one scale for each of what the strips can show."""
    found = {
        "mean": spread([one.mean for one in statistics]),
        "scale": spread([one.scale for one in statistics]),
    }
    return Bands(found, _spans(statistics))


def _spans(statistics: Sequence[NormStatistics]) -> Spans:
    ratios = [one.norm / (float(np.median(one.norm)) or 1.0) for one in statistics]
    return {
        "norm": span(np.concatenate([one.norm for one in statistics]), "attention"),
        "ratio": span(np.concatenate(ratios), "attention"),
        "scale": span(np.concatenate([one.scale for one in statistics]), "attention"),
        "mean": span(np.concatenate([one.mean for one in statistics]), "activation"),
    }


def norm_depth_data(view: DepthView, words: Speaker) -> dict[str, Any]:
    """All that the browser part gets; of two places in one run only the place differs."""
    return {
        **cursor_data(view.packed, view.cursor),
        "spans": view.bands.spans,
        "figures": _figures(view, words),
        "marked": MOST_MARKED,
        "scales": {name: colours(name) for name in ("attention", "activation")},
        "words": words.section("norm_depth"),
        "chart": words.section("chart"),
    }


def _figures(view: DepthView, words: Speaker) -> dict[str, Any]:
    """The figures as they are for the first token; the browser moves them with its cursor."""
    names = [norm["name"] for norm in view.packed.statistics["norms"]]
    return {
        quantity: depth_band.describe(
            band.median, band, names, 0, _stages(names, words), x_title=words.say("norm_depth.depth_axis"),
            y_title=words.say(f"norm_depth.{quantity}"), median=words.say("norm_depth.median"),
            label=f"{words.say('norm_depth.depth')}: {words.say(f'norm_depth.{quantity}')}",
        )
        for quantity, band in view.bands.spread.items()
    }  # fmt: skip


def _stages(names: Sequence[str], words: Speaker) -> dict[int, str]:
    """Where in the list of layer norms each further stage of a Swin begins: with its patch merging."""
    merges = [at for at, name in enumerate(names) if name.endswith("downsample.ln")]
    return {at: words.say("norm_depth.stage", number=number) for number, at in enumerate(merges, start=1)}
