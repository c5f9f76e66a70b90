"""A class score opened is the logit of the run."""

from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import MEAN_POOLED, SWIN, VIT
from vitviz.analysis.class_scores.class_score import class_score, features_name
from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.tracing.trace import run_trace

CONFIGS: dict[str, tuple[ModelConfig, str]] = {
    "class token": (replace(VIT, representation_size=None), "pooled"),
    "hidden layer": (replace(VIT, representation_size=12), "pre_logits"),
    "mean, then the norm": (replace(MEAN_POOLED, representation_size=None), "ln_final.out"),
    "Swin": (SWIN, "pooled"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_products_and_the_bias_are_the_logit(name: str) -> None:
    config, read = CONFIGS[name]
    network = build(config)
    randomise(network)
    network.eval().requires_grad_(False)
    trace = run_trace(network, random_picture(64, 64) if config is SWIN else random_picture(32, 32))
    assert features_name(trace) == read
    found = class_score(trace, 3)
    assert found.score == pytest.approx(trace.logits[3].item(), abs=1e-5)
    np.testing.assert_array_equal(found.products, found.features * found.weights)
    assert found.score == pytest.approx(found.products.sum() + found.bias, abs=1e-12)
