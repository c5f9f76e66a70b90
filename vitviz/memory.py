"""One budget for everything that a server keeps: what was used longest ago goes first, and nothing is kept for nobody.

Every item has a key, a size, owners (the people whose it is) and the items that it is made of. It stays for as long as
somebody owns it or another item needs it, and within the budget. Knows neither torch nor the network.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar, cast
from weakref import ref

T = TypeVar("T")
# What it is comes first: ("weights", "vit-tiny"), ("payload", token, "layer", 3).
Key = tuple[Hashable, ...]
WAIT = 0.1  # seconds between two looks whether one that waits for another's work still has to


@dataclass
class Item:
    """Something that is kept; ``fixed`` is counted and stays, whatever the budget says, until its owners have left.

    ``alive`` ends it when that object ends, ``always`` keeps it without an owner.
    """

    key: Key
    value: object
    nbytes: int
    needs: tuple[Key, ...] = ()
    owners: set[str] = field(default_factory=set)
    fixed: bool = False
    always: bool = False
    alive: Callable[[], object | None] | None = None


class Held(NamedTuple):
    """A line of ``Memory.held``: what it is, of how many bytes, whose."""

    kind: str
    nbytes: int
    owners: frozenset[str]


class Memory:
    """Items of at most ``max_bytes`` together; the one used last stays even if it is larger.

    An item that went while somebody still works with its value counts until that work lets it go, and is the same item
    again if it is asked for until then: no two copies of it are ever alive.
    """

    def __init__(self, max_bytes: int | Callable[[], int]) -> None:
        self._max_bytes = max_bytes
        # A finalizer that runs in the middle of a method may call another one.
        self._lock = threading.RLock()
        self._items: OrderedDict[Key, Item] = OrderedDict()  # the one used longest ago first
        self._users: dict[Key, set[Key]] = {}  # what is made of an item
        self._total = 0
        self._gone: dict[Key, tuple[ref[object], Item]] = {}  # let go, and perhaps still alive elsewhere
        self._making: dict[Key, threading.Event] = {}

    @property
    def max_bytes(self) -> int:
        """The budget; one that is a function is asked for when it is first needed."""
        if not isinstance(self._max_bytes, int):
            self._max_bytes = self._max_bytes()
        return self._max_bytes

    def get(self, key: Key, owner: str = "") -> object | None:
        """What is kept under a key, which ``owner`` then owns too; it and all it is made of were used now."""
        with self._lock:
            item = self._revived(key)
            if item is None:
                return None
            if owner:
                item.owners.add(owner)
            self._touch(key)
            return item.value

    def has(self, key: Key) -> bool:
        """Whether it is kept; asking does not count as using it."""
        with self._lock:
            return key in self._items

    def put(
        self,
        key: Key,
        value: object,
        nbytes: int,
        owner: str = "",
        needs: Iterable[Key] = (),
        *,
        fixed: bool = False,
        always: bool = False,
        alive: object | None = None,
    ) -> None:
        """Keep ``value`` in the place of what is kept under that key; see ``Item``."""
        with self._lock:
            item = Item(key, value, nbytes, tuple(dict.fromkeys(needs)), {owner} - {""}, fixed, always)
            if alive is not None:
                item.alive = ref(alive)
            before = self._items.get(key)
            if before is not None:
                item.owners |= before.owners
                self._remove(key)
            self._gone.pop(key, None)
            self._add(item)
            self._touch(key)
            self._make_room(key)

    def make_once(
        self,
        key: Key,
        make: Callable[[], T],
        put: Callable[[T], None],
        owner: str = "",
        still_wanted: Callable[[], object] = lambda: None,
    ) -> T:
        """What is kept under ``key``, else what ``make`` returns, which ``put`` keeps.

        Of several threads that want the same one makes it and the others wait; ``still_wanted`` is called while they do
        and ends that by raising. Where ``make`` fails the next one tries. No lock is held meanwhile.
        """
        while True:
            with self._lock:
                if (found := self.get(key, owner)) is not None:
                    return cast(T, found)
                other = self._making.get(key)
                if other is None:
                    own = self._making[key] = threading.Event()
            if other is not None:
                while not other.wait(WAIT):
                    still_wanted()
                continue
            try:
                made = make()
                put(made)
                return made
            finally:
                with self._lock:
                    del self._making[key]
                own.set()

    def release(self, key: Key, owner: str) -> None:
        """``owner`` has no more use for an item, nor for what they made of it."""
        with self._lock:
            self._disown(key, owner)
            self._tidy()

    def leave(self, owner: str) -> int:
        """Let go what only ``owner`` had; how many bytes that were."""
        with self._lock:
            before = self._total
            for item in self._items.values():
                item.owners.discard(owner)
            self._tidy()
            return before - self._total

    def tidy(self) -> int:
        """Let go what nobody owns or needs any more; how many bytes that were."""
        return self.leave("")

    def drop(self, key: Key) -> None:
        """Let an item go, and what is made of it."""
        with self._lock:
            self._drop(key)

    def owned(self, kind: str, owner: str) -> list[Key]:
        """The keys of that kind that are ``owner``'s, used longest ago first."""
        with self._lock:
            return [key for key, item in self._items.items() if key[0] == kind and owner in item.owners]

    def resize(self, key: Key, nbytes: int) -> None:
        """An item takes more or less than it did."""
        with self._lock:
            item = self._items.get(key)
            if item is not None:
                self._total += nbytes - item.nbytes
                item.nbytes = nbytes
                self._make_room(key)

    def make_room(self, nbytes: int) -> None:
        """Let items go until so many bytes more are within the budget, or nothing is left that can go."""
        with self._lock:
            self._make_room(None, nbytes)

    def bytes_of(self, keys: Iterable[Key]) -> int:
        """Bytes of these items and of all that they are made of."""
        with self._lock:
            wanted = set[Key]().union(*map(self._all_needed, keys))
            return sum(self._items[key].nbytes for key in wanted if key in self._items)

    @property
    def nbytes(self) -> int:
        """Bytes of all items, and of those that went and are still alive."""
        with self._lock:
            return self._total + self.in_use

    @property
    def in_use(self) -> int:
        """Bytes of what went and is still alive."""
        with self._lock:
            for key in [key for key, (alive, _) in self._gone.items() if alive() is None]:
                del self._gone[key]
            return sum(item.nbytes for _, item in self._gone.values())

    def held(self) -> list[Held]:
        """A line for every item, used longest ago first; what went and is still alive is of the kind ``in use``."""
        with self._lock:
            lines = [
                Held(str(item.key[0]), item.nbytes, frozenset(item.owners)) for item in self._items.values()
            ]
            gone = self.in_use
            return [*lines, *([Held("in use", gone, frozenset())] if gone else [])]

    def _add(self, item: Item) -> None:
        self._items[item.key] = item
        self._total += item.nbytes
        for need in item.needs:
            self._users.setdefault(need, set()).add(item.key)
            self._revived(need)

    def _remove(self, key: Key) -> Item | None:
        item = self._items.pop(key, None)
        if item is not None:
            self._total -= item.nbytes
            for need in item.needs:
                self._users[need].discard(key)
                if not self._users[need]:
                    del self._users[need]
        return item

    def _revived(self, key: Key) -> Item | None:
        if key in self._items:
            return self._items[key]
        alive, item = self._gone.pop(key, (None, None))
        value = alive() if alive is not None else None
        if item is None or value is None:
            return None
        again = replace(item, value=value, owners=set())
        self._add(again)
        return again

    def _touch(self, key: Key) -> None:
        """An item becomes the one used last, and after it what it is made of: that never goes before it."""
        item = self._items.get(key)
        if item is not None:
            self._items.move_to_end(key)
            for need in item.needs:
                self._touch(need)

    def _make_room(self, newest: Key | None, more: int = 0) -> None:
        # What is dropped may only end with the next garbage collection: it counts as gone here.
        excess = self.nbytes + more - self.max_bytes
        if excess <= 0:
            return
        kept = set() if newest is None else self._all_needed(newest)
        for key in list(self._items):
            item = self._items.get(key)
            if item is not None and key not in kept and not item.fixed:
                before = self._total
                self._drop(key)
                excess -= before - self._total
            if excess <= 0:
                return

    def _all_needed(self, key: Key) -> set[Key]:
        item = self._items.get(key)
        return {key}.union(*(self._all_needed(need) for need in (item.needs if item else ())))

    def _disown(self, key: Key, owner: str) -> None:
        for user in list(self._users.get(key, ())):
            self._disown(user, owner)
        if key in self._items:
            self._items[key].owners.discard(owner)

    def _tidy(self) -> None:
        waiting = list(self._items)
        while waiting:
            item = self._items.get(waiting.pop())
            if item is None:
                continue
            ended = item.alive is not None and item.alive() is None
            if ended or not (item.owners or item.always or self._users.get(item.key)):
                waiting.extend(item.needs)
                self._drop(item.key)

    def _drop(self, key: Key) -> None:
        for user in list(self._users.get(key, ())):
            self._drop(user)
        item = self._remove(key)
        if item is None:
            return
        try:
            alive = ref(item.value)
        except TypeError:  # bytes and tuples: nobody can find out who else has them
            return
        item.value = None
        if alive() is not None:
            self._gone[key] = (alive, item)
