"""torch's loss and gradient, beside the formulas of ``cross_entropy``."""

import numpy as np
import pytest
import torch

from vitviz.analysis.loss.autograd import torch_loss
from vitviz.analysis.loss.cross_entropy import cross_entropy


@pytest.mark.parametrize("label", [0, 6])
def test_the_formula_is_what_autograd_finds(label: int) -> None:
    logits = 4 * torch.randn(7, generator=torch.Generator().manual_seed(label))
    found, formula = torch_loss(logits, label), cross_entropy(logits.numpy(), label)
    assert found.loss == pytest.approx(formula.loss, abs=1e-6)
    np.testing.assert_allclose(found.gradient, formula.gradient, atol=1e-6)
    assert not logits.requires_grad


def test_it_works_on_a_run_without_gradients() -> None:
    with torch.inference_mode():
        logits = torch.tensor([1.0, 2.0])
    assert torch_loss(logits.clone(), 1).gradient.sum() == pytest.approx(0, abs=1e-7)


def test_the_label_leads_the_classes() -> None:
    loss = cross_entropy(np.array([0.0, 3.0, 1.0, 2.0]), 2)
    assert loss.leading(3) == [2, 1, 3]
    assert loss.leading(9) == [2, 1, 3, 0]
