"""The payload store: bounded, one maker for each payload, and nobody sees another's."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vitviz.memory import Memory
from vitviz.web.explorer.store import ENTRY, NoSuchPayloadError, PayloadStore, Source


class Numbers:
    """A source whose layer i is 100 bytes of i, and that counts what it makes."""

    heavy = False

    def __init__(self, name: str = "a") -> None:
        self.name = name
        self.made: list[tuple[object, ...]] = []

    def layer(self, layer: int) -> bytes:
        self.made.append(("layer", layer))
        return bytes([layer]) * 100

    def values(self, layer: int, head: int) -> bytes:
        return bytes([layer, head])

    def rollout(self, start: int) -> bytes:
        return bytes([start])

    def npz(self, layer: int, head: int) -> bytes:
        return b"npz"


def layer(store: PayloadStore, token: str, number: int) -> bytes | None:
    return store.fetch(token, ("layer", number), lambda source: source.layer(number))


def test_a_payload_is_made_once_and_kept() -> None:
    memory, source = Memory(10_000), Numbers()
    store = PayloadStore(memory)
    token = store.register("me", "picture", source)
    assert layer(store, token, 3) == layer(store, token, 3) == b"\x03" * 100
    assert layer(store, token, 4) == b"\x04" * 100
    assert source.made == [("layer", 3), ("layer", 4)]
    assert memory.nbytes == ENTRY + 2 * 100


def test_a_token_stays_while_owner_and_content_do() -> None:
    store = PayloadStore(Memory(100_000))
    token = store.register("me", "picture", Numbers())
    assert store.register("me", "picture", Numbers()) == token
    others = {store.register("me", "another", Numbers()), store.register("you", "picture", Numbers())}
    assert len(others | {token}) == 3
    assert all(len(each) >= 22 for each in others)  # 16 bytes that nobody can guess


def test_a_new_source_takes_the_place_of_the_old_and_its_payloads_stay() -> None:
    store, old, new = PayloadStore(Memory(10_000)), Numbers(), Numbers()
    token = store.register("me", "picture", old)
    layer(store, token, 1)
    assert store.register("me", "picture", new) == token
    assert store.source(token) is new
    layer(store, token, 1)
    layer(store, token, 2)
    assert (old.made, new.made) == ([("layer", 1)], [("layer", 2)])


def test_tokens_do_not_see_one_another() -> None:
    store, mine, yours = PayloadStore(Memory(10_000)), Numbers(), Numbers()
    one, other = store.register("me", "picture", mine), store.register("you", "picture", yours)
    layer(store, one, 1)
    layer(store, other, 1)
    assert mine.made == yours.made == [("layer", 1)]
    assert store.source(one) is mine
    assert store.source(other) is yours


@pytest.mark.parametrize("token", ["", "x", "me", "picture"])
def test_a_token_that_nobody_has_gets_nothing(token: str) -> None:
    store = PayloadStore(Memory(10_000))
    store.register("me", "picture", Numbers())
    assert layer(store, token, 0) is None
    assert store.source(token) is None


def test_what_was_used_longest_ago_goes_first() -> None:
    store, source = PayloadStore(Memory(1250)), Numbers()
    token = store.register("me", "picture", source)
    for number in (1, 2, 1, 3):  # room for two payloads
        layer(store, token, number)
    layer(store, token, 1)
    layer(store, token, 2)
    assert [number for _, number in source.made] == [1, 2, 3, 2]


def test_sources_go_too_and_their_tokens_with_them() -> None:
    store = PayloadStore(Memory(2500))
    first = store.register("me", "first", Numbers())
    layer(store, first, 1)
    second = store.register("me", "second", Numbers())
    layer(store, first, 2)
    third = store.register("me", "third", Numbers())  # the second is the one used longest ago
    assert layer(store, second, 1) is None
    assert store.source(second) is None
    assert layer(store, first, 1) == b"\x01" * 100
    assert layer(store, third, 1) == b"\x01" * 100
    assert store.register("me", "second", Numbers()) != second


def test_a_token_ends_with_what_its_source_is_made_of_and_with_its_owner() -> None:
    memory = Memory(100_000)
    store = PayloadStore(memory)
    memory.put(("trace", 1), Numbers(), 5000, "me")
    mine = store.register("me", "picture", Numbers(), [("trace", 1)])
    yours = store.register("you", "picture", Numbers())
    layer(store, mine, 1)
    layer(store, yours, 1)
    memory.release(("trace", 1), "me")
    assert (store.source(mine), layer(store, mine, 1)) == (None, None)
    assert (store.owner(mine), store.owner(yours)) == ("", "you")
    assert memory.nbytes == ENTRY + 100
    memory.leave("you")
    assert (layer(store, yours, 1), memory.nbytes) == (None, 0)


class Slow(Numbers):
    """Takes its time, and fails for layer 9."""

    def layer(self, layer: int) -> bytes:
        time.sleep(0.05)
        payload = super().layer(layer)
        if layer == 9:
            raise NoSuchPayloadError("there is no layer 9")
        return payload


def test_those_who_want_the_same_at_once_get_it_from_one_maker() -> None:
    store, source = PayloadStore(Memory(10_000)), Slow()
    token = store.register("me", "picture", source)
    with ThreadPoolExecutor(12) as pool:
        got = list(pool.map(lambda i: layer(store, token, i % 3), range(60)))
    assert got == [bytes([i % 3]) * 100 for i in range(60)]
    assert sorted(source.made) == [("layer", 0), ("layer", 1), ("layer", 2)]


def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    store, source = PayloadStore(Memory(10_000)), Slow()
    token = store.register("me", "picture", source)

    def ask(_: int) -> str:
        with pytest.raises(NoSuchPayloadError) as error:
            layer(store, token, 9)
        return str(error.value)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(4))) == {"there is no layer 9"}
    before = len(source.made)
    ask(0)
    assert len(source.made) == before + 1


def test_what_is_forgotten_while_it_is_made_is_still_answered() -> None:
    store = PayloadStore(Memory(1500))
    token = store.register("me", "picture", Numbers())
    begun, go_on = threading.Event(), threading.Event()

    def make(source: Source) -> bytes:
        begun.set()
        go_on.wait(5)
        return source.layer(1)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(store.fetch, token, ("layer", 1), make)
        begun.wait(5)
        store.register("me", "other", Numbers())
        go_on.set()
        assert answer.result() == b"\x01" * 100
    assert store.source(token) is None
    assert layer(store, token, 1) is None
