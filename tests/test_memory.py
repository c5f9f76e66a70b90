"""The budget: what goes first, what stays, and that nothing is kept or made twice."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitviz.memory import Key, Memory


class Thing:
    """Something that can be looked after its end."""

    def __init__(self, name: str = "") -> None:
        self.name = name


def kept(memory: Memory, *keys: Key) -> list[bool]:
    return [memory.has(key) for key in keys]


A, B, C, W = ("a",), ("b",), ("c",), ("weights",)


def test_what_was_used_longest_ago_goes_first_and_what_it_is_made_of_after_it() -> None:
    memory = Memory(350)
    memory.put(W, b"w", 100)
    memory.put(A, b"a", 100, "me", [W])
    memory.put(B, b"b", 100, "me")
    memory.get(A)
    memory.put(C, b"c", 100, "me")
    assert kept(memory, W, A, B, C) == [True, True, False, True]
    memory.put(B, b"b", 100, "me")
    assert kept(memory, W, A, B, C) == [
        True,
        False,
        True,
        True,
    ]  # the weights were used with what was made of them
    memory.put(("large",), b"l", 900, "me")
    assert kept(memory, W, B, C, ("large",)) == [
        False,
        False,
        False,
        True,
    ]  # the newest stays, whatever it takes


def test_an_item_lives_as_long_as_an_owner_or_what_is_made_of_it() -> None:
    memory = Memory(10_000)
    memory.put(W, b"w", 100)
    memory.put(A, b"a", 10, "me", [W])
    memory.put(A, b"a", 10, "you", [W])
    memory.put(B, b"b", 1, "me", [A])
    memory.release(A, "me")  # and with it what I made of it
    assert kept(memory, W, A, B) == [True, True, False]
    assert memory.leave("you") == 110
    assert memory.nbytes == 0


def test_leaving_frees_nothing_of_others_and_all_of_ones_own() -> None:
    memory = Memory(10_000)
    memory.put(W, b"w", 5, always=True)
    for owner in ("me", "you"):
        memory.put(("mine", owner), b"x", 10, owner, fixed=True)
        memory.get(W, owner)
    assert memory.leave("me") == 10
    assert kept(memory, W, ("mine", "me"), ("mine", "you")) == [True, False, True]


def test_what_went_counts_while_somebody_has_it_and_is_the_same_again() -> None:
    memory = Memory(150)
    network, trace = Thing("network"), Thing("trace")
    memory.put(W, network, 100, "me")
    memory.put(A, trace, 10, "me", [W])
    memory.put(B, b"b", 140, "me")
    assert kept(memory, W, A, B) == [False, False, True]
    assert memory.nbytes == 140 + 110
    assert {line.kind: line.nbytes for line in memory.held()} == {"b": 140, "in use": 110}
    assert memory.get(A, "me") is trace
    assert memory.get(W) is network  # no second copy is loaded beside the one that lives
    memory.leave("me")
    del network, trace
    gc.collect()
    assert (memory.get(W), memory.nbytes) == (None, 0)


def test_what_belongs_to_another_object_ends_with_it() -> None:
    memory, trace = Memory(1000), Thing()
    memory.put(A, (1,), 10, "me", alive=trace)
    memory.tidy()
    assert memory.has(A)
    del trace
    assert (memory.tidy(), memory.has(A)) == (10, False)


def test_fixed_items_stay_and_the_rest_makes_room_for_what_will_come() -> None:
    memory = Memory(100)
    memory.put(A, b"a", 60, "me", fixed=True)
    memory.put(B, b"b", 30, "me")
    memory.make_room(20)
    assert kept(memory, A, B) == [True, False]
    memory.resize(A, 99)
    assert (memory.nbytes, memory.bytes_of([A, B])) == (99, 99)


def test_of_many_who_want_the_same_one_makes_it_and_a_failure_is_the_makers_alone() -> None:
    memory, made = Memory(1000), []
    begun, go = threading.Event(), threading.Event()

    def make() -> Thing:
        made.append(threading.get_ident())
        begun.set()
        go.wait(10)
        if len(made) == 1:
            raise ValueError("the first one is stopped")
        return Thing()

    def want(owner: str) -> Thing:
        return memory.make_once(A, make, lambda thing: memory.put(A, thing, 1, owner), owner)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(want, "first")
        assert begun.wait(10)
        others = [pool.submit(want, f"person {i}") for i in range(7)]
        go.set()
        with pytest.raises(ValueError, match="stopped"):
            first.result()
        assert len({id(other.result()) for other in others}) == 1
    assert len(made) == 2
    assert memory.owned("a", "person 3") == [A]


def test_one_who_waits_for_anothers_work_can_leave() -> None:
    memory, begun, go = Memory(1000), threading.Event(), threading.Event()

    def make() -> bytes:
        begun.set()
        assert go.wait(10)
        return b"made"

    def leave() -> None:
        raise InterruptedError

    with ThreadPoolExecutor(1) as pool:
        maker = pool.submit(memory.make_once, A, make, lambda made: memory.put(A, made, 4, "me"))
        assert begun.wait(10)
        with pytest.raises(InterruptedError):
            memory.make_once(A, make, lambda made: None, still_wanted=leave)
        go.set()
        assert maker.result() == b"made"


KEYS = st.integers(0, 7)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), KEYS, st.integers(0, 60), st.sampled_from(["me", "you", ""]), st.lists(KEYS)
        ),
        st.tuples(st.just("get"), KEYS, st.sampled_from(["me", "you", ""])),
        st.tuples(st.just("release"), KEYS, st.sampled_from(["me", "you"])),
        st.tuples(st.just("leave"), st.sampled_from(["me", "you"])),
        st.tuples(st.just("drop"), KEYS),
    ),
    max_size=40,
)


@given(STEPS)
def test_the_books_are_right_whatever_happens(steps: list[tuple[object, ...]]) -> None:
    memory, before = Memory(100), 0
    for what, *how in steps:
        if what == "put":
            number, size, owner, needs = how
            made_of = [("k", need) for need in needs if need < number]  # nothing is made of itself
            memory.put(("k", number), b"", size, owner, made_of)
        elif what in {"get", "release"}:
            getattr(memory, what)(("k", how[0]), how[1])
        else:
            getattr(memory, what)(how[0] if what == "leave" else ("k", how[0]))
        lines = memory.held()
        assert memory.nbytes == sum(line.nbytes for line in lines)
        if what == "put":
            newest_needs = memory.bytes_of([("k", how[0])])
            assert memory.nbytes <= max(memory.max_bytes, newest_needs)
        else:
            assert memory.nbytes <= before
        before = memory.nbytes
    for owner in ("me", "you"):
        memory.leave(owner)
    assert memory.nbytes == 0
