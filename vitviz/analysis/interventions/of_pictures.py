"""Single tensors of runs on several pictures, one picture at a time: what a mean over them needs, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.tracing.interventions import Record
from vitviz.tracing.segments import Network, attention_names


@dataclass(frozen=True)
class OfPictures:
    """The tensors of some pictures' runs that ``recorded`` kept, stacked: in place of a run of all of them at once."""

    network: Network
    tensors: dict[str, Tensor]

    def attention_steps(self) -> list[str]:
        """As of a run."""
        return attention_names(self.network)

    def __getitem__(self, name: str) -> Tensor:
        """(B, ...) of the pictures, or (B*W, ...)."""
        return self.tensors[name]


def full_names(network: Network, block: int, names: Iterable[str]) -> tuple[str, ...]:
    """A block's tensors by their full names.

    Raises:
        ValueError: if there is no such block.
    """
    steps = attention_names(network)
    if not 0 <= block < len(steps):
        raise ValueError(f"this model has {len(steps)} attention blocks, there is no block {block}")
    return tuple(f"{steps[block]}.{name}" for name in names)


def recorded(
    network: Network, images: Iterable[Callable[[], Tensor]], names: tuple[str, ...]
) -> Iterator[dict[str, Tensor]]:
    """Run pictures (1, C, H, W), each made when its turn comes, and give of each the tensors of these full names."""
    for image in images:
        record = Record(names.__contains__)
        with torch.no_grad():
            network(image(), record)
        yield record.tensors


def stacked(network: Network, runs: Iterable[dict[str, Tensor]]) -> OfPictures:
    """What ``recorded`` gave, as one.

    Raises:
        ValueError: if the pictures are of different sizes, or there are none.
    """
    kept = list(runs)
    if not kept or any(
        {name: x.shape[1:] for name, x in run.items()} != {name: x.shape[1:] for name, x in kept[0].items()}
        for run in kept
    ):
        raise ValueError("a mean over pictures needs pictures of one size")
    return OfPictures(network, {name: torch.cat([run[name] for run in kept]) for name in kept[0]})


def mean_of_each(runs: Iterable[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Of what ``recorded`` gave, each tensor's mean over pictures and tokens, picture by picture; nothing is kept.

    Returns:
        (1, H, 1, d) of ``z``, (1, 1, D) of a tensor with a row for every token.

    Raises:
        ValueError: if there are no pictures.
    """
    sums: dict[str, Tensor] = {}
    count = 0
    for run in runs:
        count += 1
        for name, x in run.items():
            of_head = name.endswith(".z")
            mean = x.mean((0, 2), True) if of_head else x.flatten(1, -2).mean((0, 1), True)
            sums[name] = sums[name] + mean if name in sums else mean
    if not count:
        raise ValueError("a mean over pictures needs some")
    return {name: x / count for name, x in sums.items()}
