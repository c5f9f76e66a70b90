"""Layer norm: the numbers of every token at any layer norm of the model, one token through it, and all its depth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz import session
from vitviz.analysis.large_norms import TIMES_MEDIAN, LargeNorms, large_norms
from vitviz.analysis.spread import spread
from vitviz.components.chart import chart
from vitviz.components.picker import Overlay, picker
from vitviz.pages import chrome, tokens
from vitviz.pages.norm_outliers import LOOK, OUTLIERS, everywhere, outliers
from vitviz.pages.one_norm import opened
from vitviz.pages.rerun import token_chosen
from vitviz.views.colour import Quantity, span
from vitviz.views.norm_charts import over_tokens, through_depth
from vitviz.views.numbers import short
from vitviz.words import say

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 250
MAP_SIDE = 200


@dataclass(frozen=True)
class Look:
    """What is looked at: number ``at`` of a model's layer norms, and there the current token."""

    model: ModelEntry
    statistics: tuple[NormStatistics, ...]
    at: int

    @property
    def here(self) -> NormStatistics:
        """The numbers of this layer norm."""
        return self.statistics[self.at]

    @cached_property
    def prefix(self) -> tuple[str, ...]:
        """Names of the tokens before the patches."""
        return tokens.prefix(self.model)

    @cached_property
    def large(self) -> LargeNorms:
        """The tokens with a large norm."""
        return large_norms(self.here.norm)

    def token(self, at: int | None = None) -> int:
        """The current token's number at this layer norm, or at number ``at``; after pooling there is only one."""
        grid = self.statistics[self.at if at is None else at].grid
        return 0 if grid is None else tokens.current(self.model, grid)


def show() -> None:
    """The page."""
    model = session.entry()
    chrome.head(say("layer_norm.title"), say("layer_norm.lead"), model)
    first = st.empty()
    with first.container():  # something to look at until the model has run
        st.image(session.seen(model), width=PICTURE_SIDE, output_format="PNG")
        with st.spinner(say("running")):
            trace = session.trace(model)
            statistics = _statistics(trace)
    first.empty()
    _look(model, trace, statistics)
    outliers(model, trace, [one.grid for one in statistics if one.grid is not None][-1])


def _statistics(trace: Trace) -> tuple[NormStatistics, ...]:
    from vitviz.tracing.norms import norm_statistics

    return session.derived(trace, "norm statistics", lambda: norm_statistics(trace))


@st.fragment(key=LOOK)
def _look(model: ModelEntry, trace: Trace, statistics: tuple[NormStatistics, ...]) -> None:
    look = Look(model, statistics, _choose_norm(model, statistics))
    left, right = st.columns([1, 2.5], gap="medium")
    with left:
        _choose_token(look)
    with right:
        _maps(look)
        _over_tokens(look)
    opened(model, trace, look.here.name, look.token())
    everywhere(model, trace, statistics, (look.at, look.token()), _norm_key(model))
    _depth(trace, look)


def _choose_norm(model: ModelEntry, statistics: tuple[NormStatistics, ...]) -> int:
    """The slider. Its value also lives in the settings, because a widget forgets when its page is left."""
    key = _norm_key(model)
    st.session_state.setdefault(key, min(session.setting(key, 0), len(statistics) - 1))
    at: int = st.select_slider(
        say("layer_norm.which", count=len(statistics)),
        list(range(len(statistics))),
        format_func=lambda i: statistics[i].name,
        key=key,
    )
    session.set_setting(key, at)
    return at


def _norm_key(model: ModelEntry) -> str:
    return f"layer_norm.at.{model.name}"


