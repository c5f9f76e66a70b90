"""The norms through depth page shows the run's own statistics at every layer norm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of
from vitviz.tracing import norms

Open = Callable[..., AppTest]


def stages(given: dict[str, Any]) -> list[tuple[int, str]]:
    """Where the figures through the depth say that a stage begins."""
    mean, scale = (
        [(note["x"], note["text"]) for note in given["figures"][name]["layout"]["annotations"]]
        for name in ("mean", "scale")
    )
    assert mean == scale
    return mean


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_bands_and_scales_are_those_of_torchs_numbers(open_page: Open, model: str) -> None:
    page = open_page("norm_depth", model=model)
    trace = trace_of(page)
    given = mounted(page, "norm_depth.norms")
    spreads: dict[str, list[NDArray[np.float64]]] = {"mean": [], "scale": []}
    lengths, ratios, scales, means = [], [], [], []
    for site in norms.norm_sites(trace):
        mean, scale = (trace[f"{site.name}.{what}"].flatten().numpy() for what in ("mean", "scale"))
        length = torch.linalg.vector_norm(trace[site.input_name].flatten(0, -2), dim=-1).numpy()
        for name, values in (("mean", mean), ("scale", scale)):
            spreads[name].append(np.quantile(values.astype(float), (0, 0.25, 0.5, 0.75, 1)))
        lengths.append(length.max())
        ratios.append((length / np.median(length)).max())
        scales.append(scale.max())
        means.append(float(np.abs(mean).max()))
    for name, expected in spreads.items():
        low, high, lower, upper, median, _ = (trace["y"] for trace in given["figures"][name]["data"])
        np.testing.assert_array_equal(np.stack([low, lower, median, upper, high], axis=1), expected)
    assert given["spans"] == {
        "norm": [0, max(lengths)], "ratio": [0, pytest.approx(max(ratios), rel=1e-6)], "scale": [0, max(scales)],
        "mean": [-max(means), max(means)],
    }  # fmt: skip
    grids = [norm["grid"][0] for norm in given["statistics"]["norms"]]
    assert len(stages(given)) == len(set(grids)) - 1
    for stage, (at, said) in enumerate(stages(given), start=1):
        assert said == f"stage {stage}"
        assert grids[at] < grids[at - 1]


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("norm_depth", language="zh").title[0].value == "随深度变化的范数，以及突出的部分"
