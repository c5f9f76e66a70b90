"""Which source line made which tensor: every torch call inside ``vitviz/models`` is noted while it runs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from vitviz import models, probe

_Row = tuple[CodeType, int, object, tuple[int, ...], torch.dtype, int, str | None]

MODELS_FOLDER = str(Path(models.__file__).parent)
PROBE_FILE = str(Path(probe.__file__))


@dataclass(frozen=True)
class Call:
    """One torch call: where it stands, what it returned, and the name that the model gave the result (if any).

    ``operation`` is torch's name of the function, or that of a function of the models (``Attention.forward``) which
    returned to this line, or empty where a line only names a tensor. Shape, dtype and bytes are
    those of the first result where a call returned several.
    """

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
    With ``everything`` the explicit paths run too, and a line that calls another function of the models is noted with
    what that function returned. With ``capture`` set to a call's index its result is kept in ``captured``.
    """

    def __init__(self, everything: bool = False, capture: int | None = None) -> None:
        super().__init__()
        self.everything = everything
        self.capture = capture
        self.captured: Tensor | None = None
        # Noting has to cost next to nothing while the model runs: plain rows here, made into calls when asked for.
        self._rows: list[_Row] = []
        self._last: Sequence[Any] = ()

    def __torch_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run the call, then note it if it made a tensor."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self._note(_working_frame(sys._getframe(1)), func, (result,))
        elif isinstance(result, tuple | list) and result and isinstance(result[0], Tensor):
            self._note(_working_frame(sys._getframe(1)), func, result)
        return result

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Write the name to the call that stands on the same line; otherwise the naming line is noted on its own."""
        frame = _model_frame(sys._getframe(1))
        if frame is None:
            return tensor
        last = self._rows[-1] if self._rows else None
        made_here = (
            last and last[:2] == (frame.f_code, frame.f_lineno) and any(tensor is t for t in self._last)
        )
        if last and made_here and last[-1] is None:
            self._rows[-1] = (*last[:-1], name)
        else:
            self._note(frame, "", (tensor,), name)
        return tensor

    def wants(self, name: str) -> bool:
        """Everything or nothing."""
        return self.everything

    def __enter__(self) -> Lines:
        """Begin the noting, in this thread alone."""
        super().__enter__()
        if self.everything:
            self._profile_before = sys.getprofile()
            sys.setprofile(self._watch_returns)
        return self

    def __exit__(self, *error: object) -> None:
        """End the noting; no tensor but the captured one is held any longer."""
        if self.everything:
            sys.setprofile(self._profile_before)
        self._last = ()
        super().__exit__(*error)

    def _watch_returns(self, frame: FrameType, event: str, returned: object) -> None:
        if event != "return" or not isinstance(returned, Tensor):
            return
        if frame.f_code.co_filename.startswith(MODELS_FOLDER):
            self._note(_model_frame(frame.f_back), frame.f_code.co_qualname, (returned,))

    def _note(
        self, frame: FrameType | None, operation: object, made: Sequence[Any], name: str | None = None
    ) -> None:
        if frame is None:
            return
        if len(self._rows) == self.capture:
            self.captured = made[0]
        self._last = made
        first = made[0]
        self._rows.append(
            (frame.f_code, frame.f_lineno, operation, first.shape, first.dtype, first.nbytes, name)
        )

    @property
    def calls(self) -> tuple[Call, ...]:
        """What was noted, in the order in which it ran."""
        return tuple(_call(i, row) for i, row in enumerate(self._rows))

    @property
    def functions(self) -> tuple[Source, ...]:
        """The source of every function that made a call, in the order of their first call."""
        return tuple(_source(code) for code in dict.fromkeys(row[0] for row in self._rows))


def _call(index: int, row: _Row) -> Call:
    code, line, operation, shape, dtype, nbytes, name = row
    return Call(
        index=index,
        file=Path(code.co_filename).name,
        function=code.co_qualname,
        line=line,
        operation=operation if isinstance(operation, str) else getattr(operation, "__name__", "?").strip("_"),
        shape=tuple(shape),
        dtype=str(dtype).removeprefix("torch."),
        nbytes=nbytes,
        name=name,
    )


def _model_frame(frame: FrameType | None) -> FrameType | None:
    """The nearest frame that stands in ``vitviz/models``."""
    while frame is not None and not frame.f_code.co_filename.startswith(MODELS_FOLDER):
        frame = frame.f_back
    return frame


def _working_frame(frame: FrameType | None) -> FrameType | None:
    """As ``_model_frame``, but nothing for what a probe computes itself: that is no work of the model's."""
    while frame is not None and not frame.f_code.co_filename.startswith(MODELS_FOLDER):
        if frame.f_code.co_filename == PROBE_FILE:
            return None
        frame = frame.f_back
    return frame


@cache
def _source(code: CodeType) -> Source:
    lines, first = inspect.getsourcelines(code)
    return Source(Path(code.co_filename).name, code.co_qualname, first, tuple(x.rstrip("\n") for x in lines))
