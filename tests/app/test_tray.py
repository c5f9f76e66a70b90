"""The tray of a person's own pictures: what it keeps, what leaves it, and who finds a picture by its id."""

from __future__ import annotations

import gc
from unittest import mock

import pytest
import streamlit as st

from vitviz.app import tray
from vitviz.app.chosen_picture import ChosenPicture
from vitviz.images.pool import Facts


def picture(number: int, size: int = 10) -> ChosenPicture:
    def never(spec: object) -> object:
        raise AssertionError(spec)

    facts = Facts((4, 4), "PNG", "RGB", (4, 4), (), f"{number:064x}")
    return ChosenPicture(facts, never, size)  # type: ignore[arg-type]


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Two sessions; the first is the one that runs until ``enter`` is called."""
    made: list[dict[str, object]] = [{}, {}]
    monkeypatch.setattr(st, "session_state", made[0])
    return made


def cookie(token: str, mask: str = "0a0b0c0d") -> str:
    key = bytes.fromhex(mask)
    hidden = bytes(byte ^ key[at % 4] for at, byte in enumerate(bytes.fromhex(token)))
    return f"2|{mask}|{hidden.hex()}|1234567890"


def as_browser(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(tray, "st", mock.Mock(session_state=st.session_state))
    tray.st.context.cookies = {tray.COOKIE: value}


def test_the_mask_of_the_cookie_changes_and_the_browser_stays() -> None:
    token = "00112233445566778899aabbccddeeff"
    assert tray.unmasked(cookie(token)) == tray.unmasked(cookie(token, "ffeeddcc")) == token
    assert [tray.unmasked(text) for text in ("", "2|x|y|z", "1|aa|bb|3", "2||aa|3", "a|b")] == [""] * 5


def test_a_file_is_there_once_and_a_full_tray_lets_the_first_go(
    sessions: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_browser(monkeypatch, "")
    first = tray.add("a.png", picture(1))
    again = tray.add("a.png", picture(1))
    assert list(tray.pictures()) == [again.id] != [first.id]
    for number in range(2, tray.MOST + 2):
        tray.add(f"{number}.png", picture(number))
    assert len(tray.pictures()) == tray.MOST
    assert again.id not in tray.pictures()
    large = tray.add("large.png", picture(99, tray.MOST_BYTES + 1))
    assert list(tray.pictures()) == [large.id]
    tray.take_out(large.id)
    tray.take_out("never there")
    assert not tray.pictures()


def test_an_id_is_found_in_the_same_browser_while_somebody_has_the_picture(
    sessions: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "00112233445566778899aabbccddeeff"
    as_browser(monkeypatch, cookie(token))
    own = tray.add("a.png", picture(1))
    monkeypatch.setattr(st, "session_state", sessions[1])
    for stranger in (cookie("ff" * 16), ""):
        as_browser(monkeypatch, stranger)
        assert tray.find(own.id) is None
    as_browser(monkeypatch, cookie(token, "01020304"))
    assert tray.find("nobody's") is None
    assert tray.find(own.id) is own
    assert list(tray.pictures()) == [own.id]
    id_ = own.id
    del own
    for session in sessions:
        session.clear()
    gc.collect()
    assert tray.find(id_) is None


def test_without_a_cookie_nobody_else_finds_a_picture(
    sessions: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_browser(monkeypatch, "")
    own = tray.add("a.png", picture(1))
    assert tray.find(own.id) is own
    monkeypatch.setattr(st, "session_state", sessions[1])
    as_browser(monkeypatch, "")
    assert tray.find(own.id) is None
