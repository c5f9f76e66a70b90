"""Pages of the picture book to train and measure on: drawn from their seeds once, then kept in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vitviz.train.checkpoint import write_atomically
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import random_scene

MOST = 6  # things on a random page
# Seeds of three sets that have no page in common.
TRAIN, CHECK, NEW = 0, 1_000_000_000, 2_000_000_000


@dataclass(frozen=True, eq=False)
class SceneSet:
    """N pages: ``pixels`` (N, 3, s, s) uint8, ``classes`` (N, s, s) uint8, and the things that a detector is asked for.

    ``boxes`` (N, 6, 4) are centre x, centre y, width, height as shares of the side; ``labels`` (N, 6) is -1 where there
    are fewer than six things.
    """

    pixels: Tensor
    classes: Tensor
    boxes: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def drawn(first: int, count: int, size: int) -> SceneSet:
    """The random pages with the seeds from ``first`` on."""
    pixels = np.empty((count, 3, size, size), np.uint8)
    classes = np.empty((count, size, size), np.uint8)
    boxes, labels = np.zeros((count, MOST, 4), np.float32), np.full((count, MOST), -1, np.int64)
    for i in range(count):
        page = draw(random_scene(first + i), size)
        pixels[i], classes[i] = page.picture.transpose(2, 0, 1), page.classes
        kept = page.boxes[page.asked]
        labels[i, : len(kept)] = page.labels[page.asked]
        boxes[i, : len(kept)] = np.concatenate(
            [(kept[:, :2] + kept[:, 2:]) / 2, kept[:, 2:] - kept[:, :2]], axis=1
        )
    return SceneSet(*(torch.from_numpy(array) for array in (pixels, classes, boxes, labels)))


def scene_set(first: int, count: int, size: int, folder: Path | None = None) -> SceneSet:
    """As ``drawn``, but read from ``folder`` where they were drawn before; pages are opened as they are needed."""
    if folder is None:
        return drawn(first, count, size)
    names = ("pixels", "classes", "boxes", "labels")
    files = [folder / f"pages-{first}-{count}-{size}-{name}.npy" for name in names]
    if not all(file.is_file() for file in files):
        folder.mkdir(parents=True, exist_ok=True)
        made = drawn(first, count, size)
        for file, name in zip(files, names, strict=True):
            write_atomically(file, partial(_save, getattr(made, name)))
    arrays = [np.load(file, mmap_mode="c", allow_pickle=False) for file in files]
    return SceneSet(*(torch.from_numpy(array) for array in arrays))


def _save(tensor: Tensor, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, tensor.numpy(), allow_pickle=False)
