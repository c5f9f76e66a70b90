"""The steps of a layer norm against torch's own."""

import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from vitviz.analysis.layer_norm.steps import normalise


@given(st.integers(1, 300), st.sampled_from([1e-5, 1e-6, 1e-12]), st.floats(0.01, 100))
def test_the_steps_end_at_torchs_result(dim: int, eps: float, size: float) -> None:
    generator = torch.Generator().manual_seed(dim)
    x, gamma, beta = (torch.randn(dim, generator=generator) for _ in range(3))
    x = size * x + 1
    steps = normalise(x.numpy(), gamma.numpy(), beta.numpy(), eps)
    expected = F.layer_norm(x.double(), (dim,), gamma.double(), beta.double(), eps)
    np.testing.assert_allclose(steps.out, expected.numpy(), rtol=1e-9, atol=1e-9)


def test_the_variance_is_the_biased_one_and_the_scale_holds_eps() -> None:
    x = np.array([1.0, 2.0, 3.0, 6.0], np.float32)
    steps = normalise(x, np.ones(4, np.float32), np.zeros(4, np.float32), 0.5)
    assert steps.mean == 3.0
    assert steps.variance == 3.5
    assert steps.scale == 2.0
    np.testing.assert_array_equal(steps.normalized, [-1.0, -0.5, 0.0, 1.5])


def test_a_constant_token_becomes_beta() -> None:
    beta = np.array([1.0, -2.0, 3.0], np.float32)
    steps = normalise(np.full(3, 7, np.float32), np.ones(3, np.float32), beta, 1e-6)
    assert steps.variance == 0
    np.testing.assert_array_equal(steps.out, beta)
