"""The queue in front of the cores: fair among people, small work past large work, and nobody in it for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from vitviz.turns import Lane, Turns

PATIENCE = 20


class Worker:
    """A thread that takes a turn, notes that it runs, and ends when it is let."""

    def __init__(self, turns: Turns, lane: Lane, owner: str, order: list[str]) -> None:
        self.before: list[int] = []
        self.waits, self.runs, self.go = threading.Event(), threading.Event(), threading.Event()
        self.leave = False

        def waiting(before: int) -> None:
            self.before.append(before)
            self.waits.set()
            if self.leave:
                raise InterruptedError

        def work() -> None:
            try:
                with turns.take(lane, owner, waiting):
                    order.append(owner)
                    self.runs.set()
                    assert self.go.wait(PATIENCE)
            except InterruptedError:
                pass

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.go.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


class Office:
    """Turns, and the workers that were started one after another."""

    def __init__(self, cores: int) -> None:
        self.turns, self.order, self.workers = Turns(cores), list[str](), list[Worker]()

    def start(self, lane: Lane, owner: str) -> Worker:
        running, waiting = self.turns.counts()[lane]
        worker = Worker(self.turns, lane, owner, self.order)
        self.workers.append(worker)
        while sum(self.turns.counts()[lane]) == running + waiting:  # it has joined before the next one does
            pass
        return worker


@pytest.fixture
def office() -> Iterator[Callable[[int], Office]]:
    opened: list[Office] = []

    def open_one(cores: int) -> Office:
        opened.append(Office(cores))
        return opened[-1]

    yield open_one
    workers = [worker for each in opened for worker in each.workers]
    for worker in workers:
        worker.go.set()
    for worker in workers:
        worker.end()


@pytest.mark.parametrize("cores", [1, 2, 4])
def test_small_work_never_waits_for_large_work(office: Callable[[int], Office], cores: int) -> None:
    there = office(cores)
    heavy = [there.start("heavy", f"heavy {i}") for i in range(6)]
    assert there.turns.counts()["heavy"] == (max(1, cores - 1), 6 - max(1, cores - 1))
    assert there.start("light", "light").runs.wait(PATIENCE)
    heavy[0].end()
    assert heavy[max(1, cores - 1)].runs.wait(PATIENCE)


def test_large_work_gets_its_core_though_small_work_comes_and_comes(office: Callable[[int], Office]) -> None:
    there = office(2)
    small = [there.start("light", f"light {i}") for i in range(4)]
    assert there.turns.counts()["light"] == (2, 2)  # all cores, while nobody else wants one
    heavy = there.start("heavy", "heavy")
    small[0].end()
    assert heavy.runs.wait(PATIENCE)


def test_people_take_turns_and_each_ones_own_work_keeps_its_order(office: Callable[[int], Office]) -> None:
    there = office(1)
    first = there.start("light", "first")
    greedy = [there.start("light", "greedy") for _ in range(3)]
    modest = there.start("light", "modest")
    for worker in (*greedy, modest):
        assert worker.waits.wait(PATIENCE)
    assert [worker.before[0] for worker in (*greedy, modest)] == [1, 3, 4, 2]
    for worker in (first, greedy[0], modest, greedy[1]):
        assert worker.runs.wait(PATIENCE)
        worker.end()
    assert greedy[2].runs.wait(PATIENCE)
    assert there.order == ["first", "greedy", "modest", "greedy", "greedy"]


def test_who_leaves_is_not_in_the_way(office: Callable[[int], Office]) -> None:
    there = office(1)
    first, leaving, last = (there.start("light", name) for name in ("first", "leaving", "last"))
    leaving.leave = True
    leaving.thread.join(PATIENCE)
    assert there.turns.counts()["light"] == (1, 1)
    first.end()
    assert last.runs.wait(PATIENCE)
    assert there.order == ["first", "last"]


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(ZeroDivisionError):
        yield


def test_a_core_is_free_again_however_its_work_ends() -> None:
    turns = Turns(1)
    for _ in range(3):
        with refused(), turns.take("light", "me"):
            raise ZeroDivisionError
    assert turns.counts() == {"light": (0, 0), "heavy": (0, 0)}
