"""Deletion and insertion curves (Petsiuk et al. 2018, arXiv 1806.07421), cell by cell, with random orders as control.

Deletion takes cells away in the order of the map: the sooner the score falls, the better the map. Insertion begins with
nothing and gives them back: the sooner it rises, the better. What is left after the insertion of the first k cells is
what is left after the deletion of the others from behind, so both curves of an order are made of the order and its
reverse, and an order and its reverse of one another's runs. That halves the work for the control: ten random orders and
the same ten backwards are twenty, each as random as any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.faithfulness.cells import cell_grid, on_cells, order_of, random_orders, step_counts
from vitviz.analysis.faithfulness.removal import Removal, logits_without, needs_a_cell
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.trace import Trace

Quantity = Literal["probability", "logit"]
# Where the steps of a curve's first half end, as shares of all cells; the second half is the same from behind. A run on
# fewer tokens costs less than a picture, so there are more of them.
STEPS: dict[Removal, tuple[float, ...]] = {
    "drop": (1 / 28, 1 / 14, 1 / 7, 2 / 7),
    "blur": (1 / 14, 1 / 4),
    "road": (1 / 14, 1 / 4),
}


@dataclass(frozen=True)
class Removed:
    """Class scores while cells go: ``logits`` (P, R, K) after ``counts`` (P,) of ``cells`` cells went, for R orders.

    The second half of the orders are the first half backwards.
    """

    counts: tuple[int, ...]
    cells: int
    logits: NDArray[np.float64]

    def curves(self, quantity: Quantity, target: int, against: int | None = None) -> Curves:
        """The score of class ``target``, or of it against another, while cells are deleted and inserted."""
        score = read_scores(self.logits, quantity, target, against).T  # (R, P)
        gone = np.array(self.counts) / self.cells  # (P,)
        backwards = np.roll(score, len(score) // 2, axis=0)  # each order's reverse
        return Curves(gone, score, (1 - gone)[::-1], backwards[:, ::-1])


@dataclass(frozen=True)
class Curves:
    """``deletion`` (R, P) at shares of cells that went, (P,); ``insertion`` (R, P) at shares that are there."""

    gone: NDArray[np.float64]
    deletion: NDArray[np.float64]
    there: NDArray[np.float64]
    insertion: NDArray[np.float64]

    @property
    def deletion_areas(self) -> NDArray[np.float64]:
        """Mean heights of the deletion curves, (R,)."""
        return area(self.gone, self.deletion)

    @property
    def insertion_areas(self) -> NDArray[np.float64]:
        """Mean heights of the insertion curves, (R,)."""
        return area(self.there, self.insertion)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """Insertion minus deletion area, (R,): large where a map is right about both ends of its order."""
        return self.insertion_areas - self.deletion_areas


def area(x: NDArray[np.float64], heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The area under curves (R, P) over ``x`` (P,) by the trapezoid rule, divided by the width: a mean height, (R,)."""
    widths = np.diff(x)
    between = (heights[..., 1:] + heights[..., :-1]) / 2
    result: NDArray[np.float64] = (between * widths).sum(axis=-1) / (x[-1] - x[0])
    return result


class Turn(NamedTuple):
    """Where a curve goes back: from ``start`` to ``end`` (shares of the cells) it moves by ``size``, above 0."""

    start: float
    end: float
    size: float


def turn_of(x: NDArray[np.float64], heights: NDArray[np.float64], *, rising: bool) -> Turn:
    """The largest move of one curve (P,) against its way: a fall of one that should rise or the other way.

    ``size`` is 0 for a curve that never goes back.
    """
    way = heights if rising else -heights
    before = np.maximum.accumulate(way)  # (P,): the best so far
    end = int(np.argmax(before - way))
    start = int(np.argmax(way[: end + 1]))
    return Turn(float(x[start]), float(x[end]), float(way[start] - way[end]))


def read_scores(
    logits: NDArray[np.float64], quantity: Quantity, target: int, against: int | None = None
) -> NDArray[np.float64]:
    """One number of class scores (..., K): a logit or a probability, against another class that of the two alone.

    The logit against another class is the difference of both logits; the probability is the softmax over the two.
    """
    if against is not None:
        difference = logits[..., target] - logits[..., against]
        return difference if quantity == "logit" else 1 / (1 + np.exp(-difference))
    if quantity == "logit":
        return logits[..., target]
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: NDArray[np.float64] = shifted[..., target] / shifted.sum(axis=-1)
    return result


def counts_of(trace: Trace, removal: Removal) -> tuple[int, ...]:
    """After how many removed cells the score is read; from none to all, or to the last step before where it has to."""
    rows, columns = cell_grid(trace)
    counts = step_counts(rows * columns, STEPS[removal])
    return counts[:-1] if needs_a_cell(trace, removal) else counts


def both_ways(orders: NDArray[np.int64]) -> NDArray[np.int64]:
    """Orders (R, N) and the same backwards, (2R, N)."""
    return np.concatenate([orders, orders[:, ::-1]])


def order_of_map(trace: Trace, values: NDArray[np.floating]) -> NDArray[np.int64]:
    """The order of a map (h, w) on the cells of a run, and the same backwards: (2, N)."""
    return both_ways(order_of(on_cells(values, cell_grid(trace)))[None])


def random_orders_of(trace: Trace, pairs: int = 10) -> NDArray[np.int64]:
    """The random orders of the control and the same backwards: (2 * pairs, N)."""
    rows, columns = cell_grid(trace)
    return both_ways(random_orders(rows * columns, pairs))


def scores_at(trace: Trace, orders: NDArray[np.int64], removal: Removal, count: int) -> NDArray[np.float64]:
    """Class scores (R, K) of all orders (R, N) when the first ``count`` cells of each are gone; one batch.

    Raises:
        ValueError: if cells of this model cannot be removed that way, or this is a run of several pictures or
            without classes.
    """
    one_picture(trace)
    with_classes(trace.config)
    if count == 0:
        own = trace.logits.detach().double().numpy()
        return np.broadcast_to(own, (len(orders), own.size))
    if count == orders.shape[1]:  # nothing is left, whatever the order was
        left = logits_without(trace, np.ones((1, count), bool), removal)
        return np.broadcast_to(left, (len(orders), left.shape[1]))
    return logits_without(trace, np.argsort(orders, axis=1) < count, removal)


def removal_steps(trace: Trace, orders: NDArray[np.int64], removal: Removal) -> Iterator[NDArray[np.float64]]:
    """``scores_at`` each of ``counts_of``."""
    for count in counts_of(trace, removal):
        yield scores_at(trace, orders, removal, count)


def removed_by(trace: Trace, removal: Removal, steps: Sequence[NDArray[np.float64]]) -> Removed:
    """What ``removal_steps`` found, all of its steps."""
    rows, columns = cell_grid(trace)
    return Removed(counts_of(trace, removal), rows * columns, np.stack(steps))


def runs_of(trace: Trace, orders: int, removal: Removal) -> float:
    """About how many whole runs of the network that takes: a run on half of the tokens counts as half."""
    counts = counts_of(trace, removal)
    cells = int(np.prod(cell_grid(trace)))
    inner = [count for count in counts if 0 < count < cells]
    return orders * sum(1 - count / cells if removal == "drop" else 1.0 for count in inner)