def _choose_token(look: Look) -> None:
    st.markdown(say("layer_norm.token"))
    if look.here.grid is None:
        st.image(session.seen(look.model), width=PICTURE_SIDE, output_format="PNG")
        st.caption(say("layer_norm.pooled"))
    else:
        _map(look, "picture", None, PICTURE_SIDE)
        names = {
            "times": f"{TIMES_MEDIAN:g}",
            "median": short(look.large.median),
            "largest": look.large.largest,
        }
        key = "layer_norm.large" if look.large.tokens else "layer_norm.none_large"
        st.caption(say(key, count=len(look.large.tokens), ratio=f"{look.large.ratio:.2f}", **names))
    st.caption(say("layer_norm.try" if look.prefix else "layer_norm.try_swin"))


def _maps(look: Look) -> None:
    if look.here.grid is None:
        return
    st.markdown(say("layer_norm.maps"))
    panels: dict[str, tuple[NDArray[np.floating], Quantity]] = {
        "mean": (look.here.mean, "activation"),
        "variance": (look.here.variance, "attention"),
        "scale": (look.here.scale, "attention"),
    }
    for column, (name, (values, quantity)) in zip(st.columns(3, gap="small"), panels.items(), strict=True):
        with column:
            overlay = Overlay(values, span(values, quantity), quantity, opacity=1.0)
            st.markdown(f"**{say(f'layer_norm.{name}')}**")
            _map(look, name, overlay, MAP_SIDE)


def _map(look: Look, name: str, overlay: Overlay | None, side: int) -> None:
    """The picture in this layer norm's tokens, to choose one from."""
    grid = look.here.grid
    assert grid is not None
    picture = session.seen(look.model)
    if overlay is not None:  # covered, so it need not be sharp
        picture = picture.resize((grid[1], grid[0]), Image.Resampling.BOX)
    picker(
        f"layer_norm.{name}.{look.model.name}", picture, grid[0], grid[1], look.token(),
        token_chosen(look.model, LOOK, OUTLIERS, grid=grid), prefix=look.prefix, overlay=overlay,
        grid=overlay is None and grid[0] <= 28, marked=look.large.tokens, width=side,
    )  # fmt: skip


def _over_tokens(look: Look) -> None:
    here = look.here
    diamonds = say("layer_norm.diamonds", names=", ".join(look.prefix)) if look.prefix else ""
    says = f"{say('layer_norm.over_tokens', times=f'{TIMES_MEDIAN:g}')} {diamonds}"
    shown = over_tokens(
        {"\u03bc": here.mean, "\u221a(\u03c3\u00b2+\u03b5)": here.scale, "\u2016x\u2016": here.norm},
        look.token(), look.prefix if here.grid else (), look.large.tokens, TIMES_MEDIAN * look.large.median,
        say("layer_norm.tokens_axis"), says,
    )  # fmt: skip
    chart("layer_norm.over_tokens", shown)
    st.caption(says)


def _depth(trace: Trace, look: Look) -> None:
    st.header(say("layer_norm.depth"), anchor=False)
    st.caption(say("layer_norm.depth_help", count=len(look.statistics)))
    panels = {
        "mean": [statistics.mean for statistics in look.statistics],
        "scale": [statistics.scale for statistics in look.statistics],
    }
    for column, (name, values) in zip(st.columns(2, gap="medium"), panels.items(), strict=True):
        chosen = [float(place[look.token(at)]) for at, place in enumerate(values)]
        names = [statistics.name for statistics in look.statistics]
        axes = (say("layer_norm.depth_axis"), say(f"layer_norm.{name}"))
        band = session.derived(trace, f"spread of the {name}", partial(spread, values))
        says = f"{say('layer_norm.depth')}: {axes[1]}"
        with column:
            shown = through_depth(chosen, band, names, look.at, _stages(names), axes, says)
            chart(f"layer_norm.depth.{name}", shown)


def _stages(names: list[str]) -> dict[int, str]:
    """Where in the list of layer norms each further stage of a Swin begins: with its patch merging."""
    merges = [at for at, name in enumerate(names) if name.endswith("downsample.ln")]
    return {at: say("layer_norm.stage", number=number) for number, at in enumerate(merges, start=2)}
