"""A checkpoint loads beside the page: its progress is seen, it can be stopped, and a page can tell every end."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, cast

import pytest

from vitviz.app.loading import Loading, State
from vitviz.zoo.errors import CheckpointError

if TYPE_CHECKING:
    from vitviz.zoo.load import Model
    from vitviz.zoo.source import Progress

PATIENCE = 20
MODEL = cast("Model", object())


def test_the_model_is_there_at_the_end() -> None:
    seen, go = threading.Event(), threading.Event()

    def load(progress: Progress) -> Model:
        progress("download", 3, 10)
        seen.set()
        assert go.wait(PATIENCE)
        progress("build", 1, None)
        return MODEL

    job = Loading(load)
    assert seen.wait(PATIENCE)
    assert job.state == State("download", 3, 10)
    assert not job.ended
    go.set()
    job.wait(PATIENCE)
    assert job.ended
    assert (job.model, job.error, job.fault) == (MODEL, None, "")
    assert job.state == State("build", 1, None)


def test_it_stops_at_its_next_step() -> None:
    begun, go = threading.Event(), threading.Event()

    def load(progress: Progress) -> Model:
        begun.set()
        assert go.wait(PATIENCE)
        progress("download", 0, None)
        raise AssertionError("it went on")

    job = Loading(load)
    assert begun.wait(PATIENCE)
    job.stop()
    go.set()
    job.wait(PATIENCE)
    assert (job.model, job.error, job.fault) == (None, None, "")


def test_only_one_has_its_turn_and_a_waiting_one_can_be_stopped() -> None:
    reading, go = threading.Event(), threading.Event()

    def first(progress: Progress) -> Model:
        progress("read", 0, 1)
        reading.set()
        assert go.wait(PATIENCE)
        return MODEL

    def second(progress: Progress) -> Model:
        progress("download", 1, 1)  # for which nobody waits
        progress("read", 0, 1)
        return MODEL

    one = Loading(first)
    assert reading.wait(PATIENCE)
    stopped, patient = Loading(second, "one person"), Loading(second, "another")
    patient.wait(0.5)
    assert not patient.ended
    assert patient.state.step == "wait"
    assert {stopped.state.done, patient.state.done} == {1, 2}
    stopped.stop()
    stopped.wait(PATIENCE)
    assert stopped.ended
    assert stopped.model is None
    go.set()
    for job in (one, patient):
        job.wait(PATIENCE)
        assert job.model is MODEL


def test_a_refusal_is_kept_as_it_is_and_a_fault_has_an_id(caplog: pytest.LogCaptureFixture) -> None:
    refusal = CheckpointError("unknown_source", kind="int")

    def refused(progress: Progress) -> Model:
        progress("read", 0, None)
        raise refusal

    def broken(progress: Progress) -> Model:
        progress("read", 0, None)
        raise KeyError("something nobody foresaw")

    job = Loading(refused)
    job.wait(PATIENCE)
    assert (job.model, job.error, job.fault) == (None, refusal, "")
    with caplog.at_level(logging.ERROR, "vitviz.app.faults"):
        job = Loading(broken)
        job.wait(PATIENCE)
    assert (job.model, job.error) == (None, None)
    assert len(job.fault) == 8
    assert job.fault in caplog.text
    assert "something nobody foresaw" in caplog.text
