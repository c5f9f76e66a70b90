"""Every head of an atlas as a dot at its block; one is chosen by a click, or by arrow keys and Enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app.component import component
from vitviz.app.words import say, section
from vitviz.plot.atlas import atlas_dots

if TYPE_CHECKING:
    from vitviz.analysis.atlas.atlas import Atlas


@dataclass(frozen=True)
class Dots:
    """What is shown: a figure of every head, the head that is chosen, and this picture's figures (R,) or None."""

    atlas: Atlas
    figure: str
    block: int
    head: int
    own: NDArray[np.float64] | None


def dots(key: str, view: Dots, on_choose: Callable[[int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with block and head."""
    places = [(b, h) for b, block in enumerate(view.atlas.header.blocks) for h in range(block.heads)]

    def on_head_change() -> None:
        row = int(st.session_state[key]["head"])
        if 0 <= row < len(places):
            on_choose(*places[row])

    mount = component("app/topics/atlas/part.js", "web/plotly/chart.css")
    mount(key=key, data=_data(view, places), on_head_change=on_head_change)


def _data(view: Dots, places: list[tuple[int, int]]) -> dict[str, Any]:
    blocks = view.atlas.header.blocks
    chosen = places.index((view.block, view.head))
    figure = atlas_dots.describe(
        [block for block, _ in places],
        [view.atlas.figure(block, head, view.figure).mean for block, head in places],
        [say("atlas.head_name", block=blocks[block].name, head=head) for block, head in places],
        [block.name for block in blocks],
        chosen,
        view.own,
        name=say("atlas.of_all", pictures=view.atlas.partial.pictures),
        own_name=say("atlas.this_picture"),
        x_title=say("block"),
        y_title=say(f"atlas.{view.figure}_axis"),
        label=say("atlas.chart"),
    )
    return {"figure": figure, "chosen": chosen, "words": section("chart")}
