"""Settings outlive their widgets, and what is kept beside a trace cannot be mixed up."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from vitviz.app import session
from vitviz.app.settings import Setting


def _two_pages() -> None:
    import streamlit as st

    from vitviz.app.settings import Setting

    size = Setting[str]("test.size")
    page = st.radio("page", ["with", "without"], key="page")
    if page == "with":
        chosen = size.widget(
            lambda key: st.segmented_control("size", ["s", "m", "l"], key=key), ("s", "m", "l"), "m", "model"
        )
        st.markdown(chosen)
    else:
        st.markdown(size.get("m", "model"))


def test_a_setting_outlives_the_page_of_its_widget() -> None:
    page = AppTest.from_function(_two_pages).run()
    assert page.markdown[0].value == "m"
    page.button_group(key="test.size.model").set_value("l").run()
    assert page.markdown[0].value == "l"
    page.radio(key="page").set_value("without").run()
    assert page.markdown[0].value == "l"
    page.radio(key="page").set_value("with").run()
    assert page.markdown[0].value == "l"
    assert not page.exception


def test_a_setting_that_is_no_option_any_more_counts_as_the_default() -> None:
    page = AppTest.from_function(_two_pages)
    page.session_state["setting.test.size.model"] = "xxl"
    assert page.run().markdown[0].value == "m"


def test_two_keys_of_the_same_name_are_two_keys() -> None:
    one: session.Derived[int] = session.Derived("lines of a block")
    other: session.Derived[str] = session.Derived("lines of a block")
    assert one != other
    assert one.at("stages.0") != other.at("stages.0")
    assert one.at("stages.0") == one.at("stages.0")
    assert len({one, other, one.at(1), one.at(2), other.at(1)}) == 5


def test_a_default_that_is_not_kept_leaves_another_page_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, int] = {}
    monkeypatch.setattr("vitviz.app.settings.st.session_state", state)
    setting = Setting[int]("test.number")
    assert setting.get(3, "a", keep=False) == 3
    assert setting.get(8, "a", keep=False) == 8
    setting.set(5, "a")
    assert setting.get(8, "a", keep=False) == 5


@pytest.mark.parametrize("value", [0, 7])
def test_a_default_counts_as_chosen(monkeypatch: pytest.MonkeyPatch, value: int) -> None:
    state: dict[str, int] = {}
    monkeypatch.setattr("vitviz.app.settings.st.session_state", state)
    setting = Setting[int]("test.number")
    assert setting.get(value, "a") == value
    assert setting.get(99, "a") == value
    assert setting.get(99, "b") == 99
    setting.set(3, "a")
    assert setting.get(99, "a") == 3
