from __future__ import annotations

import numpy as np
import pytest

from vitviz.train.calibration import (
    Floats,
    Labels,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    softmax,
)
from vitviz.train.evaluate import bootstrap_interval, coarse_groups, coarse_right, measure


def example(scale: float, count: int = 4000, classes: int = 6) -> tuple[Floats, Labels]:
    """Logits whose probabilities are exactly right when they are divided by ``scale``."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 1.5, (count, classes))
    labels = (softmax(logits).cumsum(1) < rng.random((count, 1))).sum(1)
    return logits * scale, labels.astype(np.int64)


def test_ece_is_the_plain_formula() -> None:
    logits, labels = example(2.0, count=300)
    probabilities = softmax(logits)
    assert probabilities.sum(1) == pytest.approx(np.ones(300))
    total = 0.0
    for i in range(15):
        confidence = probabilities.max(1)
        inside = (confidence > i / 15) & (confidence <= (i + 1) / 15)
        if inside.any():
            accuracy = (probabilities.argmax(1)[inside] == labels[inside]).mean()
            total += inside.mean() * abs(accuracy - confidence[inside].mean())
    assert expected_calibration_error(probabilities, labels) == pytest.approx(total, abs=1e-12)


def test_ece_of_certainty_is_its_error_rate() -> None:
    probabilities = np.eye(4)[[0, 1, 2, 3]]
    assert expected_calibration_error(probabilities, np.array([0, 1, 2, 0])) == pytest.approx(0.25)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_a_scale(scale: float) -> None:
    logits, labels = example(scale)
    temperature = fit_temperature(logits, labels)
    assert temperature == pytest.approx(scale, rel=0.08)
    grid = np.linspace(0.2, 5, 500)
    best = min(grid, key=lambda t: negative_log_likelihood(logits, labels, float(t)))
    assert temperature == pytest.approx(best, abs=0.02)
    assert expected_calibration_error(softmax(logits, temperature), labels) < 0.03


def test_likelihood_is_the_plain_formula() -> None:
    logits, labels = example(1.0, count=50)
    picked = softmax(logits, 1.7)[np.arange(50), labels]
    assert negative_log_likelihood(logits, labels, 1.7) == pytest.approx(-np.log(picked).mean())


def test_merged_classes_add_their_probabilities() -> None:
    probabilities = np.array([[0.3, 0.3, 0.4], [0.1, 0.2, 0.7]])
    classes, coarse = ("a", "b", "c"), {"ab": ["a", "b"], "c": ["c"]}
    assert coarse_right(probabilities, np.array([1, 0]), classes, coarse).tolist() == [True, False]
    figures = measure(np.log(probabilities), np.array([1, 0]), classes, coarse)
    assert (figures.top1, figures.top1_coarse, figures.coarse_classes) == (0.0, 0.5, 2)
    assert figures.per_class == {"a": 0.0, "b": 0.0}


def test_the_interval_is_that_of_resampled_pictures() -> None:
    right = np.arange(400) < 300
    rng = np.random.default_rng(5)
    shares = [rng.choice(right, 400).mean() for _ in range(3000)]
    assert bootstrap_interval(right) == pytest.approx(tuple(np.quantile(shares, (0.025, 0.975))), abs=0.006)
    assert bootstrap_interval(np.ones(10, bool)) == (1.0, 1.0)


def test_the_merged_names_cover_the_twenty_classes() -> None:
    from vitviz.zoo.registry import find

    groups = coarse_groups(find("vit-tiny").class_names)
    assert groups is not None
    assert len(groups) == 13
    assert coarse_groups(("cat", "dog")) is None
