"""The simulated kernel: its steps end in the sum, mean and M2 of the row, and only neighbours exchange parts."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch

from vitviz.analysis.norm_lab.reduction import THREADS, Layout, Part, combine, compare, read, reduce, serial

LAYOUTS = [Layout(*sizes) for sizes in product((16, 32, 64), (2, 4, 8), (1, 2))]


def row_of(layout: Layout, mean: float = 3.0) -> np.ndarray:
    generator = np.random.default_rng(layout.numbers + layout.lanes)
    return (generator.standard_normal(layout.numbers) + mean).astype(np.float32)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_last_step_has_the_whole_row(layout: Layout) -> None:
    row = row_of(layout)
    n, total, mean, m2 = reduce(row, layout)[-1].parts[0]
    exact = row.astype(np.float64)
    assert n == layout.numbers
    assert total == pytest.approx(exact.sum(), rel=1e-5)
    assert mean == pytest.approx(exact.mean(), rel=1e-5)
    assert m2 == pytest.approx(np.square(exact - exact.mean()).sum(), rel=1e-5)
    _, torchs_mean, rstd = torch.native_layer_norm(torch.from_numpy(row), [len(row)], None, None, 1e-5)
    assert mean == pytest.approx(torchs_mean.item(), rel=1e-5)
    assert 1 / np.sqrt(m2 / n + 1e-5) == pytest.approx(rstd.item(), rel=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_live_threads_hold_disjoint_parts_of_the_row(layout: Layout) -> None:
    row = row_of(layout)
    for step in reduce(row, layout)[layout.each - 1 :]:
        assert step.parts[step.live, 0].sum() == layout.numbers
        assert step.parts[step.live, 1].sum() == pytest.approx(row.astype(float).sum(), rel=1e-4)
        assert step.live[0]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_every_part_is_the_combination_of_its_operands(layout: Layout) -> None:
    steps = reduce(row_of(layout), layout)
    for before, after in pairwise(steps):
        if after.kind == "read":
            continue
        for thread in range(THREADS):
            expected = Part(*before.parts[thread])
            if after.operand[thread] >= 0:
                expected = combine(expected, Part(*before.parts[after.operand[thread]]))
            np.testing.assert_array_equal(after.parts[thread], np.array(expected, np.float32))


def test_a_shuffle_stays_in_its_warp_and_shared_memory_in_its_block() -> None:
    layout = Layout(32, 4, 2)
    for step in reduce(row_of(layout), layout):
        thread = np.flatnonzero(step.operand >= 0)
        if step.kind == "shuffle":
            np.testing.assert_array_equal(thread // 4, step.operand[thread] // 4)
        if step.kind == "shared_merge":
            np.testing.assert_array_equal(thread // 8, step.operand[thread] // 8)
            assert set(step.operand[thread]) == set(step.held)
    assert [s.kind for s in reduce(row_of(layout), layout)] == [
        "read", "read", "shuffle", "shuffle", "shared_write", "shared_merge", "global_write", "global_merge",
    ]  # fmt: skip


def test_a_lane_past_the_end_of_its_warp_gets_its_own_part() -> None:
    layout = Layout(16, 4, 1)
    shuffle = next(step for step in reduce(row_of(layout), layout) if step.kind == "shuffle")
    assert shuffle.offset == 2
    assert shuffle.operand[:4].tolist() == [2, 3, 2, 3]
    assert shuffle.live[:4].tolist() == [True, True, False, False]


def test_chans_formula_on_paper() -> None:
    # {1, 3} and {5, 7, 9}: n 2, mean 2, M2 2 and n 3, mean 7, M2 8; all five have mean 5 and M2 40.
    two, three = serial(np.float32([1, 3])), serial(np.float32([5, 7, 9]))
    assert two == (2, 4, 2, 2)
    assert three == (3, 21, 7, 8)
    assert combine(two, three) == (5, 25, 5, 40)


def test_reading_is_float32() -> None:
    part = read(Part(*np.float32([1, 2**24, 0, 0])), np.float32(1))
    assert part.total == 2**24  # the 1 is rounded away
    assert all(type(value) is np.float32 for value in part)


@pytest.mark.parametrize("layout", [Layout(20, 4, 1), Layout(32, 16, 2), Layout(32, 3, 1)])
def test_a_row_that_does_not_fit_is_refused(layout: Layout) -> None:
    with pytest.raises(ValueError, match="do not fill"):
        reduce(np.zeros(layout.numbers, np.float32), layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tree_and_one_thread_are_compared_with_float64(layout: Layout) -> None:
    row = row_of(layout)
    tree, one, exact = compare(row, reduce(row, layout), layout)
    wide = row.astype(np.float64)
    assert exact == (wide.sum(), wide.mean(), wide.var(), None)
    for found in (tree, one):
        assert found[:3] == pytest.approx(exact[:3], rel=1e-5)
    assert one.depth == layout.numbers - 1
    assert tree.depth == layout.each - 1 + 4  # halving 16 threads four times
