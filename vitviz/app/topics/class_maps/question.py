"""What is asked of the maps: a class, maybe against another, and tokens that are left out; and the maps that answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitviz.app import people, session
from vitviz.web.class_maps.payload import ORDER

if TYPE_CHECKING:
    from vitviz.analysis.class_maps.class_map import ClassMap, Method
    from vitviz.tracing.trace import Trace

MAP: session.Derived[ClassMap] = session.Derived("class map")
FIRST = "chefer"


@dataclass(frozen=True)
class Question:
    """``against`` is another class or None; ``without``: prefix tokens and patches of large norm are left out."""

    target: int
    against: int | None = None
    without: bool = False


def methods() -> Mapping[str, Method]:
    """All methods in the order in which they are shown."""
    from vitviz.analysis.class_maps.methods import METHODS

    known = [name for name in ORDER if name in METHODS]
    return {name: METHODS[name] for name in (*known, *(name for name in METHODS if name not in known))}


def can_leave_out(method: Method) -> bool:
    """Whether a method can be asked to leave tokens out."""
    return "without" in inspect.signature(method.attribute).parameters


def key_of(name: str, question: Question) -> tuple[str, Question]:
    """What a map is kept by: a method that leaves nothing out has one map for both, one without classes one for all."""
    method = methods()[name]
    without = question.without and can_leave_out(method)
    if method.classless:
        return name, Question(0, None, without)
    return name, Question(question.target, question.against, without)


def is_made(trace: Trace, name: str, question: Question) -> bool:
    """Whether the map is there already."""
    return session.is_shared(trace, MAP.at(key_of(name, question)))


def make(of: Trace, name: str, question: Question) -> ClassMap:
    """The map of a run, which may be one of another network than the page's."""
    method = methods()[name]
    options: dict[str, Any] = {}
    if question.without and can_leave_out(method):
        options["without"] = ("prefix", "high_norm")
    if "between" in inspect.signature(method.attribute).parameters:
        options["between"] = _still_wanted()
    return method.attribute(of, question.target, question.against, **options)


def map_of(trace: Trace, name: str, question: Question) -> ClassMap:
    """The map of the page's run, made once for everybody."""
    return session.shared(trace, MAP.at(key_of(name, question)), lambda: make(trace, name, question))


def _still_wanted() -> Callable[[float], None]:
    def look(_share: float) -> None:
        people.still_wanted()

    return look


def foreseen_runs(trace: Trace, name: str) -> float:
    """About how many runs a slow method takes, before it was asked."""
    if name == "integrated_gradients":
        return 151.0
    rows, columns = trace.patch_grid
    return float(min(256, rows * columns))
