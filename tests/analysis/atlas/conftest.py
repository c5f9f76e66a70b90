"""A folder of small pictures, and a model that is quick."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import vitviz
from vitviz.zoo.model import Model


@pytest.fixture(scope="session")
def quick() -> Model:
    return vitviz.load_model("vit-test")


def make_pictures(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        files.append(folder / f"{number:02d}.png")
        Image.fromarray(pixels).save(files[-1])
    return files


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    make_pictures(tmp_path / "pictures", 7)
    return tmp_path / "pictures"
