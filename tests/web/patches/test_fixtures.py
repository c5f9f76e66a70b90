"""What the node test of the patches page's module compares with: one projection of a patch, opened up in Python."""

from __future__ import annotations

import numpy as np

from tests.web.fixtures import check
from vitviz.analysis.patches.projection import project


def test_fixture_of_products() -> None:
    random = np.random.default_rng(11)
    levels = random.integers(0, 256, (3, 4, 4), np.uint8)
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    x = ((levels / 255 - np.array(mean)[:, None, None]) / np.array(std)[:, None, None]).astype(np.float32)
    projection = project(x, random.normal(0, 0.1, (3, 4, 4)).astype(np.float32), 0.25)
    check(
        "patches/products.json",
        {
            "side": 4, "channels": ["R", "G", "B"], "mean": mean, "std": std,
            "levels": levels.ravel().tolist(),
            "x": x.ravel().tolist(),
            "w": projection.weights.ravel().tolist(),
            "products": projection.products.ravel().tolist(),
            "running": projection.running.tolist(),
            "places": [projection.place(index) for index in range(x.size)],
        },
    )  # fmt: skip
