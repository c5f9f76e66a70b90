"""The compilers of the optional extra ``workshop``, numba and Halide, imported when they are first used."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

Name = Literal["numba", "halide"]
_changing = threading.RLock()  # numba's switches are those of the whole process
_compiled: dict[tuple[object, ...], Compiled] = {}


class CompilerError(Exception):
    """A compiler is not installed, or does not load; the message is the reason that Python gave."""


def installed(name: Name) -> bool:
    """Whether a compiler is there, without importing it."""
    return find_spec(name) is not None


def load(name: Name) -> Any:
    """The compiler's module.

    Raises:
        CompilerError: it cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as error:
        raise CompilerError(f"{name}: {error}") from error


@dataclass(frozen=True)
class Compiled:
    """Machine code of a function, and the seconds that it took to compile it."""

    call: Callable[..., Any]
    seconds: float


def compiled(
    function: Callable[..., Any],
    signature: str,
    *,
    of: Callable[..., Any] | None = None,
    simd: bool = False,
    fused: bool = False,
) -> Compiled:
    """``function`` as numba compiles it for the types of ``signature``; once in a process, then the same again.

    With ``of`` it is ``function(of)`` that is compiled, and ``of`` inside it. It gives Python's lock back while it runs
    and uses the calling thread only. Without ``simd`` the compiler's loop vectoriser is off. ``fused`` allows one
    rounding for a multiplication and the addition after it, and nothing else that would change a result.

    Raises:
        CompilerError: there is no numba.
    """
    numba = load("numba")
    with _changing:
        # What the compiler itself loads and builds at its first use is not the time of the first function.
        for each, types, inner in ((_nothing, "void()", None), (function, signature, of)):
            key = (each, types, inner, simd, fused)
            if key not in _compiled:
                _compiled[key] = _machine_code(numba, each, types, inner, simd, fused)
        return _compiled[key]


def _nothing() -> None:
    """Has nothing to do."""


def _machine_code(
    numba: Any,
    function: Callable[..., Any],
    signature: str,
    of: Callable[..., Any] | None,
    simd: bool,
    fused: bool,
) -> Compiled:
    # Python's error model would add a check to every division.
    options = {"error_model": "numpy", "fastmath": {"contract"} if fused else False}
    whole = function(numba.njit(of, **options)) if of else function
    made = numba.njit(whole, nogil=True, **options)
    config: Any = importlib.import_module("numba.core.config")
    with importlib.import_module("numba.core.compiler_lock").global_compiler_lock:
        before = config.LOOP_VECTORIZE
        config.LOOP_VECTORIZE = int(simd)
        start = time.perf_counter()
        try:
            made.compile(signature)
        finally:
            config.LOOP_VECTORIZE = before
    return Compiled(made, time.perf_counter() - start)
