"""AdamW by hand against ``torch.optim.AdamW``."""

import pytest
import torch
from torch import nn

from vitviz.analysis.training.adamw import AdamWSettings, adamw_step, units_apart

SETTINGS = AdamWSettings(lr=2e-3, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.05)


def weights(seed: int) -> torch.Tensor:
    return torch.randn(37, 21, generator=torch.Generator().manual_seed(seed))


def steps_of_torch(kernel: dict[str, bool], gradients: list[torch.Tensor]) -> list[torch.Tensor]:
    s = SETTINGS
    parameter = nn.Parameter(weights(0).clone())
    optimizer = torch.optim.AdamW(
        [parameter], lr=s.lr, betas=(s.beta1, s.beta2), eps=s.eps, weight_decay=s.weight_decay, **kernel
    )
    found = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        found.append(parameter.detach().clone())
    return found


def steps_by_hand(gradients: list[torch.Tensor]) -> list[torch.Tensor]:
    w, m, v, found = weights(0), torch.zeros(37, 21), torch.zeros(37, 21), []
    for number, gradient in enumerate(gradients, 1):
        step = adamw_step(w, gradient, m, v, number, SETTINGS)
        w, m, v = step.weights, step.m, step.v
        found.append(w)
    return found


GRADIENTS = [weights(seed) * 10.0 ** (seed % 4 - 3) for seed in range(1, 31)]


@pytest.mark.parametrize("kernel", [{"foreach": False}, {"foreach": True}])
def test_thirty_steps_are_torchs_to_the_last_bit(kernel: dict[str, bool]) -> None:
    for ours, torchs in zip(steps_by_hand(GRADIENTS), steps_of_torch(kernel, GRADIENTS), strict=True):
        assert torch.equal(ours, torchs)


def test_the_fused_kernel_rounds_elsewhere_but_not_far() -> None:
    """By how much: one float32 number in a single step; here the size of what 30 steps of it may add up to."""
    ours, torchs = steps_by_hand(GRADIENTS)[0], steps_of_torch({"fused": True}, GRADIENTS)[0]
    assert (ours - torchs).abs().max() <= 2**-22 * ours.abs().max()


def test_the_formula_of_the_paper_is_what_the_step_did() -> None:
    step = adamw_step(weights(0), GRADIENTS[0], weights(5) * 0.1, weights(6).square(), 7, SETTINGS)
    s = SETTINGS
    torch.testing.assert_close(step.m, s.beta1 * step.m_before + (1 - s.beta1) * step.gradient)
    torch.testing.assert_close(step.v, s.beta2 * step.v_before + (1 - s.beta2) * step.gradient**2)
    torch.testing.assert_close(step.weights, step.before - s.lr * s.weight_decay * step.before - step.step)
    assert step.correction1 == 1 - 0.9**7


def test_nothing_that_is_given_is_changed() -> None:
    given = [weights(seed) for seed in range(4)]
    copies = [each.clone() for each in given]
    adamw_step(given[0], given[1], given[2], given[3].square_(), 1, SETTINGS)
    assert all(torch.equal(a, b) for a, b in zip(given[:3], copies[:3], strict=True))


def test_units_apart_counts_the_numbers_in_between() -> None:
    one = torch.tensor([1.0, -1.0, 0.0, 1e-45])
    other = torch.tensor([1.0 + 2**-23, -1.0 - 2**-22, -0.0, -1e-45])
    assert units_apart(one, other).tolist() == [1, 2, 0, 2]
