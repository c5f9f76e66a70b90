"""Our DETR against transformers' on random weights: every map, every hidden state, every attention, boxes, classes."""

from __future__ import annotations

import pytest
import torch

from tests.parity.detr import pairs

pytest.importorskip("transformers")
pytestmark = pytest.mark.parity


def test_everything_is_that_of_transformers() -> None:
    found = pairs()
    for name, (ours, theirs) in found.items():
        assert ours.shape == theirs.shape, name
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0, msg=lambda text, n=name: f"{n}: {text}")
    assert found["class_logits"][1].std() > 0.05
