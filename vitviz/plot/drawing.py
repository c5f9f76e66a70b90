"""From a description (plain dicts with numpy arrays) to plotly's ``Figure``; only this needs plotly."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, cast

if TYPE_CHECKING:
    import plotly.graph_objects as go

# A figure as plotly writes it down: {"data": [traces], "layout": {...}}, its numbers numpy arrays.
Description = dict[str, Any]

P = ParamSpec("P")

MISSING = "figures need plotly, which is not installed: pip install 'vitviz[plot]'"


class Drawing(Protocol[P]):
    """A function that returns a figure; its ``describe`` returns the same as a description, without plotly."""

    describe: Callable[P, Description]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> go.Figure:
        """The figure, for notebooks."""


def drawing(describe: Callable[P, Description]) -> Drawing[P]:
    """Make a function that describes a figure into one that returns it.

    The app draws descriptions in the browser: making a ``Figure`` checks every value, which costs more than drawing.
    """

    @wraps(describe)
    def draw(*args: P.args, **kwargs: P.kwargs) -> go.Figure:
        return figure(describe(*args, **kwargs))

    made = cast("Drawing[P]", draw)
    made.describe = describe
    return made


def figure(description: Description) -> go.Figure:
    """The description as plotly's figure, every value checked.

    Raises:
        ImportError: if plotly is not installed.
    """
    try:
        import plotly.graph_objects as go
    except ImportError as error:
        raise ImportError(MISSING) from error
    return go.Figure(description)
