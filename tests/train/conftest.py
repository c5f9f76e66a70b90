"""A small data set of generated pictures, in the format of the real one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

CLASSES = ("red", "green", "blue", "yellow", "grey")
COLOURS = np.array([(200, 40, 40), (40, 180, 40), (40, 60, 200), (200, 190, 40), (120, 120, 120)])
COUNTS = (12, 6, 9, 3, 10)  # for training; two more of each class for validation


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def data_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noisy plain colours, 40x40, one class a colour."""
    rng = np.random.default_rng(0)
    blobs, labels, is_val = [], [], []
    for label, count in enumerate(COUNTS):
        for i in range(count + 2):
            pixels = COLOURS[label] + rng.normal(0, 30, (40, 40, 3))
            file = io.BytesIO()
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "WEBP", quality=74)
            blobs.append(np.frombuffer(file.getvalue(), np.uint8))
            labels.append(label)
            is_val.append(i >= count)
    path = tmp_path_factory.mktemp("data") / "colours.npz"
    np.savez(
        path,
        blob=np.concatenate(blobs),
        offsets=np.cumsum([0, *map(len, blobs)]).astype(np.int64),
        label=np.array(labels, np.uint8),
        is_val=np.array(is_val),
        classes=np.array(CLASSES),
    )
    return path
