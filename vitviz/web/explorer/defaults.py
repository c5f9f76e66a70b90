"""What the explorer shows unless something else was chosen; Python and the browser have these values from here."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "layer": 0,
    "head": 0,
    "token": 0,
    "pinned": False,
    "region": [],
    "together": True,
    "direction": "row",
    "scale": "shared",
    "log": False,
    "opacity": 0.65,
    "smooth": False,
    "order": "layer",
    "start": 0,
    "second": None,
}
