"""Run a short function and keep its source with the shape that each of its lines made."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode


@dataclass(frozen=True)
class FunctionRun:
    """What a function returned, the module it stands in, and its source: lines with the shape each made, if any."""

    result: Tensor
    module: str
    lines: tuple[tuple[str, tuple[int, ...] | None], ...]


class _ShapeRecorder(TorchFunctionMode):
    """Records the shape of what each line of one function makes."""

    def __init__(self, code: CodeType) -> None:
        super().__init__()
        self.code = code
        self.shapes: dict[int, tuple[int, ...]] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the call; a later call on the same line replaces what an earlier one recorded."""
        result = func(*args, **(kwargs or {}))
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        if frame is not None and isinstance(result, Tensor):
            self.shapes[frame.f_lineno] = tuple(result.shape)
        return result


def run_with_shapes(function: Callable[..., Tensor], *arguments: Tensor | None) -> FunctionRun:
    """Call ``function`` and record the shape that each of its own lines makes; the source is without its docstring."""
    recorder = _ShapeRecorder(function.__code__)
    with recorder:
        result = function(*arguments)
    source, first = inspect.getsourcelines(function)
    text = textwrap.dedent("".join(source)).splitlines()
    lines = [(line, recorder.shapes.get(first + i)) for i, line in enumerate(text)]
    return FunctionRun(
        result, function.__module__, tuple(line for line in lines if not line[0].lstrip().startswith('"""'))
    )
