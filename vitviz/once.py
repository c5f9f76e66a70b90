"""A property that is computed when it is first asked for, and kept in its object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Own = TypeVar("Own")
T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 (it is used as ``property`` is)
    """As ``functools.cached_property``, which in Python 3.11 computes for one object at a time: one person's small run
    would wait for everybody else's large ones. Two threads that ask for the same at once may both compute it.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Under which name it is kept."""
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, of: object, owner: type) -> T: ...
    def __get__(self, of: object | None, owner: type) -> once[T] | T:
        """Compute and keep it: from then on it is found in the object itself."""
        if of is None:
            return self
        made: T = vars(of).setdefault(self._name, self._compute(of))
        return made
