"""Which source line made which tensor: every torch call inside ``vitviz/models`` is noted while it runs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

from vitviz import models

MODELS_FOLDER = str(Path(models.__file__).parent)


@dataclass(frozen=True)
class Call:
    """One torch call: where it stands, what it returned, and the name that the model gave the result (if any)."""

    index: int
    file: str
    function: str
    line: int
    operation: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    name: str | None = None


@dataclass(frozen=True)
class Source:
    """The source of one function that ran: its lines, numbered from ``first_line`` of ``file``."""

    file: str
    function: str
    first_line: int
    lines: tuple[str, ...]


class Lines(TorchFunctionMode):
    """Notes every torch call whose nearest caller stands in ``vitviz/models``, and is a probe that hears the names.

    Use it as a context manager around a run and as (a part of) that run's probe. It passes every tensor on as it is.
    With ``capture`` set to a call's index it also keeps that call's result in ``captured``.
    """

    def __init__(self, everything: bool = False, capture: int | None = None) -> None:
        super().__init__()
        self.everything = everything
        self.capture = capture
        self.captured: Tensor | None = None
        self.calls: list[Call] = []
        self.sources: dict[CodeType, None] = {}
        self._last: tuple[object, ...] = ()

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the call, then note it."""
        result = func(*args, **(kwargs or {}))
        results = result if isinstance(result, tuple | list) else (result,)
        tensors = [r for r in results if isinstance(r, Tensor)]
        if tensors:
            frame = _model_frame(sys._getframe(1))
            if frame is not None:
                self._note(frame, getattr(func, "__name__", "?"), tensors)
        return result

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Write the name to the call that stands on the same line; otherwise the naming line is noted on its own."""
        frame = _model_frame(sys._getframe(1))
        if frame is None:
            return tensor
        made_here = (
            self.calls and self.calls[-1].line == frame.f_lineno and any(tensor is t for t in self._last)
        )
        if made_here and self.calls[-1].name is None:
            self.calls[-1] = replace(self.calls[-1], name=name)
        else:
            self._note(frame, "", [tensor], name)
        return tensor

    def wants(self, name: str) -> bool:
        """With ``everything``, the explicit paths run, so that their lines are seen too."""
        return self.everything

    def _note(self, frame: FrameType, operation: str, tensors: list[Tensor], name: str | None = None) -> None:
        code, first, index = frame.f_code, tensors[0], len(self.calls)
        self.sources.setdefault(code)
        self._last = tuple(tensors)
        self.calls.append(
            Call(
                index=index,
                file=Path(code.co_filename).name,
                function=code.co_qualname,
                line=frame.f_lineno,
                operation=operation.strip("_"),
                shape=tuple(first.shape),
                dtype=str(first.dtype).removeprefix("torch."),
                nbytes=sum(t.numel() * t.element_size() for t in tensors),
                name=name,
            )
        )
        if index == self.capture:
            self.captured = first

    def functions(self) -> tuple[Source, ...]:
        """The source of every function that made a call, in the order of their first call."""
        return tuple(_source(code) for code in self.sources)


def _model_frame(frame: FrameType | None) -> FrameType | None:
    """The nearest frame that stands in ``vitviz/models``."""
    while frame is not None and not frame.f_code.co_filename.startswith(MODELS_FOLDER):
        frame = frame.f_back
    return frame


def _source(code: CodeType) -> Source:
    lines, first = inspect.getsourcelines(code)
    return Source(Path(code.co_filename).name, code.co_qualname, first, tuple(x.rstrip("\n") for x in lines))
