"""Which query answers for which thing: the assignment with the lowest total cost (DETR, arXiv 2005.12872, eq. 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.analysis.detection.boxes import corners, overlap

CLASS_COST, L1_COST, GIOU_COST = 1.0, 5.0, 2.0


class Costs(NamedTuple):
    """The terms of every query's cost for every thing, each (Q, M), weights included; ``total`` is their sum."""

    of_class: Tensor
    of_l1: Tensor
    of_giou: Tensor

    @property
    def total(self) -> Tensor:
        """What the assignment adds up."""
        return self.of_class + self.of_l1 + self.of_giou


def matching_costs(class_logits: Tensor, boxes: Tensor, labels: Tensor, truth: Tensor) -> Costs:
    """Costs of queries with ``class_logits`` (Q, K + 1) and ``boxes`` (Q, 4) for things, (M,) and (M, 4)."""
    probabilities = class_logits.softmax(dim=-1)  # (Q, K + 1)
    return Costs(
        -CLASS_COST * probabilities[:, labels],
        L1_COST * (boxes[:, None] - truth[None]).abs().sum(dim=-1),
        -GIOU_COST * overlap(corners(boxes), corners(truth)).giou,
    )


def assign(costs: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row so that the sum of costs is lowest; no column twice.

    The Hungarian method with potentials (Kuhn 1955; Munkres 1957), row after row along shortest augmenting paths:
    n^2 m steps for n rows and m columns.

    Raises:
        ValueError: if there are more rows than columns, or a cost is not a number.
    """
    rows, columns = len(costs), len(costs[0]) if costs else 0
    if rows > columns:
        raise ValueError(f"{rows} rows cannot have a column each out of {columns}")
    if any(cost != cost for row in costs for cost in row):
        raise ValueError("a cost is not a number")
    row_price, column_price = [0.0] * rows, [0.0] * columns
    row_of = [-1] * columns
    for row in range(rows):
        _augment(row, costs, row_price, column_price, row_of)
    column_of = [-1] * rows
    for column, row in enumerate(row_of):
        if row >= 0:
            column_of[row] = column
    return column_of


def _augment(
    start: int,
    costs: Sequence[Sequence[float]],
    row_price: list[float],
    column_price: list[float],
    row_of: list[int],
) -> None:
    """Give row ``start`` a column, moving others to other columns where that is cheaper."""
    columns = range(len(column_price))
    distance, came_from = [float("inf")] * len(columns), [-1] * len(columns)
    reached: list[int] = []  # columns on the tree of shortest paths, in order
    open_columns = set(columns)
    row, offset, end = start, 0.0, -1
    while end < 0:
        for column in open_columns:
            there = offset + costs[row][column] - row_price[row] - column_price[column]
            if there < distance[column]:
                distance[column], came_from[column] = there, reached[-1] if reached else -1
        nearest = min(open_columns, key=distance.__getitem__)
        offset = distance[nearest]
        open_columns.remove(nearest)
        if row_of[nearest] < 0:
            end = nearest
        reached.append(nearest)
        row = row_of[nearest]
    row_price[start] += offset
    for column in reached[:-1]:
        row_price[row_of[column]] += offset - distance[column]
        column_price[column] -= offset - distance[column]
    while end >= 0:
        before = came_from[end]
        row_of[end] = start if before < 0 else row_of[before]
        end = before


class Matched(NamedTuple):
    """Pairs of a batch, P in all: picture, query and thing of each; things are counted through the whole batch."""

    picture: Tensor
    query: Tensor
    thing: Tensor


@torch.no_grad()
def match(
    class_logits: Tensor, boxes: Tensor, labels: Tensor, truth: Tensor, counts: Sequence[int]
) -> Matched:
    """Match every picture's queries to its things.

    Args:
        class_logits: (B, Q, K + 1).
        boxes: (B, Q, 4).
        labels: of all things of the batch, picture by picture, (M,).
        truth: their boxes, (M, 4).
        counts: how many things each of the B pictures has.
    """
    queries = class_logits.shape[1]
    costs = matching_costs(class_logits.flatten(0, 1), boxes.flatten(0, 1), labels, truth).total
    by_thing = costs.view(len(counts), queries, len(labels)).permute(0, 2, 1).tolist()  # (B, M, Q)
    pairs: list[tuple[int, int, int]] = []
    first = 0
    for picture, count in enumerate(counts):
        chosen = assign(by_thing[picture][first : first + count])
        pairs += [(picture, query, first + i) for i, query in enumerate(chosen)]
        first += count
    return Matched(*torch.tensor(pairs, dtype=torch.long).reshape(-1, 3).T)
