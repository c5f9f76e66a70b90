"""The matrix product in Halide: one algorithm that says what is computed, five schedules that say in what order.

Halide (Ragan-Kelley et al. 2013, PLDI, https://halide-lang.org) compiles an algorithm and a schedule to machine code.
No schedule changes a result but for the rounding of a sum in another order. Halide counts dimensions from the
innermost: ``a[k, i]`` is row i, column k.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.compilers import Compiled, CompilerError, installed, load

Array = NDArray[np.float32]
Schedule = Callable[[Any, Any], Any]
MARK = "schedule "
LONGEST = 60  # seconds for the loop nests of all schedules; they take one or two
_compiling = threading.RLock()
_compiled: dict[str, Compiled] = {}


def algorithm(hl: Any, a: Any, b: Any) -> Any:
    """What is computed, for every i and j; of an order it says nothing but that a sum over k has one."""
    i, j = hl.Var("i"), hl.Var("j")
    k = hl.RDom([(0, a.dim(0).extent())], "k")
    c = hl.Func("c")
    c[j, i] = hl.f32(0)
    c[j, i] += a[k.x, i] * b[j, k.x]
    return c


def as_written(hl: Any, c: Any) -> Any:
    """No schedule at all."""
    return c


def reordered(hl: Any, c: Any) -> Any:
    """Along the rows."""
    i, j, k = hl.Var("i"), hl.Var("j"), c.rvars()[0]
    c.update().reorder(j, k, i)
    return c


def vectorised(hl: Any, c: Any) -> Any:
    """Along the rows, eight numbers at a time."""
    i, j, k = hl.Var("i"), hl.Var("j"), c.rvars()[0]
    eight = hl.Var("eight")
    c.update().reorder(j, k, i)
    c.update().split(j, j, eight, 8).vectorize(eight)
    return c


def tiled(hl: Any, c: Any) -> Any:
    """Tiles of 4 x 16 numbers of c that stay in registers until their sums are complete."""
    i, j, k = hl.Var("i"), hl.Var("j"), c.rvars()[0]
    i0, j0, eight = hl.Var("i0"), hl.Var("j0"), hl.Var("eight")
    row, column = hl.Var("row"), hl.Var("column")
    tiles = c.in_()
    tiles.tile(j, i, j0, i0, column, row, 16, 4)
    tiles.split(column, column, eight, 8).vectorize(eight)
    tiles.unroll(column).unroll(row)
    c.compute_at(tiles, j0)
    for sums in (c, c.update().reorder(j, i, k)):
        sums.split(j, j, eight, 8).vectorize(eight)
        sums.unroll(j).unroll(i)
    return tiles


def parallel(hl: Any, c: Any) -> Any:
    """The same tiles, their rows shared out over all cores."""
    tiles = tiled(hl, c)
    i0, strip = hl.Var("i0"), hl.Var("strip")
    tiles.split(i0, strip, i0, 4).parallel(strip)
    return tiles


SCHEDULES: Mapping[str, Schedule] = {
    function.__name__: function for function in (as_written, reordered, vectorised, tiled, parallel)
}
"""Every schedule by its name, from the slowest to the fastest."""


def scheduled(hl: Any, name: str) -> tuple[Any, list[Any]]:
    """The product under a schedule, and its two operands."""
    operands = [hl.ImageParam(hl.Float(32), 2, each) for each in ("a", "b")]
    return SCHEDULES[name](hl, algorithm(hl, *operands)), operands


def compiled_schedule(name: str) -> Compiled:
    """The product under a schedule, called with a (n, m), b (m, p) and c (n, p); compiled once in a process.

    n is a multiple of 4 and p of 16, as the tiles are.

    Raises:
        vitviz.analysis.compilers.CompilerError: there is no Halide.
    """
    hl = load("halide")
    with _compiling:
        if not _compiled:
            _start(hl)
        if name not in _compiled:
            _compiled[name] = _machine_code(hl, name)
        return _compiled[name]


def _start(hl: Any) -> None:
    """Compile next to nothing: what Halide builds at its first use is not the time of the first schedule."""
    x, nothing = hl.Var("x"), hl.Func("nothing")
    nothing[x] = x
    nothing.realize([1])


def _machine_code(hl: Any, name: str) -> Compiled:
    start = time.perf_counter()
    product, operands = scheduled(hl, name)
    product.compile_jit(hl.get_host_target())
    seconds = time.perf_counter() - start
    running = threading.Lock()  # the operands are set in the pipeline itself

    def call(a: Array, b: Array, c: Array) -> None:
        with running:
            for operand, array in zip(operands, (a, b), strict=True):
                operand.set(hl.Buffer(array))
            # Halide gives Python's lock back in realize(), not in what compile_to_callable() returns.
            product.realize(hl.Buffer(c))

    return Compiled(call, seconds)


@cache
def loop_nests() -> Mapping[str, str]:
    """The loops that Halide makes of every schedule, as its ``print_loop_nest`` writes them.

    Halide writes them past Python to the process's standard error, which on a server is everybody's: so another process
    does it.

    Raises:
        vitviz.analysis.compilers.CompilerError: there is no Halide, or it did not write them.
    """
    if not installed("halide"):
        raise CompilerError("halide: not installed")
    places = [str(Path(__file__).parents[3]), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    found = dict(part.split("\n", 1) for part in done.stderr.split(MARK)[1:])
    if done.returncode or set(found) != set(SCHEDULES):
        raise CompilerError(f"halide: {done.stderr.strip()[-200:]}")
    return {name: found[name].rstrip() for name in SCHEDULES}


def _print_loop_nests() -> None:
    hl = load("halide")
    for name in SCHEDULES:
        print(MARK + name, file=sys.stderr, flush=True)
        scheduled(hl, name)[0].print_loop_nest()


if __name__ == "__main__":
    _print_loop_nests()
