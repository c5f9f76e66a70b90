"""Run short numpy functions and keep their source with the shape that each of their lines made."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Lines = tuple[tuple[str, tuple[int, ...] | None], ...]


@dataclass(frozen=True)
class ArrayFunctionRun:
    """What the first function returned, and of every function its source and the arrays that it made.

    ``lines`` are a function's lines with the shape each made, if any; ``arrays`` the arrays that its names stood for
    in the end, by function and name.
    """

    result: NDArray[Any]
    module: str
    lines: dict[str, Lines]
    arrays: dict[str, dict[str, NDArray[Any]]]


class _ArrayRecorder:
    """Records what the lines of some functions assign, by comparing their local names before every next line."""

    def __init__(self, codes: set[CodeType]) -> None:
        self.codes = codes
        self.shapes: dict[tuple[CodeType, int], tuple[int, ...]] = {}
        self.arrays: dict[str, dict[str, NDArray[Any]]] = {}
        self._before: dict[FrameType, tuple[int, dict[str, Any]]] = {}

    def trace(self, frame: FrameType, event: str, result: Any) -> Any:
        """What ``sys.settrace`` calls for every new function; only the recorded ones are traced further."""
        if frame.f_code not in self.codes:
            return None
        line, before = self._before.get(frame, (0, {}))
        now = dict(frame.f_locals)
        for name, value in now.items():
            if isinstance(value, np.ndarray) and before.get(name) is not value and line:
                self.shapes[frame.f_code, line] = value.shape
        if event == "return":
            self.arrays[frame.f_code.co_name] = {k: v for k, v in now.items() if isinstance(v, np.ndarray)}
            if isinstance(result, np.ndarray):
                self.shapes[frame.f_code, frame.f_lineno] = result.shape
            del self._before[frame]
        else:
            self._before[frame] = (frame.f_lineno if event == "line" else 0, now)
        return self.trace


def run_arrays_with_shapes(
    function: Callable[..., NDArray[Any]], *arguments: Any, also: tuple[Callable[..., Any], ...] = ()
) -> ArrayFunctionRun:
    """Call ``function``; record what its own lines and those of the functions ``also`` make, docstrings left out.

    Every statement of a recorded function has to stand on one line.
    """
    functions = (function, *also)
    recorder = _ArrayRecorder({f.__code__ for f in functions})
    before = sys.gettrace()
    sys.settrace(recorder.trace)
    try:
        result = function(*arguments)
    finally:
        sys.settrace(before)
    lines = {f.__name__: _lines(f, recorder) for f in functions}
    return ArrayFunctionRun(result, function.__module__, lines, recorder.arrays)


def _lines(function: Callable[..., Any], recorder: _ArrayRecorder) -> Lines:
    source, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(source)).splitlines()
    code = function.__code__
    return tuple(
        (line, recorder.shapes.get((code, first + i)))
        for i, line in enumerate(text)
        if not line.lstrip().startswith('"""')
    )
