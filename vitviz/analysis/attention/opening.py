"""Which head and which patch to look at first: where an object's patch looks at the rest of the object.

The object's patches are those that gave most to the predicted class (``evidence``). Of every head and every such patch
it is asked how much more weight it puts on the others of them than an average query of that head does. So a sink, which
every query gives weight to, counts for nothing, and patches next to the query, at which many heads look whatever is
there, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.attention.evidence import Evidence, evidence
from vitviz.analysis.places import carry
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.guards import one_picture
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

HALF = 0.5  # of all evidence that speaks for the class; and of a window's keys
MOST = 0.25  # of the picture that the object takes at most
FEWEST = 4
QUERIES = 24  # of the object, those with the most evidence
SAMPLED = 64  # queries that stand for all in an average
BESIDE = 1  # rows and columns around a query that are not counted


class Opening(NamedTuple):
    """A block by its number, a head, a token of the block's map, and why they were chosen.

    ``share`` is what the token gives to the ``patches`` of the object (tokens of that map) in this head, ``average``
    what the queries of its window (of a ViT: of the picture) give to them on average.
    """

    block: int
    head: int
    token: int
    patches: tuple[int, ...]
    share: float
    average: float
    evidence: Evidence


class Queries(NamedTuple):
    """Some queries of a block that see the same keys: tokens (Q,) and (K,), weights (H, Q, K), their average (H, K)."""

    tokens: Tensor
    keys: Tensor
    weights: Tensor
    average: Tensor


def opening(trace: Trace) -> Opening:
    """The head and patch of a run that say most about its object; see the module's own words."""
    one_picture(trace)
    with torch.no_grad():
        return _opening(trace)


def _opening(trace: Trace) -> Opening:
    found = evidence(trace)
    strongest = object_patches(found.values)
    best: tuple[float, int, int, int] = (-1.0, 0, 0, 0)
    of_map: dict[tuple[int, int], set[int]] = {}
    for number, block in enumerate(trace.blocks):
        if block.map_size not in of_map:
            of_map[block.map_size] = _on_map(block, found.grid, strongest)
        patches = of_map[block.map_size]
        for queries in _queries(block, found.grid, strongest):
            of_object = torch.isin(queries.keys, torch.tensor(sorted(patches)))  # (K,)
            if of_object.double().mean() > HALF:
                continue  # in a window that is all object, every head looks at the object
            others = _others(block, queries, of_object)
            scores = more_than_average(queries.weights, queries.average, others)  # (H, Q)
            head = int(scores.mean(dim=1).argmax())
            score = float(scores[head].mean())
            if score > best[0]:
                best = (score, number, head, int(queries.tokens[scores[head].argmax()]))
    _, number, head, token = best
    block = trace.blocks[number]
    patches = of_map[block.map_size]
    share, average = _given(block, head, token, patches)
    return Opening(number, head, token, tuple(sorted(patches)), share, average, found)


def object_patches(values: NDArray[np.floating]) -> list[int]:
    """The patches (N,) that hold half of what speaks for the class, strongest first, at most a quarter of all."""
    order = np.argsort(-values, kind="stable")
    positive = np.maximum(values[order], 0)
    half = int(np.searchsorted(np.cumsum(positive), HALF * positive.sum())) + 1
    count = min(max(half, FEWEST), max(FEWEST, int(MOST * len(values))), len(values))
    return [int(patch) for patch in order[:count]]


def more_than_average(weights: Tensor, average: Tensor, others: Tensor) -> Tensor:
    """How much more than an average query each query gives to the keys that count: (H, Q).

    Args:
        weights: of some queries, (H, Q, K).
        average: the mean weight that each key gets from all queries, (H, K).
        others: which keys count for which query, (Q, K).
    """
    more = (weights - average.unsqueeze(1)).clamp(min=0)  # (H, Q, K)
    return (more * others).sum(dim=-1)


def _on_map(block: BlockTrace, grid: tuple[int, int], patches: list[int]) -> set[int]:
    """The object's patches, raster indices of the last map, as tokens of the block's own map."""
    wanted, before, here = set(patches), block.num_prefix, block.map_size
    return {before + patch for patch in range(here[0] * here[1]) if carry(patch, 0, here, grid) in wanted}


def _queries(block: BlockTrace, grid: tuple[int, int], patches: list[int]) -> Iterator[Queries]:
    """The weights of the object's strongest patches; of a Swin window by window."""
    asked = [block.num_prefix + carry(patch, 0, grid, block.map_size) for patch in patches[:QUERIES]]
    if isinstance(block, SwinBlockTrace):
        tokens = block.tokens  # (W, M*M)
        windows = sorted({int((tokens == token).nonzero()[0, 0]) for token in asked})
        for window in windows:
            here = [token for token in asked if bool((tokens[window] == token).any())]
            places = torch.tensor([int((tokens[window] == token).nonzero()[0, 0]) for token in here])
            pattern = block.window_pattern(window)  # (H, M*M, M*M)
            real = tokens[window] >= 0
            yield Queries(
                torch.tensor(here), tokens[window], pattern[:, places], pattern[:, real].mean(dim=1)
            )
        return
    sample = torch.linspace(0, block.num_tokens - 1, min(SAMPLED, block.num_tokens)).long().unique()
    average = block.patterns(sample).mean(dim=1)  # (H, N)
    queries = torch.tensor(asked)
    yield Queries(queries, torch.arange(block.num_tokens), block.patterns(queries), average)


def _others(block: BlockTrace, queries: Queries, of_object: Tensor) -> Tensor:
    """Which keys are patches ``of_object`` (K,) that do not lie beside the query, (Q, K)."""
    columns, before = block.map_size[1], block.num_prefix
    key, query = queries.keys - before, queries.tokens - before
    down = (key // columns - (query // columns).unsqueeze(1)).abs()  # (Q, K)
    across = (key % columns - (query % columns).unsqueeze(1)).abs()  # (Q, K)
    return of_object & (torch.maximum(down, across) > BESIDE)


def _given(block: BlockTrace, head: int, token: int, patches: set[int]) -> tuple[float, float]:
    """What a token gives to some patches in a head, and what the queries that see the same keys give on average."""
    if isinstance(block, SwinBlockTrace):
        window, place = block.place(token)
        keys, pattern = block.tokens[window], block.window_pattern(window, head)  # (M*M,), (M*M, M*M)
        average = pattern[keys >= 0].mean(dim=0)
    else:
        keys, pattern, place = torch.arange(block.num_tokens), block.pattern(head), token  # (N,), (N, N)
        average = pattern.mean(dim=0)
    there = torch.tensor([int(key) in patches for key in keys])
    return float(pattern[place][there].sum()), float(average[there].sum())
