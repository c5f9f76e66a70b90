"""A folder of pictures in shards of one batch each, and what one shard gives: the same code for every engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from vitviz.analysis.atlas.batch import batch_statistics
from vitviz.analysis.atlas.partial import Partial
from vitviz.images import ImageError, open_image, preprocess
from vitviz.tracing.weights import weights_hash
from vitviz.zoo.model import Model


@dataclass(frozen=True)
class Shard:
    """Pictures that run together: names of files, the first of which is number ``first`` of the folder."""

    number: int
    first: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class ShardResult:
    """What a shard gave: ``partial`` is None where not one picture opened; ``refused`` are files and sentences."""

    number: int
    partial: Partial | None
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Plan:
    """What is to be done: the folder's files in order, in shards of ``batch`` pictures, each row keeping ``top``.

    ``threads`` of the processor run a batch: a product that is split among threads sums in another order.
    """

    folder: Path
    names: tuple[str, ...]
    batch: int
    top: int
    threads: int
    pictures: str
    model: str

    @property
    def shards(self) -> Iterator[Shard]:
        """All of them, in order."""
        for number, first in enumerate(range(0, len(self.names), self.batch)):
            yield Shard(number, first, self.names[first : first + self.batch])

    @property
    def num_shards(self) -> int:
        """How many there are."""
        return -(-len(self.names) // self.batch)

    @property
    def key(self) -> dict[str, str | int]:
        """What has to be the same for a run to be continued."""
        return {
            "pictures": self.pictures,
            "model": self.model,
            "batch": self.batch,
            "top": self.top,
            "threads": self.threads,
        }


def make_plan(
    folder: Path, files: Sequence[Path], model: Model, batch: int, top: int, threads: int = 1
) -> Plan:
    """Plan the pictures of a folder; a file is known by its name, its size and when it was last changed."""
    facts = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    pictures = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    about = f"{weights_hash(model.network)} {model.entry.preprocessing}"
    names = tuple(file.name for file in files)
    return Plan(folder, names, batch, top, threads, pictures, hashlib.sha256(about.encode()).hexdigest())


def run_shard(model: Model, folder: Path, shard: Shard, top: int) -> ShardResult:
    """Open the shard's pictures, leave out those that do not open, run the others together.

    Raises:
        ValueError: see ``batch_statistics``.
    """
    arrays, numbers, refused = [], [], []
    for number, name in enumerate(shard.names, start=shard.first):
        try:
            _, array = preprocess(open_image(folder / name).image, model.entry.preprocessing)
        except ImageError as error:
            refused.append((name, str(error)))
            continue
        arrays.append(torch.from_numpy(array))
        numbers.append(number)
    if not arrays:
        return ShardResult(shard.number, None, tuple(refused))
    images = torch.stack(arrays)  # (B, C, H, W)
    return ShardResult(shard.number, batch_statistics(model.network, images, numbers, top), tuple(refused))
