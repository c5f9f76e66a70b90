"""The figure of distances draws the numbers that it is given."""

from __future__ import annotations

import numpy as np

from vitviz.plot.world import BINS, world_distances

WORDS = {name: name for name in ("axis", "count", "here", "limit")}


def test_distances_are_counted_and_both_lines_stand_at_their_values() -> None:
    distances = np.linspace(0.2, 1.4, 300, dtype=np.float32)
    figure = world_distances.describe(distances, 1.2, 3.0, words=WORDS)
    (bars,) = figure["data"]
    assert len(bars["y"]) == BINS
    counts, _ = np.histogram(distances, np.linspace(0, 3.12, BINS + 1))
    np.testing.assert_array_equal(np.asarray(bars["y"]), counts)
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [1.2, 3.0]
    assert {note["text"] for note in figure["layout"]["annotations"]} >= {"limit", "here"}
