"""The token of a person's picture: it outlives reruns, changes with the picture, and is nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.app import session
from vitviz.memory import Memory
from vitviz.payload import unpack
from vitviz.samples import SAMPLES
from vitviz.web.explorer.store import PayloadStore

Opener = Callable[..., AppTest]


def token_of(page: AppTest) -> str:
    url = mounted(page, "attention.explorer")["url"]
    assert isinstance(url, str)
    path, _, token = url.rpartition("/")
    assert path == "api/explorer"
    return token


def test_it_leads_to_the_numbers_of_the_picture_and_outlives_reruns(open_page: Opener) -> None:
    page = open_page("attention", model="vit-test")
    token = token_of(page)
    payload = session.payloads.fetch(token, ("layer", 1), lambda source: source.layer(1))
    assert payload is not None
    assert unpack(payload)[0]["name"] == "blocks.1"
    page.run()
    assert token_of(page) == token


def test_another_picture_and_another_person_have_another(open_page: Opener) -> None:
    page = open_page("attention", model="vit-test")
    mine = token_of(page)
    page.session_state["picture"] = session.sample_picture(SAMPLES[1])
    page.run()
    other_picture, other_person = token_of(page), token_of(open_page("attention", model="vit-test"))
    assert len({mine, other_picture, other_person}) == 3
    page.session_state["picture"] = session.sample_picture(SAMPLES[0])
    page.run()
    assert token_of(page) == mine


def test_what_was_forgotten_is_offered_again_under_another(
    open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("attention", model="swin-test")
    token = token_of(page)
    monkeypatch.setattr(session, "payloads", PayloadStore(Memory(64 << 20)))
    page.run()
    assert session.payloads.source(token) is None
    assert session.payloads.source(token_of(page)) is not None
