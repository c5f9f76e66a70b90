"""Open one page in Streamlit's own test host, and read what its browser parts were given."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

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
    """The data of the browser part whose key starts with ``key``."""
    for element in page.get("bidi_component"):
        if f"-{key}" in element.proto.id:
            data: dict[str, Any] = json.loads(element.proto.json)
            return data
    raise AssertionError(f"no browser part {key} on the page")


def formulas(page: AppTest) -> list[str]:
    """The displayed formulas of the page, one each, without the marks around them."""
    lines = [line for text in page.markdown for line in text.value.split("\n\n")]
    mark = "$\\displaystyle"
    return [line.removeprefix(mark).strip(" $") for line in lines if line.startswith(mark)]


def floats(packed: str) -> NDArray[np.float32]:
    """What a browser part decodes from its data."""
    return np.frombuffer(base64.b64decode(packed), dtype="<f4")


def doubles(packed: str) -> NDArray[np.float64]:
    """What a chart decodes from its data."""
    return np.frombuffer(base64.b64decode(packed), dtype="<f8")
