"""What is on a page that a test opened: the data of its browser parts, formulas, numbers, the run that it shows."""

from __future__ import annotations

import re
from typing import Any, cast

import numpy as np
from streamlit.testing.v1 import AppTest

from vitviz.app.kept import memory
from vitviz.app.people import PERSON
from vitviz.payload import unpack_data
from vitviz.tracing.trace import Trace


def trace_of(page: AppTest) -> Trace:
    """The run that the page shows."""
    key = memory.owned("trace", page.session_state[PERSON].owner)[-1]
    return cast(Trace, memory.get(key))


def number(text: str) -> float:
    """A number as the pages write it: with a typographic minus sign, and in formulas with a power of ten."""
    return float(re.sub(r" \\cdot 10\^\{(.+)\}", r"e\1", text).replace("\u2212", "-"))


def mounted(page: AppTest, key: str) -> dict[str, Any]:
    """The data of the browser part whose key starts with ``key``; arrays are flat, as in the browser."""
    for element in page.get("bidi_component"):
        if f"-{key}" in element.proto.id:
            data: dict[str, Any] = _flat(unpack_data(element.proto.bytes))
            return data
    raise AssertionError(f"no browser part {key} on the page")


def formulas(page: AppTest) -> list[str]:
    """The displayed formulas of the page, one each, without the marks around them."""
    lines = [line for text in page.markdown for line in text.value.split("\n\n")]
    mark = "$\\displaystyle"
    return [line.removeprefix(mark).strip(" $") for line in lines if line.startswith(mark)]


def _flat(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.ravel()
    if isinstance(value, dict):
        return {key: _flat(inner) for key, inner in value.items()}
    return [_flat(inner) for inner in value] if isinstance(value, list) else value
