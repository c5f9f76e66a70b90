"""What is computed from a trace, for one person or for everybody who looks at it, kept beside it under typed keys."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from vitviz.app import networks, people
from vitviz.app.kept import memory, size_of
from vitviz.memory import Key

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

T = TypeVar("T")
EVERYBODY = ""  # in place of an owner


class Derived(Generic[T]):
    """The key of something that is kept beside a trace, and its type; a constant of the module that makes it.

    Two keys are never equal, whatever their names, so that two pages cannot read each other's values by accident.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Derived({self.name!r})"

    def at(self, *which: Hashable) -> DerivedAt[T]:
        """The key of one of several such things: for a block, a class, a picture."""
        return DerivedAt(self, which)


@dataclass(frozen=True)
class DerivedAt(Generic[T]):
    """See ``Derived.at``."""

    key: Derived[T]
    which: tuple[Hashable, ...]


# Of traces that ``memory`` has, under which key it has them; and a number of each trace's own.
trace_keys: WeakKeyDictionary[Trace, Key] = WeakKeyDictionary()
_numbers: WeakKeyDictionary[Trace, int] = WeakKeyDictionary()
_next = count()


def derived(
    of: Trace, what: Derived[T] | DerivedAt[T], make: Callable[[], T], *, own_turns: bool = False
) -> T:
    """What ``make`` returns for a trace, made once and kept as long as the trace is; made again where it had to go.

    It is made when it is this person's turn; with ``own_turns``, ``make`` asks for turns itself, one for each step.
    """
    owner = people.here().owner
    key = _key(of, what, owner)
    found = memory.get(key, owner)
    if found is not None:
        return cast(tuple[T], found)[0]
    with nullcontext() if own_turns else networks.gate(networks.lane_of_run(of)):
        made = make()
    needs = [trace_keys[of]] if of in trace_keys else []
    memory.put(key, (made,), size_of(made, without=of), owner, needs, alive=of)
    return made


def is_derived(of: Trace, what: Derived[T] | DerivedAt[T]) -> bool:
    """Whether ``derived`` has that already."""
    owner = people.here().owner
    return memory.get(_key(of, what, owner), owner) is not None


def shared(of: Trace, what: Derived[T] | DerivedAt[T], make: Callable[[], T]) -> T:
    """As ``derived``, for what is the same for everybody who looks at this trace: the first person's work does for all.

    Two who ask in the same moment may both make it.
    """
    owner = people.here().owner
    key = _key(of, what, EVERYBODY)
    found = memory.get(key, owner)
    if found is not None:
        return cast(tuple[T], found)[0]
    with networks.gate(networks.lane_of_run(of)):
        made = make()
    needs = [trace_keys[of]] if of in trace_keys else []
    memory.put(key, (made,), size_of(made, without=of), owner, needs, alive=of)
    return made


def is_shared(of: Trace, what: Derived[T] | DerivedAt[T]) -> bool:
    """Whether ``shared`` has that already."""
    return memory.get(_key(of, what, EVERYBODY), people.here().owner) is not None


def _key(of: Trace, what: Derived[T] | DerivedAt[T], owner: str) -> Key:
    return ("derived", owner, _numbers.setdefault(of, next(_next)), what)
