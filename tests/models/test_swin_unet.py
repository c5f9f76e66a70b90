"""Our Swin-Unet against a second one (``tests/parity/swin_unet.py``), on random weights."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.parity.swin_unet import CONFIG, pairs, random_network


def test_it_computes_what_the_paper_says() -> None:
    found = pairs()
    assert found["logits"][0].shape == (2, 5, 64, 64)
    assert {f"skip.{s}" for s in range(3)} < found.keys()
    for name, (ours, reference) in found.items():
        torch.testing.assert_close(ours, reference, atol=1e-5, rtol=1e-5, msg=lambda t, n=name: f"{n}: {t}")


def test_sizes_that_do_not_fit_are_refused_with_one_sentence() -> None:
    with pytest.raises(ValueError, match="not a multiple of 16"):
        replace(CONFIG, image_size=(72, 64))
    with pytest.raises(ValueError, match="both sides must be multiples of 16"):
        random_network(CONFIG)(torch.zeros(1, 3, 64, 72))
