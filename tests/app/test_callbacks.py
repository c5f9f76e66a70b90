"""A widget's callback works for as long as the widget is there, and keeps nothing alive after that."""

from __future__ import annotations

import gc
from weakref import ref

from streamlit.testing.v1 import AppTest


class Large:
    """What a callback needs."""

    called = 0


def script() -> None:
    import streamlit as st

    from tests.app.test_callbacks import Large
    from vitviz.app import callbacks

    callbacks.begin()
    shown = st.session_state["shown"]
    if shown:
        large = Large()
        st.session_state["alive"](large)

        def on_click() -> None:
            type(large).called += 1

        st.button("choose", key=f"choose.{shown}", on_click=callbacks.named(f"choose.{shown}", on_click))
    if st.session_state.get("stopped"):
        st.stop()
    callbacks.end()


def test_a_callback_ends_with_the_page_that_has_its_widget() -> None:
    made: list[ref[Large]] = []
    page = AppTest.from_function(script)
    page.session_state["shown"], page.session_state["alive"] = "first", lambda large: made.append(ref(large))
    page.run()
    page.button[0].click().run()
    assert (page.exception, Large.called, len(made)) == ([], 1, 2)
    page.session_state["stopped"] = True  # another page, which a person does not wait for
    page.session_state["shown"] = "second"
    page.run()
    gc.collect()
    assert made[-2]() is not None
    page.session_state["stopped"] = False
    page.session_state["shown"] = ""
    page.run()
    gc.collect()
    assert [each() for each in made] == [None] * 3
