"""How alike tokens are, as a browser part: it gets the vectors that torch made and computes every cosine itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from vitviz.app.component import colours, component
from vitviz.app.words import section

if TYPE_CHECKING:
    from vitviz.analysis.likeness.components import Components
    from vitviz.analysis.likeness.vectors import Kind


@dataclass(frozen=True)
class Place:
    """The cursor: ``token`` counts in the map of block ``at`` of the picture ``side``; ``head`` is -1 for all heads."""

    block: int
    token: int
    at: int
    side: int
    pinned: bool
    kind: Kind
    head: int


@dataclass(frozen=True)
class LikenessPart:
    """What is shown: one or two pictures in models, as ``described`` describes them, and where the cursor is.

    ``directions`` are those of each picture's blocks: what ``components_by_depth`` found, and which of its pictures it
    is. ``related``: the second is another picture in the same model, so that vectors of both can be compared. ``asks``
    is another text when ``place`` is to be taken, as after a link; ``asked`` another number when numbers that were gone
    are there again.
    """

    sides: Sequence[Mapping[str, Any]]
    directions: Sequence[tuple[Sequence[Components | None], int]]
    related: bool
    place: Place
    asks: str
    asked: int


def likeness(
    key: str, shown: LikenessPart, on_place: Callable[[Place], None], on_need: Callable[[], None]
) -> None:
    """Show it; ``on_place`` is called with a place that is chosen, ``on_need`` when numbers are no longer kept."""
    from vitviz.web.explorer.describe import BROWSER_BYTES

    mount = component(
        "app/topics/likeness/part.js", "web/explorer/explorer.css", "app/topics/likeness/part.css"
    )

    def on_place_change() -> None:
        if place := st.session_state[key].get("place"):
            on_place(Place(**place))

    place = shown.place
    data = {
        "sides": [
            {**side, "directions": [_directions(one, picture) for one in found]}
            for side, (found, picture) in zip(shown.sides, shown.directions, strict=True)
        ],
        "related": shown.related,
        "directionsOf": {"kind": place.kind, "head": -1 if place.kind == "stream" else place.head},
        "place": place,
        "asks": shown.asks,
        "asked": shown.asked,
        "limit": BROWSER_BYTES,
        "scales": {name: colours(name) for name in ("activation", "attention")},
        "words": section("likeness.part"),
    }
    mount(key=key, data=data, on_place_change=on_place_change, on_need_change=on_need)


def _directions(found: Components | None, picture: int) -> dict[str, Any] | None:
    if found is None:
        return None
    projections = found.projections[picture].astype(np.float32)  # (P, 3)
    return {"share": found.share, "spans": found.spans, "projections": projections}
