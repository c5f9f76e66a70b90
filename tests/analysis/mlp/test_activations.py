"""The formulas on screen are torch's nonlinearities."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from vitviz.analysis.mlp.activations import ACTIVATIONS, normal_cdf
from vitviz.models.layers import activation

X = torch.linspace(-12, 12, 481, dtype=torch.float64)


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "quick_gelu"])
def test_a_formula_is_the_models_own_module(name: str) -> None:
    np.testing.assert_allclose(ACTIVATIONS[name](X.numpy()), activation(name)(X).numpy(), rtol=0, atol=1e-14)


def test_relu_and_the_normal_distribution() -> None:
    np.testing.assert_array_equal(ACTIVATIONS["relu"](X.numpy()), F.relu(X).numpy())
    normal = torch.distributions.Normal(0.0, 1.0).cdf(X)
    np.testing.assert_allclose(normal_cdf(X.numpy()), normal.numpy(), atol=1e-7)


def test_the_tanh_formula_differs_by_what_is_known() -> None:
    gap = np.abs(ACTIVATIONS["gelu"](X.numpy()) - ACTIVATIONS["gelu_tanh"](X.numpy())).max()
    assert gap == pytest.approx(4.7e-4, abs=0.1e-4)
