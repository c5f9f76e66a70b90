"""The hand-written softmax and loss agree with torch's, also where a naive power would overflow."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from vitviz.analysis.loss.cross_entropy import cross_entropy, softmax

LOGITS = torch.tensor([2.5, -1.0, 0.0, 7.25, 3.0], dtype=torch.float64)


@pytest.mark.parametrize("shift", [0.0, 900.0, -900.0])
@pytest.mark.parametrize("label", range(5))
def test_loss_and_gradient_are_torchs(label: int, shift: float) -> None:
    logits = (LOGITS + shift).requires_grad_()
    loss = F.cross_entropy(logits.unsqueeze(0), torch.tensor([label]))
    (gradient,) = torch.autograd.grad(loss, [logits])
    found = cross_entropy(logits.detach().numpy(), label)
    assert found.loss == pytest.approx(loss.item(), abs=1e-12)
    assert found.lse == pytest.approx(torch.logsumexp(logits, 0).item(), abs=1e-12)
    assert -np.log(found.probabilities[label]) == pytest.approx(found.loss, abs=1e-12)
    np.testing.assert_allclose(found.gradient, gradient.numpy(), atol=1e-12)
    np.testing.assert_allclose(found.powers / found.total, found.probabilities)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 10.0])
def test_softmax_is_torchs(temperature: float) -> None:
    want = (LOGITS / temperature).softmax(0).numpy()
    np.testing.assert_allclose(softmax(LOGITS.numpy(), temperature), want, atol=1e-14)
