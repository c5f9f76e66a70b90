"""Does a map change when the network forgets? Cascading randomisation (Adebayo et al. 2018, arXiv 1810.03292).

From the head down, part after part of the network loses what it learned, and the map is made again. A map that stays
as it was does not depend on the weights it is said to explain. Each weight tensor's own numbers are shuffled, so that
their distribution stays what it was; the paper draws new ones. It is done on a copy: nobody else's network changes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vitviz.analysis.class_maps.class_map import ClassMap
from vitviz.tracing.guards import one_picture
from vitviz.tracing.segments import Network
from vitviz.tracing.trace import Trace, run_trace

SEED = 17


@dataclass(frozen=True)
class Forgotten:
    """The map (h, w) after the weights of ``part`` and of everything above were shuffled.

    ``similarity`` is its rank correlation with the map of the network as it is, ``absolute`` that of the sizes alone.
    NaN where a map is flat.
    """

    part: str
    values: NDArray[np.float64]
    similarity: float
    absolute: float


def parts_from_the_top(network: Network) -> list[tuple[str, list[nn.Parameter]]]:
    """The parts of a network with their own parameters: what classifies, every step from the last, what embeds.

    A tensor that several parts share belongs to the first of them.
    """
    steps = [(name, list(module.parameters())) for name, module in network.steps()]
    inside = {id(parameter) for _, parameters in steps for parameter in parameters}
    module = cast(nn.Module, network)
    others = [(name, p) for name, p in module.named_parameters() if id(p) not in inside]
    first = ("patch_embed", "cls_token", "dist_token", "reg_token", "pos_embed", "norm_pre", "absolute_pos")
    embeds = [p for name, p in others if name.startswith(first)]
    classifies = [p for name, p in others if not name.startswith(first)]
    return [("classify", classifies), *reversed(steps), ("embed", embeds)]


@torch.no_grad()
def shuffle(parameters: list[nn.Parameter], generator: torch.Generator) -> None:
    """Put the numbers of each tensor into random places of it."""
    for parameter in parameters:
        order = torch.randperm(parameter.numel(), generator=generator)
        parameter.copy_(parameter.flatten()[order].view_as(parameter))


def forgetting(
    trace: Trace,
    make: Callable[[Trace], ClassMap],
    original: NDArray[np.floating],
    seed: int = SEED,
    every: int = 1,
) -> Iterator[Forgotten]:
    """The map again after each part of the network, from the top, has lost its weights too.

    ``make`` makes the map of a run; ``original`` is that of ``trace``. Of the steps every ``every``-th is looked at,
    and the last.

    Raises:
        ValueError: if this is a run of several pictures.
    """
    one_picture(trace)
    network = copy.deepcopy(trace.network)
    generator = torch.Generator().manual_seed(seed)
    parts = parts_from_the_top(network)
    image = trace.kept["image"]
    for number, (name, parameters) in enumerate(parts):
        shuffle(parameters, generator)
        if number % every and number < len(parts) - 1:
            continue
        values = make(run_trace(network, image, trace.class_names)).values
        yield Forgotten(
            name,
            values,
            rank_correlation(original, values),
            rank_correlation(np.abs(original), np.abs(values)),
        )


def looked_at(trace: Trace, every: int = 1) -> int:
    """How many maps ``forgetting`` makes."""
    parts = len(trace.network.steps()) + 2
    return sum(not (number % every and number < parts - 1) for number in range(parts))


def ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rank of every value (N,), from 0; equal values share the mean of theirs."""
    flat = np.asarray(values, np.float64).reshape(-1)
    _, inverse, count = np.unique(flat, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    result: NDArray[np.float64] = (last - (count + 1) / 2)[inverse]
    return result


def rank_correlation(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Spearman's rank correlation of two arrays of one shape; NaN where one of them is flat."""
    x, y = ranks(a), ranks(b)
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size else float("nan")
