"""The training figures draw the numbers that they are given."""

from __future__ import annotations

import numpy as np

from vitviz.plot.training import RunCurves, training_curves, training_norms

WORDS = {
    name: name
    for name in ("step", "loss", "accuracy", "batch", "train", "new", "rate", "gradient", "weights")
}
RUN = RunCurves(
    "plain",
    batch_loss=[(0, 1.8), (1, 1.7)],
    train_loss=[(0, 1.79), (50, 1.2)],
    new_loss=[(0, 1.8), (50, 1.3)],
    train_accuracy=[(0, 0.17), (50, 0.6)],
    new_accuracy=[(0, 0.16), (50, 0.5)],
    learning_rate=[(0, 1e-4), (1, 2e-4)],
    gradient_norm=[(0, 3.0), (1, 0.5)],
    weight_norms={"head": [(0, 1.0), (50, 2.0)], "MLP": [(0, 3.0), (50, 4.0)]},
)


def test_loss_and_accuracy_are_drawn_as_they_are() -> None:
    figure = training_curves.describe([RUN, RUN], 800, (1.79, 1 / 6), words=WORDS)
    drawn = [np.asarray(trace["y"]).tolist() for trace in figure["data"]]
    assert drawn[:3] == [[1.8, 1.7], [1.79, 1.2], [1.8, 1.3]]
    assert [0.16, 0.5] in drawn
    assert sum(trace["showlegend"] for trace in figure["data"]) == 1  # one name, once
    levels = [shape["y0"] for shape in figure["layout"]["shapes"]]
    assert levels == [1.79, 1 / 6]


def test_norms_have_a_line_for_every_part() -> None:
    figure = training_norms.describe([RUN], 800, 1.0, words=WORDS | {"head": "head", "MLP": "MLP"})
    names = [trace["name"] for trace in figure["data"] if trace["showlegend"]]
    assert names == ["head", "MLP"]
    looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in figure["data"][-2:]}
    assert len(looks) == 2
