"""Whether a hub answers is found out without anybody waiting, and asked anew when the answer is old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.zoo.loopback_hub import serve
from vitviz.app.hub_reach import GOOD_FOR, Reach, hub_answers

constants = pytest.importorskip("huggingface_hub.constants")


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


def test_nobody_waits_and_an_old_answer_is_asked_for_anew() -> None:
    asked: list[float] = []
    go, now = threading.Semaphore(0), 0.0

    def ask() -> bool:
        asked.append(now)
        go.acquire()
        return len(asked) == 1

    reach = Reach(ask, lambda: now)
    assert reach.known() is None
    assert reach.known() is None
    go.release()
    until(lambda: reach.known() is True)
    assert len(asked) == 1
    now = GOOD_FOR + 1
    assert reach.known() is True  # the old answer, until the new one is there
    go.release()
    until(lambda: reach.known() is False)
    assert asked == [0.0, GOOD_FOR + 1]


def test_a_hub_that_answers_and_one_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serve() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        assert hub_answers()
        asked = len(hub.asked)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        assert not hub_answers()
        assert len(hub.asked) == asked
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert not hub_answers()
