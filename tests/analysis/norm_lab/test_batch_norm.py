"""Layer norm and batch norm by hand against torch's own modules, and what a batch changes."""

import numpy as np
import pytest
import torch
from torch import nn

from tests.tracing.conftest import SUBJECTS, make
from vitviz.analysis.norm_lab.batch_norm import (
    BATCH_AXES,
    LAYER_AXES,
    batch_normed,
    cell_steps,
    compare,
    embed,
    first_block_input,
    layer_normed,
    normalise_over,
    torchs_own,
)

RANDOM = np.random.default_rng(3)
EPS = 1e-6


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-6)])
@pytest.mark.parametrize("shape", [(1, 5, 7), (2, 192, 197), (6, 3, 1), (4, 1, 9)])
def test_both_agree_with_torchs_modules(dtype: str, tolerance: float, shape: tuple[int, int, int]) -> None:
    x = (3 * RANDOM.standard_normal(shape) + 2).astype(dtype)
    layer, batch = torchs_own(x, EPS)
    assert layer.dtype == batch.dtype == x.dtype
    np.testing.assert_allclose(normalise_over(x, LAYER_AXES, EPS).out, layer, atol=tolerance)
    np.testing.assert_allclose(normalise_over(x, BATCH_AXES, EPS).out, batch, atol=tolerance)


def test_there_is_a_mean_for_every_token_or_for_every_channel() -> None:
    x = RANDOM.standard_normal((3, 4, 5))
    assert normalise_over(x, LAYER_AXES, EPS).mean.shape == (3, 1, 5)
    assert normalise_over(x, BATCH_AXES, EPS).mean.shape == (1, 4, 1)
    assert normalise_over(x, LAYER_AXES, EPS).mean[1, 0, 2] == pytest.approx(x[1, :, 2].sum() / 4)
    assert normalise_over(x, BATCH_AXES, EPS).variance[0, 3, 0] == pytest.approx(
        sum((v - x[:, 3].mean()) ** 2 for v in x[:, 3].ravel()) / 15
    )


def test_another_picture_changes_batch_norm_and_never_layer_norm() -> None:
    x = RANDOM.standard_normal((3, 8, 10)).astype(np.float32)
    other = x.copy()
    other[2] = 5 * other[2] + 1
    for axes, changes in ((LAYER_AXES, False), (BATCH_AXES, True)):
        before, after = (normalise_over(batch, axes, EPS).out[0] for batch in (x, other))
        assert np.array_equal(before, after) != changes
    found = compare(other, EPS)
    assert found.layer_change == 0
    alone, together = (normalise_over(batch, BATCH_AXES, EPS).out[0] for batch in (other[:1], other))
    assert found.batch_change == pytest.approx(np.abs(together - alone).max())
    assert found.batch_change > 0.1
    assert max(found.gaps) < 1e-5


def test_one_value_is_normalised_with_the_kept_moments() -> None:
    x = RANDOM.standard_normal((2, 4, 6)).astype(np.float32)
    found = compare(x, EPS)
    layer, batch = torchs_own(x, EPS)
    assert found.layer.normalise(x[0, 3, 5], 5, EPS) == pytest.approx(layer[0, 3, 5], abs=1e-5)
    assert found.batch.normalise(x[0, 3, 5], 3, EPS) == pytest.approx(batch[0, 3, 5], abs=1e-5)
    alone = torchs_own(x[:1], EPS)[1]
    assert found.batch_alone.normalise(x[0, 3, 5], 3, EPS) == pytest.approx(alone[0, 3, 5], abs=1e-5)


def test_a_picture_alone_is_changed_by_nobody() -> None:
    alone = compare(RANDOM.standard_normal((1, 6, 9)).astype(np.float32), EPS)
    assert alone.layer_change == alone.batch_change == 0


def test_the_module_that_is_compared_with_learns_running_averages() -> None:
    # In training mode; with running averages (eval) the result would be another one.
    x = RANDOM.standard_normal((2, 3, 4)) + 7
    norm = nn.BatchNorm1d(3, affine=False, eps=EPS)
    assert norm.training
    assert abs(torchs_own(x, EPS)[1].mean()) < 1e-12


def test_a_cell_is_opened_alone_and_in_its_batch() -> None:
    x = np.random.default_rng(2).normal(1, 3, (3, 4, 5)).astype(np.float32)
    found, eps, (channel, token) = compare(x, 1e-5), 1e-5, (2, 4)
    value = x[0, channel, token]
    layer = nn.LayerNorm(4, eps=eps, elementwise_affine=False)(torch.from_numpy(x).transpose(1, 2))
    batch = nn.BatchNorm1d(4, eps=eps, affine=False)
    alone, whole = batch(torch.from_numpy(x[:1])), batch(torch.from_numpy(x))
    of_layer, of_batch = (
        layer_normed(found, value, token, eps),
        batch_normed(found, value, channel, eps),
    )
    assert of_layer.alone == of_layer.in_batch == pytest.approx(layer[0, token, channel].item(), abs=1e-6)
    assert of_layer.change == 0
    assert of_batch.alone == pytest.approx(alone[0, channel, token].item(), abs=1e-6)
    assert of_batch.in_batch == pytest.approx(whole[0, channel, token].item(), abs=1e-6)
    assert of_batch.change == of_batch.in_batch - of_batch.alone
    steps = cell_steps(found.batch, value, channel, eps)
    assert steps.out == of_batch.in_batch
    assert steps.mean == pytest.approx(x[:, channel].mean(), abs=1e-6)
    assert steps.variance == pytest.approx(x[:, channel].var(), rel=1e-5)


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_runs_tokens_are_those_that_the_model_makes_of_the_picture(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    own = first_block_input(trace)
    first = subject.network.steps()[0][0]
    np.testing.assert_array_equal(own.T, trace[f"{first}.resid_pre"].flatten(1, -2)[0].numpy())
    np.testing.assert_allclose(embed(subject.network, subject.image), own, atol=1e-6)
