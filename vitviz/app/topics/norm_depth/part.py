"""All layer norms of a run as a part of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vitviz.app import session, words
from vitviz.app.component import component
from vitviz.app.norms import on_place
from vitviz.web.norm_depth.payload import STYLES, Bands, DepthView, make_bands, norm_depth_data

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace

BANDS = session.Derived[Bands]("quartiles of all layer norms")


def bands(trace: Trace, statistics: Sequence[NormStatistics]) -> Bands:
    """``make_bands`` of a run, once."""
    return session.derived(trace, BANDS, lambda: make_bands(statistics))


def norm_depth(key: str, view: DepthView, on_choose: Callable[[int, int, int], None]) -> None:
    """Show ``view``; ``on_choose`` is called with layer norm, token and turn when a person moves the cursor."""
    mount = component("web/norm_depth/part.js", *STYLES)
    mount(
        key=key, data=norm_depth_data(view, words),
        on_place_change=on_place(key, view.packed, view.cursor, on_choose),
    )  # fmt: skip
