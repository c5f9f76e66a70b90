"""From page to page in one session: what one page keeps for a run is never taken for what another one keeps."""

from __future__ import annotations

import itertools

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PATIENCE
from tests.app.page_contents import mounted
from vitviz.web.swin_shift.setting import LabSetting

BLOCK = ("layers.2.blocks.1", 5)  # a shifted block, by name and by number
PARTS = {"swin_shift": "swin_shift.lab", "swin_reach": "swin_reach.windows"}


def _run_chosen_page() -> None:
    # AppTest runs this function's source in a script of its own, so it imports what it needs itself.
    import importlib

    import streamlit as st

    from vitviz.app import session, shell

    session.setup()
    shell.sidebar()
    importlib.import_module(f"vitviz.app.topics.{st.session_state['page']}.page").show()


@pytest.mark.parametrize("pages", [*itertools.permutations(PARTS)])
def test_two_pages_of_one_shifted_block(pages: tuple[str, ...]) -> None:
    walk = AppTest.from_function(_run_chosen_page, default_timeout=PATIENCE)
    walk.session_state["model"] = "swin-mini"
    walk.session_state["setting.block.swin-mini"] = BLOCK[1]
    walk.session_state["setting.swin_shift.lab.swin-mini"] = LabSetting(BLOCK[0], 14, 14, 7, 3, 3)
    for page in (*pages, pages[0]):
        walk.session_state["page"] = page
        walk.run()
        assert not walk.exception, walk.exception
        mounted(walk, PARTS[page])
        if page == "swin_reach":
            assert any("region_map" in expander.label for expander in walk.expander)
