"""Chains compute what their steps say and take longer when there are more of them: no compiler removed the work."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from vitviz.analysis.compilers import CompilerError
from vitviz.analysis.operations.bench import Cost, chain_of, measure, starts_of, y_of
from vitviz.analysis.operations.chains import OPERATIONS, WIDTH, Operation, dependent, independent
from vitviz.analysis.operations.published import PROCESSORS

BY_NAME = {operation.name: operation for operation in OPERATIONS}
MEASURED = ("add", "divide", "exponential")


def by_hand(operation: Operation, count: int, chains: int) -> Any:
    """The ends of so many chains, in float64."""
    x = starts_of().astype(np.float64)[:chains]
    for _ in range(count // chains):
        x = operation.step(x, np.float64(y_of(operation)[0]))
    return x


@pytest.mark.parametrize("name", BY_NAME)
def test_the_chains_are_their_steps_before_any_compiler(name: str) -> None:
    operation, ends = BY_NAME[name], np.zeros(WIDTH, np.float32)
    assert operation.links % WIDTH == 0
    dependent(operation.step)(36, starts_of(), y_of(operation), ends)
    np.testing.assert_allclose(ends[0], by_hand(operation, 36, 1)[0], rtol=1e-5)
    independent(operation.step)(36, starts_of(), y_of(operation), ends)
    np.testing.assert_allclose(ends, by_hand(operation, 36, WIDTH), rtol=1e-5)


@pytest.mark.parametrize("name", MEASURED)
def test_machine_code_computes_every_link(with_numba: None, name: str) -> None:
    operation, ends = BY_NAME[name], np.zeros(WIDTH, np.float32)
    for kind, chains in ((dependent, 1), (independent, WIDTH)):
        # An odd number of links for division, whose result goes back and forth.
        chain_of(kind, operation.step).call(37 * chains, starts_of(), y_of(operation), ends)
        np.testing.assert_allclose(ends[:chains], by_hand(operation, 37 * chains, chains), rtol=1e-5)


def test_the_time_grows_with_the_work_and_the_figures_are_possible(with_numba: None) -> None:
    steps = list(measure(nullcontext, tuple(BY_NAME[name] for name in MEASURED), rounds=60))
    costs = {step.cost.name: step.cost for step in steps}
    assert [step.done for step in steps] == [pytest.approx((i + 1) / 3) for i in range(3)]
    for cost in costs.values():
        assert cost.steady, cost
        assert 0.1 < cost.cycle < 3  # 0.3 to 10 GHz
        assert cost.latency > cost.throughput
        assert cost.compiling > 0
    assert 1.5 < costs["add"].latency / costs["add"].cycle < 7  # published: 2 to 4
    assert costs["add"].throughput < costs["divide"].throughput < costs["divide"].latency
    assert costs["exponential"].latency > costs["add"].latency


def test_work_that_does_not_grow_is_not_steady() -> None:
    assert Cost("add", 1, 0.2, 0.3, (4.0, 4.0), 0.1).steady
    assert not Cost("add", 1, 0.2, 0.3, (4.0, 1.0), 0.1).steady


def test_without_numba_it_ends_at_once(without_compilers: None) -> None:
    with pytest.raises(CompilerError):
        next(measure(nullcontext))


def test_what_is_published_is_of_operations_that_are_measured() -> None:
    for figures in PROCESSORS.values():
        assert figures.keys() == BY_NAME.keys() - {"exponential"}
        assert all(one.latency > one.throughput for one in figures.values())
