"""Every rung and every schedule gives the product; a time is given only where it does; nobody else's threads change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest
import torch

from vitviz.analysis.compilers import Compiled, CompilerError
from vitviz.analysis.matmul.halide_schedules import SCHEDULES, compiled_schedule, loop_nests
from vitviz.analysis.matmul.ladder import (
    LIBRARY,
    Array,
    Timed,
    Way,
    disturbance,
    halide_ways,
    loop_ways,
    measure,
    product_of,
    timed,
)
from vitviz.analysis.matmul.loops import RUNGS, on_all_cores


def operands(n: int, m: int, p: int) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(3)
    a, b = (random.standard_normal(shape, dtype=np.float32) for shape in ((n, m), (m, p)))
    return a, b, np.full((n, p), np.nan, np.float32)


@pytest.mark.parametrize("name", RUNGS)
def test_the_loops_are_the_product_before_any_compiler(name: str) -> None:
    a, b, c = operands(4, 16, 5)
    RUNGS[name].loops(a, b.T.copy() if RUNGS[name].transposed else b, c)
    np.testing.assert_allclose(c, a.astype(np.float64) @ b.astype(np.float64), atol=1e-5)


def test_every_rung_is_compiled_checked_and_measured(with_numba: None) -> None:
    """The real compilation of all loops: some seconds."""
    steps = list(measure(loop_ways(), 64, nullcontext))
    assert [step.timed.name for step in steps] == [LIBRARY, *RUNGS]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    for one in (step.timed for step in steps):
        assert one.right
        assert one.error < 1e-4
        assert one.seconds
        assert one.gflops == pytest.approx(2 * one.rows * 64**2 / one.seconds / 1e9)
        assert (one.compiling > 0) == (one.name != LIBRARY)


def test_every_schedule_is_the_product_of_one_algorithm(with_halide: None) -> None:
    for name in SCHEDULES:
        a, b, c = operands(32, 20, 48)
        compiled_schedule(name).call(a, b, c)
        np.testing.assert_allclose(c, a.astype(np.float64) @ b.astype(np.float64), atol=2e-5)
    steps = list(measure(halide_ways(), 64, nullcontext))
    assert [step.timed.name for step in steps if step.timed.right] == [LIBRARY, *SCHEDULES]


def test_halide_writes_the_loops_of_every_schedule(
    with_halide: None, capfd: pytest.CaptureFixture[str]
) -> None:
    nests = loop_nests()
    assert list(nests) == list(SCHEDULES)
    assert all(nest.startswith("produce c:") and nest.endswith("c(...) = ...") for nest in nests.values())
    loops = [line.split()[-1] for line in nests["as_written"].splitlines() if "for" in line]
    assert loops == ["i:", "j:", "i:", "j:", "k:"]  # zeros, then the sums
    assert [line.split()[-1] for line in nests["reordered"].splitlines() if "for" in line][2:] == [
        "i:",
        "k:",
        "j:",
    ]
    assert "vectorized" in nests["vectorised"]
    assert "unrolled" in nests["tiled"]
    assert [name for name, nest in nests.items() if "parallel" in nest] == ["parallel"]
    assert capfd.readouterr() == ("", "")


def test_without_the_compilers_the_library_is_measured_and_then_it_ends(without_compilers: None) -> None:
    for ways in (loop_ways(), halide_ways()):
        steps = measure(ways, 32, nullcontext)
        assert next(steps).timed.name == LIBRARY
        with pytest.raises(CompilerError):
            next(steps)
    loop_nests.cache_clear()
    with pytest.raises(CompilerError):
        loop_nests()


def wrong_at(row: int, column: int) -> Compiled:
    def call(a: Array, b: Array, c: Array) -> None:
        np.matmul(a, b, out=c)
        c[row, column] -= a[row, 0] * b[0, column]  # one product of many is missing

    return Compiled(call, 0.5)


def test_a_wrong_product_gets_no_time() -> None:
    product = product_of(64)
    one = timed("wrong", Way(lambda: wrong_at(31, 7)), product, nullcontext)
    assert not one.right
    assert (one.seconds, one.gflops, one.runs) == (None, None, 0)
    assert one.error == pytest.approx(abs(float(product.a[31, 0] * product.b[0, 7])), rel=1e-3)
    assert (
        timed("nothing", Way(lambda: Compiled(lambda a, b, c: None, 0.0)), product, nullcontext).seconds
        is None
    )


def test_slow_ways_get_fewer_rows_and_the_gate_is_held_in_single_runs() -> None:
    held = [0, 0]
    asked: list[int] = []

    @contextmanager
    def gate() -> Iterator[None]:
        held[0] += 1
        assert held[0] == 1
        held[1] += 1
        yield
        held[0] -= 1

    def slow(a: Array, b: Array, c: Array) -> None:
        asked.append(len(a))
        for i in range(len(a)):
            for _ in range(30):
                c[i] = a[i] @ b

    one = timed("slow", Way(lambda: Compiled(slow, 0.0)), product_of(512), gate)
    assert one.right
    assert one.rows == asked[-1]
    assert 32 <= one.rows <= 512
    assert asked[:2] == [32, 32]
    assert held[1] == 1 + len(asked)
    assert one.runs == asked.count(one.rows) - (2 if one.rows == 32 else 1)


def test_a_busy_machine_shows_in_the_middle_run() -> None:
    ways = [Timed("a", 64, 64, 0.1, 1e-5, True, 1e-3, spread, 5) for spread in (1.0, 3.0, 1.5)]
    assert disturbance(ways) == 1.5
    assert disturbance(ways[:1]) == 1.0


def test_strips_for_all_cores_cover_every_row_and_leave_torch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    seen: set[int] = set()

    def product(a: Array, b: Array, c: Array) -> None:
        seen.add(threading.get_ident())
        assert torch.get_num_threads() == 1
        np.matmul(a, b, out=c)

    for n in (4, 8, 20, 64):
        a, b, c = operands(n, 8, 5)
        on_all_cores(product)(a, b, c)
        np.testing.assert_array_equal(c, a @ b)
    assert threading.get_ident() not in seen
    assert torch.get_num_threads() == 1
