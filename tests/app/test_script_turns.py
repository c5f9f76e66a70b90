"""Scripts take turns in the order in which they came, and one that goes on for long stands in nobody's way."""

from __future__ import annotations

import threading

import pytest

from vitviz.app.script_turns import LONGEST, ScriptTurns

PATIENCE = 20.0


def wanted() -> None:
    """Go on waiting."""


class Run:
    """A script in a thread of its own that holds its turn until it is ended."""

    def __init__(self, turns: ScriptTurns, begun: list[int], number: int) -> None:
        self.asked, self.holds, self.ended = threading.Event(), threading.Event(), threading.Event()

        def run() -> None:
            with turns.take(self.asked.set):
                begun.append(number)
                self.holds.set()
                assert self.ended.wait(PATIENCE)

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def end(self) -> None:
        self.ended.set()
        self.thread.join(PATIENCE)


def test_first_come_first_served() -> None:
    turns, begun = ScriptTurns(at_once=1, clock=lambda: 0.0), list[int]()
    runs = []
    for number in range(4):
        run = Run(turns, begun, number)
        assert (run.asked if number else run.holds).wait(PATIENCE)  # it waits, or holds the turn
        runs.append(run)
    assert begun == [0]
    for number, run in enumerate(runs):
        assert run.holds.wait(PATIENCE)
        assert begun == list(range(number + 1))
        run.end()


def test_a_long_run_stands_in_nobodys_way() -> None:
    now = [0.0]
    turns, begun = ScriptTurns(at_once=1, clock=lambda: now[0]), list[int]()
    long, next_one = Run(turns, begun, 0), Run(turns, begun, 1)
    assert long.holds.wait(PATIENCE)
    assert next_one.asked.wait(PATIENCE)
    assert begun == [0]
    now[0] = LONGEST
    assert next_one.holds.wait(PATIENCE)
    long.end()
    next_one.end()


@pytest.mark.parametrize("holder", [None, "somebody"])
def test_one_that_is_not_wanted_any_more_leaves_the_queue(holder: str | None) -> None:
    turns = ScriptTurns(at_once=1)

    def not_wanted() -> None:
        raise InterruptedError

    if holder:
        with turns.take(wanted), pytest.raises(InterruptedError), turns.take(not_wanted):
            pass
    with pytest.raises(InterruptedError), turns.take(wanted):
        not_wanted()  # while it runs
    with turns.take(wanted):  # nobody is before
        pass


def test_busy_while_a_young_script_runs() -> None:
    now = [0.0]
    turns = ScriptTurns(at_once=1, clock=lambda: now[0])
    assert not turns.busy
    run = Run(turns, [], 0)
    assert run.holds.wait(PATIENCE)
    assert turns.busy
    now[0] = LONGEST
    assert not turns.busy
    now[0] = 0.0
    run.end()
    assert not turns.busy
