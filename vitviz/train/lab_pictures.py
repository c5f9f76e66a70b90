"""The lab's pictures: pages of the picture book with one large thing, drawn once for everybody, never written into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Generator, Tensor

from vitviz.train.inductive_bias import CLASSES, NEW, SIDE
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import large_thing_scene

TRAIN, VALIDATION = 0, NEW  # first seeds
# Mean and standard deviation of red, green and blue over the first 2,000 pages, in shares of the largest byte.
MEAN, DEVIATION = (0.637, 0.630, 0.606), (0.242, 0.193, 0.196)
CHUNK = 20  # pictures that are drawn before others get a turn


@dataclass(frozen=True)
class Progress:
    """How far something is that comes before, or between, steps."""

    what: str
    done: int
    of: int


@lru_cache(maxsize=512)  # at most 10,240 pictures, 31 MB
def _chunk(first: int) -> tuple[Tensor, Tensor]:
    pixels, labels = np.empty((CHUNK, 3, SIDE, SIDE), np.uint8), np.empty(CHUNK, np.int64)
    for i in range(CHUNK):
        page = draw(large_thing_scene(first + i), SIDE)
        pixels[i], labels[i] = page.picture.transpose(2, 0, 1), page.labels[0]
    return torch.from_numpy(pixels), torch.from_numpy(labels)


@lru_cache(maxsize=4)
def stock(first: int, count: int) -> tuple[Tensor, Tensor]:
    """The pages with seeds from ``first`` on: pixels (count, 3, 32, 32) uint8 and the class of each, (count,)."""
    chunks = [_chunk(first + at) for at in range(0, count, CHUNK)]
    return torch.cat([pixels for pixels, _ in chunks])[:count], torch.cat([y for _, y in chunks])[:count]


@lru_cache(maxsize=4)
def classes(first: int, count: int) -> Tensor:
    """The classes of these pages, (count,); nothing is drawn for it."""
    return torch.tensor([large_thing_scene(first + i).things[0].label for i in range(count)])


def chosen(first: int, places: Tensor) -> Tensor:
    """Of the pages from ``first`` on those at ``places`` (B,): (B, 3, 32, 32) uint8, drawn where they are not yet."""
    return torch.stack([_chunk(first + at - at % CHUNK)[0][at % CHUNK] for at in places.tolist()])


def drawn(first: int, count: int, begin: int = 0) -> Iterator[Progress]:
    """Draw those from ``begin`` to ``count`` in parts; where they are drawn already this is over at once."""
    for at in range(begin - begin % CHUNK, count, CHUNK):
        before = _chunk.cache_info().misses
        _chunk(first + at)
        if _chunk.cache_info().misses != before:
            yield Progress("drawing", at + CHUNK, count)


def prepared(pixels: Tensor) -> Tensor:
    """Bytes to what the network reads, (N, 3, h, w): every colour about 0 with a standard deviation of about 1."""
    mean, deviation = (torch.tensor(each).view(3, 1, 1) for each in (MEAN, DEVIATION))  # (3, 1, 1)
    return (pixels.float() / 255 - mean) / deviation


def noisy(labels: Tensor, share: float, seed: int) -> Tensor:
    """The labels with about a ``share`` of them drawn anew by lot, which may be the right one again. (N,) -> (N,)."""
    generator = Generator().manual_seed(seed + 1)
    replaced = torch.rand(len(labels), generator=generator) < share
    other = torch.randint(CLASSES, labels.shape, generator=generator)
    return torch.where(replaced, other, labels)
