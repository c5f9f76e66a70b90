"""Every way gives the same product; what is timed is bounded and counted honestly; the toy cache is an LRU cache."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import product

import numpy as np
import pytest
import torch

from vitviz.analysis.matmul import timing
from vitviz.analysis.matmul.cache_lines import Order, fetched, index_order, steps
from vitviz.analysis.matmul.embedding_product import embedding_product
from vitviz.analysis.matmul.timing import Speed, by_name, common_size, measure, peak, summarise
from vitviz.analysis.matmul.variants import VARIANTS, operands
from vitviz.zoo.registry import find


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("shape", [(7, 5, 9), (1, 1, 1), (130, 3, 140)])
def test_every_way_gives_the_product(name: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    random = np.random.default_rng(1)
    a = random.standard_normal((n, m), dtype=np.float32)
    b = random.standard_normal((m, p), dtype=np.float32)
    result = np.asarray(VARIANTS[name](*operands(name, a, b)), dtype=np.float64)
    assert result.shape == (n, p)
    np.testing.assert_allclose(result, a.astype(np.float64) @ b.astype(np.float64), atol=1e-5)


def test_the_ways_leave_torch_on_one_thread() -> None:
    torch.set_num_threads(1)
    for name, way in VARIANTS.items():
        way(*operands(name, np.ones((4, 4), np.float32), np.ones((4, 4), np.float32)))
        assert torch.get_num_threads() == 1


def test_small_sizes_are_measured_in_order_and_the_gate_is_held_in_single_runs() -> None:
    held = [0, 0]

    @contextmanager
    def gate() -> Iterator[None]:
        held[0] += 1
        assert held[0] == 1
        held[1] += 1
        yield
        held[0] -= 1

    steps = list(measure(gate, sizes=(4, 8), patience=5))
    assert [(s.speed.size, s.speed.name) for s in steps] == list(product((4, 8), VARIANTS))
    assert [s.done for s in steps] == sorted(s.done for s in steps)
    assert steps[-1].done == 1
    assert held[1] == sum(s.speed.runs + 1 for s in steps)
    for step in steps:
        speed = step.speed
        assert 3 <= speed.runs <= 15
        assert 0 < speed.shortest <= speed.median
        assert speed.rows == speed.size
        assert speed.gflops == pytest.approx(2 * speed.size**3 / speed.median / 1e9)
        assert speed.error < 1e-5


def test_no_patience_stops_every_way_after_its_first_size() -> None:
    steps = list(measure(nullcontext, sizes=(4, 8), patience=0))
    assert [s.speed.size for s in steps] == [4] * len(VARIANTS)


def test_some_slow_ways_go_on_with_fewer_rows() -> None:
    rows = timing._rows
    assert rows("dots", 1024, 0.2, 0.2) == 16  # 2 * 16 * 1024^2 / 0.2e9 = 0.17 s
    assert rows("dots", 4096, 0.2, 0.2) is None
    assert rows("blocked", 1024, 2.0, 0.2) == 128
    assert rows("blocked", 1024, 1.0, 0.2) is None
    assert rows("ijk", 128, 0.03, 0.2) == 128
    assert rows("ijk", 256, 0.03, 0.2) is None
    assert rows("dots", 4, None, 0.0) == 4


def test_the_peak_is_the_fastest_run_of_the_library() -> None:
    speeds = [
        Speed("compiled", 100, 100, 1e-9, 1e-9, 3, 0),
        Speed("blas_one", 100, 100, 2e-3, 1e-3, 3, 0),
        Speed("blas_all", 100, 100, 4e-3, 5e-4, 3, 0),
    ]
    assert peak(speeds) == pytest.approx(4.0)  # 2e6 in half a millisecond
    assert peak(speeds[:1]) is None


def test_the_summary_compares_at_the_largest_size_that_all_have() -> None:
    speeds = [
        Speed("ijk", 100, 100, 2e-3, 1e-3, 3, 1e-6),
        Speed("blas_one", 100, 100, 1e-3, 1e-3, 3, 2e-6),
        Speed("ijk", 200, 200, 0.32, 0.3, 3, 3e-6),
        Speed("blas_one", 200, 200, 4e-3, 4e-3, 3, 1e-6),
        Speed("blas_one", 400, 400, 8e-2, 8e-2, 3, 0),
    ]
    assert [speed.size for speed in by_name(speeds)["blas_one"]] == [100, 200, 400]
    assert common_size(speeds) == 200
    slow, fast = summarise(speeds)
    assert (slow.at_common, slow.best, slow.best_size) == (pytest.approx(0.05), pytest.approx(1.0), 100)
    assert (fast.at_common, fast.best, fast.best_size) == (pytest.approx(4.0), pytest.approx(4.0), 200)
    assert (slow.share, fast.share) == (pytest.approx(0.25), pytest.approx(1.0))
    assert (slow.error, fast.error) == (3e-6, 2e-6)
    (alone,) = summarise(speeds[:1])
    assert alone.share is None
    assert common_size([]) == 0
    assert summarise([speeds[2], speeds[4]])[0].at_common is None


def test_the_product_of_the_embedding_counts_every_multiply_and_add() -> None:
    product_ = embedding_product(find("vit-tiny").config, (14, 14))
    assert (product_.dim, product_.length, product_.count) == (192, 768, 196)
    assert (product_.results, product_.flop) == (192 * 196, 2 * 192 * 768 * 196)


@pytest.mark.parametrize("order", ["ijk", "ikj", "blocked"])
def test_every_order_makes_every_product_once(order: Order) -> None:
    steps = list(index_order(order, 5, 2))
    assert sorted(steps) == list(product(range(5), repeat=3))


def brute_force(order: Order, n: int, line: int, lines: int, tile: int) -> tuple[int, int, int]:
    """The last ``lines`` different lines that were touched, looked up in the whole list of touches."""
    recent: deque[int] = deque()
    misses = [0, 0, 0]
    for i, j, k in index_order(order, n, tile):
        places = ((0, i, k), (1, k, j), (2, i, j))
        for matrix, row, column in places:
            at = (matrix * n * n + row * n + column) // line
            if at in recent:
                recent.remove(at)
            else:
                misses[matrix] += 1
            recent.append(at)
            while len(recent) > lines:
                recent.popleft()
    return misses[0], misses[1], misses[2]


@pytest.mark.parametrize("order", ["ijk", "ikj", "blocked"])
@pytest.mark.parametrize(
    ("n", "line", "lines", "tile"), [(4, 4, 3, 2), (4, 4, 6, 2), (6, 4, 5, 3), (8, 8, 10, 4)]
)
def test_the_cache_counts_what_a_plain_list_counts(
    order: Order, n: int, line: int, lines: int, tile: int
) -> None:
    expected = brute_force(order, n, line, lines, tile)
    assert fetched(order, n, line, lines, tile) == expected
    made = steps(order, n, line, lines, tile)
    assert tuple(sum(t.missed[m] for t in made) for m in range(3)) == expected
    assert len(made) == n**3
    for step in made:
        assert len(step.kept) <= lines
        assert step.addresses[2] // line in step.kept


def test_the_counts_that_the_page_talks_about() -> None:
    assert fetched("ijk", 4, 4, 3) == (4, 64, 4)  # a line of B at every step
    assert fetched("ikj", 4, 4, 3) == (4, 16, 4)  # a line of B lasts for a whole row
    assert sum(fetched("ijk", 4, 4, 6)) == sum(fetched("ikj", 4, 4, 6)) == 24
    assert fetched("ijk", 4, 4, 8) == fetched("ikj", 4, 4, 8) == (4, 4, 4)


def test_a_cache_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        steps("ijk", 2, 2, 0)
