"""The lab's pictures: pages of the picture book with one thing, drawn once for everybody and never written into."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Generator, Tensor

from vitviz.train.inductive_bias import CLASSES, NEW, SIDE
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import one_thing_scene

TRAIN, VALIDATION = 0, NEW  # first seeds
CHUNK = 20  # pictures that are drawn before others get a turn
_lock = threading.Lock()


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
        page = draw(one_thing_scene(first + i), SIDE)
        pixels[i], labels[i] = page.picture.transpose(2, 0, 1), page.labels[0]
    return torch.from_numpy(pixels), torch.from_numpy(labels)


@lru_cache(maxsize=4)
def stock(first: int, count: int) -> tuple[Tensor, Tensor]:
    """The pages with seeds from ``first`` on: pixels (count, 3, 32, 32) uint8 and the class of each, (count,)."""
    chunks = [_chunk(first + at) for at in range(0, count, CHUNK)]
    return torch.cat([pixels for pixels, _ in chunks])[:count], torch.cat([y for _, y in chunks])[:count]


def drawn(first: int, count: int) -> Iterator[Progress]:
    """Draw them in parts; where they are drawn already this is over at once."""
    for at in range(0, count, CHUNK):
        before = _chunk.cache_info().misses
        _chunk(first + at)
        if _chunk.cache_info().misses != before:
            yield Progress("drawing", at + CHUNK, count)
    with _lock:
        stock(first, count)


def prepared(pixels: Tensor) -> Tensor:
    """Bytes to what the network reads: (N, 3, h, w) in -1 to 1."""
    return pixels.float() / 127.5 - 1


def noisy(labels: Tensor, share: float, seed: int) -> Tensor:
    """The labels with about a ``share`` of them drawn anew by lot, which may be the right one again. (N,) -> (N,)."""
    generator = Generator().manual_seed(seed + 1)
    replaced = torch.rand(len(labels), generator=generator) < share
    other = torch.randint(CLASSES, labels.shape, generator=generator)
    return torch.where(replaced, other, labels)
