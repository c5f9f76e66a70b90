"""Open one page in Streamlit's own test host; page_contents.py reads what is on it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

PATIENCE = 120
# Outside of a server Streamlit warns of a missing session at every call.
logging.getLogger("streamlit").setLevel(logging.ERROR)
# Every AppTest reads the metadata of all installed packages in search of components: most of a test's time.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def _run_page(name: str) -> None:
    # AppTest runs this function's source in a script of its own, so it imports what it needs itself.
    from vitviz.app import pages, session, shell

    session.setup()
    shell.sidebar()
    pages.import_page(name)()


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
