"""A chart of ``views.charts`` on the page: drawn in the browser, told under the pointer and by the arrow keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from vitviz.app.component import component
from vitviz.app.words import section
from vitviz.web.chart.charts import Chart


def chart(key: str, shown: Chart) -> None:
    """Show ``shown``; every number arrives in the browser as the float64 that it is."""
    mount = component("web/chart/part.js", "web/chart/chart.css")
    mount(key=key, data={"chart": plain(shown), "words": section("chart")})


def plain(part: Any) -> Any:
    """A part of a chart for the browser: dataclasses as mappings with their ``kind``, numbers as float64 arrays."""
    if is_dataclass(part):
        told = {each.name: plain(getattr(part, each.name)) for each in fields(part)}
        return {"kind": type(part).__name__.lower(), **told}
    if isinstance(part, Mapping):
        return {name: plain(inner) for name, inner in part.items()}
    if isinstance(part, np.ndarray) or _numbers(part):
        return np.ascontiguousarray(part, np.float64)
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [plain(inner) for inner in part]
    return part.item() if isinstance(part, np.generic) else part


def _numbers(part: Any) -> bool:
    if isinstance(part, str) or not isinstance(part, Sequence) or not part:
        return False
    return all(isinstance(one, int | float | np.number) for one in part)
