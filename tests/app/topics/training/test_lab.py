"""A lab takes turns, stops and goes on, belongs to one person, and is gone when it is reset or they leave."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from weakref import ref

import pytest

from vitviz.app import people, script_turns
from vitviz.app.kept import memory, turns
from vitviz.app.people import Person
from vitviz.app.topics.training import lab as labs
from vitviz.app.topics.training.lab import Lab
from vitviz.train.lab import LabRun
from vitviz.train.lab_config import LabConfig

SHORT = LabConfig(steps=8, pictures=200, batch=8)
OTHER = LabConfig(steps=8, pictures=200, batch=8, noise=0.5, seed=1)
PATIENCE = 60.0


def losses(run: LabRun) -> list[float]:
    return [step.loss for step in run.steps]


def alone(config: LabConfig) -> list[float]:
    run = LabRun(config)
    for _ in run.records():
        pass
    return losses(run)


def free(_waiting: object) -> nullcontext[None]:
    return nullcontext()


@pytest.fixture
def as_person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Person], None]]:
    there: list[Person] = []

    def become(person: Person) -> None:
        there.append(person)
        monkeypatch.setattr(people, "here", lambda: person)

    yield become
    for person in there:
        person.stop()
        memory.leave(person.owner)


def test_two_peoples_runs_do_not_mix(as_person: Callable[[Person], None]) -> None:
    one, other = Person(1, "one"), Person(2, "other")
    as_person(one)
    first = labs.begin([SHORT])
    as_person(other)
    assert labs.mine() is None  # nobody gets another's
    second = labs.begin([OTHER])
    assert labs.mine() is second
    assert first.wait(PATIENCE)
    assert second.wait(PATIENCE)
    assert losses(first.runs[0]) == alone(SHORT)
    assert losses(second.runs[0]) == alone(OTHER)
    assert losses(first.runs[0]) != losses(second.runs[0])
    own = {id(p) for p in first.runs[0].network.parameters()}
    assert not own & {id(p) for p in second.runs[0].network.parameters()}
    as_person(one)
    assert labs.mine() is first


def test_two_runs_beside_each_other_are_those_that_each_is_alone() -> None:
    lab = Lab([SHORT, OTHER], free, lambda _bytes: None)
    lab.go()
    assert lab.wait(PATIENCE)
    assert [losses(run) for run in lab.runs] == [alone(SHORT), alone(OTHER)]


def test_stop_and_go_on_is_the_run_that_never_stopped() -> None:
    lab = Lab([SHORT], free, lambda _bytes: None)
    lab.go()
    while lab.runs[0].done < 2 and lab.running:
        time.sleep(0.001)
    lab.stop()
    assert lab.wait(PATIENCE)
    assert 2 <= lab.runs[0].done < 8
    assert not lab.ended
    assert all(p.grad is None for p in lab.runs[0].network.parameters())  # a run that rests holds no gradient
    lab.go()
    assert lab.wait(PATIENCE)
    assert lab.ended
    assert losses(lab.runs[0]) == alone(SHORT)


def test_who_waits_for_a_turn_can_be_stopped() -> None:
    @contextmanager
    def never(waiting: Callable[[int], object]) -> Iterator[None]:
        while True:
            time.sleep(0.005)
            waiting(1)
        yield

    lab = Lab([SHORT], never, lambda _bytes: None)
    lab.go()
    assert lab.running
    lab.stop()
    assert lab.wait(5)
    assert lab.runs[0].done == 0


@pytest.mark.parametrize("how", ["reset", "leaves"])
def test_a_stopped_run_frees_its_memory(as_person: Callable[[Person], None], how: str) -> None:
    person = Person(1, "one")
    as_person(person)
    before = memory.nbytes
    lab = labs.begin([LabConfig(pictures=200, batch=8)])
    while not lab.runs[0].steps:
        time.sleep(0.01)
    held = [line for line in memory.held() if line.kind == "lab"]
    assert [line.owners for line in held] == [frozenset({person.owner})]
    assert held[0].nbytes > 3 * 200_000
    network, thread = ref(lab.runs[0].network), lab._thread
    if how == "reset":
        labs.reset()
    else:  # what the server does when a tab is closed
        person.stop()
        memory.leave(person.owner)
    del lab
    assert thread is not None
    thread.join(PATIENCE)
    assert not thread.is_alive()
    del thread
    gc.collect()
    assert network() is None
    assert memory.nbytes == before


def test_memory_counts_a_lab_as_it_grows(as_person: Callable[[Person], None]) -> None:
    as_person(Person(1, "one"))
    lab = labs.begin([SHORT])
    assert lab.wait(PATIENCE)
    counted = sum(line.nbytes for line in memory.held() if line.kind == "lab")
    assert counted == lab.nbytes
    assert counted < 2 * 2**20


def test_a_new_lab_ends_the_former_one(as_person: Callable[[Person], None]) -> None:
    as_person(Person(1, "one"))
    first = labs.begin([LabConfig(pictures=200, batch=8)])
    second = labs.begin([SHORT])
    assert first.wait(PATIENCE)
    assert not first.ended
    assert labs.mine() is second
    assert second.wait(PATIENCE)


def test_others_get_turns_in_between() -> None:
    """A turn is one record long: who waits for the core has it after at most one step, not after the run."""
    core = threading.Lock()

    @contextmanager
    def gate(_waiting: object) -> Iterator[None]:
        with core:
            yield

    lab = Lab([SHORT], gate, lambda _bytes: None)
    lab.go()
    got = []
    while lab.running:
        with core:
            got.append(lab.runs[0].done)
    assert len(set(got)) > 3


def test_a_lab_gives_way_to_whoever_waits_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labs, "LONGEST", PATIENCE)
    somebody = threading.Event()
    somebody.set()
    looked: list[int] = []

    def busy() -> bool:
        looked.append(1)
        return somebody.is_set()

    lab = Lab([SHORT], free, lambda _bytes: None, busy)
    lab.go()
    end = time.monotonic() + PATIENCE
    while len(looked) < 10 and time.monotonic() < end:
        time.sleep(0.005)
    assert len(looked) >= 10
    assert lab.progress is None  # not one record, not even of drawing
    somebody.clear()
    assert lab.wait(PATIENCE)
    assert losses(lab.runs[0]) == alone(SHORT)


def test_a_lab_goes_on_however_many_wait_and_stops_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labs, "LONGEST", 0.01)
    lab = Lab([SHORT], free, lambda _bytes: None, lambda: True)
    lab.go()
    assert lab.wait(PATIENCE)
    assert lab.ended
    monkeypatch.setattr(labs, "LONGEST", PATIENCE)
    stopped = Lab([SHORT], free, lambda _bytes: None, lambda: True)
    stopped.go()
    stopped.stop()
    assert stopped.wait(5)
    assert not stopped.runs[0].steps


def test_a_page_that_is_made_and_light_work_are_given_way_to() -> None:
    assert not labs.somebody_waits()
    with script_turns.turns.take(lambda: None):
        assert labs.somebody_waits()
    with turns.take("heavy", "one"):
        assert not labs.somebody_waits()
    with turns.take("light", "one"):
        assert labs.somebody_waits()
    assert not labs.somebody_waits()
