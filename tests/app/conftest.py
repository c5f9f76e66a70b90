"""Open one page in Streamlit's own test host, and read what its browser parts were given."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from vitviz.payload import unpack_data

PATIENCE = 120
# Outside of a server Streamlit warns of a missing session at every call.
logging.getLogger("streamlit").setLevel(logging.ERROR)


def _run_page(name: str) -> None:
    # AppTest runs this function's source in a script of its own, so it imports what it needs itself.
    import importlib

    from vitviz.app import session, shell

    session.setup()
    shell.sidebar()
    importlib.import_module(f"vitviz.app.topics.{name}.page").show()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """``open_page("swin_cost", model="swin-test")``: the page, run once, with what its session starts with."""

    def open_it(name: str, **state: object) -> AppTest:
        page = AppTest.from_function(_run_page, default_timeout=PATIENCE, kwargs={"name": name})
        for key, value in state.items():
            page.session_state[key] = value
        page.run()
        assert not page.exception, page.exception
        return page

    return open_it


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
