"""Which views there are beside the attention explorer."""

from __future__ import annotations

from vitviz.web.explorer.of_trace import Shown
from vitviz.web.views.class_maps_view import ClassMapsOfRun
from vitviz.web.views.lens_view import LensOfRun
from vitviz.web.views.norms_view import NormsOfRun
from vitviz.web.views.shift_view import ShiftOfRun
from vitviz.web.views.view import View

ATTENTION = "attention"
VIEWS: dict[str, type[View]] = {
    view.name: view for view in (NormsOfRun, LensOfRun, ClassMapsOfRun, ShiftOfRun)
}


def view_of(name: str, shown: Shown) -> View:
    """A view of a run.

    Raises:
        ValueError: there is no such view, or it has nothing to show of this run.
    """
    if name not in VIEWS:
        raise ValueError(f"there is no view {name!r}: there are {', '.join((ATTENTION, *VIEWS))}")
    return VIEWS[name](shown)
