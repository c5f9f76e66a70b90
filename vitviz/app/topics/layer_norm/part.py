"""All layer norms of a run as a browser part: one cursor, layer norm and token, and no question to the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.layer_norm.large_norms import MOST_MARKED, TIMES_MEDIAN, LargeNorms, large_norms
from vitviz.analysis.layer_norm.spread import Spread, spread
from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import say, section
from vitviz.plot.colour import Quantity, span
from vitviz.plot.norms import TokenNumbers, depth_band, token_lines
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics

STYLES = (
    "web/picker/picker.css",
    "app/topics/layer_norm/norm_map.css",
    "web/plotly/chart.css",
    "app/topics/layer_norm/part.css",
)
MAPS: dict[str, Quantity] = {"mean": "activation", "variance": "attention", "scale": "attention"}


@dataclass(frozen=True)
class Packed:
    """What the browser gets of a run: the statistics, and what was found in the norms of each layer norm.

    ``first`` is the first layer norm, ``bands`` are the quartiles through the depth: figures are made of them.
    """

    statistics: Mapping[str, Any]
    large: Sequence[LargeNorms]
    first: NormStatistics
    bands: Mapping[str, Spread]


def pack(statistics: Sequence[NormStatistics]) -> Packed:
    """The means, scales and norms of all tokens as one array, what colours span, and quartiles through the depth."""
    large = [large_norms(one.norm) for one in statistics]
    every = [np.concatenate([one.mean, one.scale, one.norm]) for one in statistics]
    found: dict[str, Any] = {
        "values": np.asarray(np.concatenate(every), np.float32),
        "norms": [_norm(one, above) for one, above in zip(statistics, large, strict=True)],
        "spans": _spans(statistics, large),
    }
    bands = {
        "mean": spread([one.mean for one in statistics]),
        "scale": spread([one.scale for one in statistics]),
    }
    return Packed(found, large, statistics[0], bands)


def _norm(one: NormStatistics, large: LargeNorms) -> dict[str, Any]:
    values: dict[str, NDArray[np.floating]] = {
        "mean": one.mean, "variance": one.variance, "scale": one.scale,
    }  # fmt: skip
    return {
        "name": one.name,
        "count": len(one.mean),
        "eps": one.eps,
        "grid": one.grid,
        "large": large.marked,
        "median": large.median,
        "threshold": TIMES_MEDIAN * large.median,
        "limits": {name: span(values[name], quantity) for name, quantity in MAPS.items()},
    }


def _spans(
    statistics: Sequence[NormStatistics], large: Sequence[LargeNorms]
) -> dict[str, tuple[float, float]]:
    """What the colours of all strips together span, for each of what they can show."""
    ratios = [one.norm / (above.median or 1.0) for one, above in zip(statistics, large, strict=True)]
    return {
        "norm": span(np.concatenate([one.norm for one in statistics]), "attention"),
        "ratio": span(np.concatenate(ratios), "attention"),
        "scale": span(np.concatenate([one.scale for one in statistics]), "attention"),
        "mean": span(np.concatenate([one.mean for one in statistics]), "activation"),
    }


@dataclass(frozen=True)
class NormsView:
    """What is shown: a run's numbers on its picture, and where the cursor stands.

    ``prefix`` names the tokens before the patches, ``finest`` is the finest map. ``at`` is the number of a layer norm,
    ``token`` counts in the finest map; ``turn`` is how often a place had been chosen when they were.
    """

    packed: Packed
    picture: Image.Image
    prefix: Sequence[str]
    finest: tuple[int, int]
    at: int
    token: int
    turn: int = 0


def norms(key: str, view: NormsView, on_choose: Callable[[int, int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with ``at``, ``token`` and ``turn`` when a person moves the cursor."""
    mount = component("app/topics/layer_norm/part.js", *STYLES)
    tokens = len(view.prefix) + view.finest[0] * view.finest[1]

    def on_place_change() -> None:
        place = st.session_state[key]["place"]
        at = min(len(view.packed.large) - 1, max(0, int(place["at"])))
        on_choose(at, min(tokens - 1, max(0, int(place["token"]))), int(place["turn"]))

    mount(key=key, data=part_data(view), on_place_change=on_place_change)


def part_data(view: NormsView) -> dict[str, Any]:
    """All that the browser part gets; of two places in one run only the place differs."""
    packed = view.packed
    found = zip(packed.statistics["norms"], packed.large, strict=True)
    return {
        "statistics": packed.statistics,
        "notes": [_note(norm["grid"], large) for norm, large in found],
        "figures": _figures(packed, len(view.prefix)),
        "times": f"{TIMES_MEDIAN:g}",
        "marked": MOST_MARKED,
        "image": small_picture_url(view.picture),
        "aspect": view.picture.width / view.picture.height,
        "prefix": list(view.prefix),
        "finest": view.finest,
        "at": view.at,
        "token": view.token,
        "turn": view.turn,
        "scales": {name: colours(name) for name in ("attention", "activation")},
        "words": section("layer_norm") | {"try": say(f"layer_norm.{_try(view)}")},
        "picker": {**section("picker"), "token": say("token"), "patch": say("patch")},
        "chart": section("chart"),
    }


def _try(view: NormsView) -> str:
    """Which hint fits: there may be a class token, or maps that get smaller from stage to stage."""
    maps = {norm["grid"] for norm in view.packed.statistics["norms"] if norm["grid"]}
    return "try_swin" if len(maps) > 1 else "try" if "cls" in view.prefix else "try_patches"


def _figures(given: Packed, prefix: int) -> dict[str, Any]:
    """The figures as they are for the first layer norm and its first token; the browser moves them with its cursor."""
    one, large = given.first, given.large[0]
    numbers = TokenNumbers(
        one.mean, one.scale, one.norm, prefix if one.grid else 0, large.marked, TIMES_MEDIAN * large.median
    )
    names = [norm["name"] for norm in given.statistics["norms"]]
    return {
        "tokens": token_lines.describe(numbers, 0, x_title=say("layer_norm.tokens_axis")),
        **{
            quantity: depth_band.describe(
                band.median, band, names, 0, _stages(names), x_title=say("layer_norm.depth_axis"),
                y_title=say(f"layer_norm.{quantity}"), median=say("layer_norm.median"),
                label=f"{say('layer_norm.depth')}: {say(f'layer_norm.{quantity}')}",
            )
            for quantity, band in given.bands.items()
        },
    }  # fmt: skip


def in_words(large: LargeNorms, key: str) -> str:
    """How many tokens stand out, and the largest; with ``key`` "large" or "outlier_tokens", as they are marked."""
    some = "_some" * (len(large.marked) < len(large.tokens))
    return say(
        f"layer_norm.{key}{some}" if large.tokens else "layer_norm.none_large",
        count=len(large.tokens), marked=len(large.marked), times=f"{TIMES_MEDIAN:g}", median=short(large.median),
        largest=large.largest, ratio=f"{large.ratio:.2f}",
    )  # fmt: skip


def _note(grid: tuple[int, int] | None, large: LargeNorms) -> str:
    """Which tokens stand out at a layer norm, in words."""
    if grid is None:
        return say("layer_norm.pooled")
    return in_words(large, "large")


def _stages(names: Sequence[str]) -> dict[int, str]:
    """Where in the list of layer norms each further stage of a Swin begins: with its patch merging."""
    merges = [at for at, name in enumerate(names) if name.endswith("downsample.ln")]
    return {at: say("layer_norm.stage", number=number) for number, at in enumerate(merges, start=1)}
