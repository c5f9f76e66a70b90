"""The figures of one run as its own: ``trace.plot.norms()`` is ``vitviz.plot.norms(trace)``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import TYPE_CHECKING

from vitviz.plot import of_trace

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from vitviz.tracing.trace import Trace

FIGURES: dict[str, Callable[..., go.Figure]] = {
    name: function
    for name, function in vars(of_trace).items()
    if inspect.isfunction(function) and function.__module__ == of_trace.__name__ and not name.startswith("_")
}


class TracePlots:
    """Every function of ``vitviz.plot`` for which a run is enough, with this run as its first argument.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> len(trace.plot.class_scores(k=3).data[0].x)
    3
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def __getattr__(self, name: str) -> Callable[..., go.Figure]:
        """The figure of that name, a function of the rest of its arguments."""
        if name not in FIGURES:
            raise AttributeError(f"a run has no figure {name!r}: it has {', '.join(sorted(FIGURES))}")
        bound = partial(FIGURES[name], self._trace)
        return update_wrapper(bound, FIGURES[name])

    def __dir__(self) -> list[str]:
        """What a notebook offers to complete."""
        return sorted(FIGURES)
