"""Replaced patches: which pixels change, and what stands there, against scipy-free arithmetic of numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.conftest import random_picture
from vitviz.tracing.replaced import BLUR_PER_SIDE, blurred, replaced

PICTURE = random_picture(24, 36)
MASKS = torch.zeros(2, 3, 4, dtype=torch.bool)
MASKS[0, 0, 1] = MASKS[0, 2, 3] = True
PATCH = (slice(0, 8), slice(9, 18))


@pytest.mark.parametrize("how", ["mean", "blur", "other"])
def test_only_the_masked_patches_change(how: str) -> None:
    other = random_picture(24, 36, seed=9)
    changed = replaced(PICTURE, MASKS, how, other)  # type: ignore[arg-type]
    assert changed.shape == (2, 3, 24, 36)
    assert torch.equal(changed[1], PICTURE[0])
    differs = (changed[0] != PICTURE[0]).any(dim=0)  # (H, W)
    expected = MASKS[0].repeat_interleave(8, 0).repeat_interleave(9, 1)
    assert torch.equal(differs, expected)


def test_what_stands_there() -> None:
    other = random_picture(24, 36, seed=9)
    assert torch.equal(replaced(PICTURE, MASKS, "other", other)[0][:, *PATCH], other[0][:, *PATCH])
    mean = replaced(PICTURE, MASKS, "mean")[0][:, *PATCH]
    np.testing.assert_allclose(mean.flatten(1).numpy().mean(1), PICTURE.numpy()[0].mean((1, 2)), atol=1e-6)
    assert mean.flatten(1).std(dim=1).max() < 1e-6


def test_the_blur_is_a_gaussian_with_repeated_borders() -> None:
    sigma = BLUR_PER_SIDE * 24
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    padded = np.pad(PICTURE.numpy()[0].astype(np.float64), ((0, 0), (reach, reach), (reach, reach)), "edge")
    by_row = sum(w * padded[:, :, i : i + 36] for i, w in enumerate(weights))
    expected = sum(w * by_row[:, i : i + 24] for i, w in enumerate(weights))
    np.testing.assert_allclose(blurred(PICTURE, sigma)[0].numpy(), expected, atol=1e-5)
    assert torch.equal(replaced(PICTURE, MASKS, "blur")[0][:, *PATCH], blurred(PICTURE, sigma)[0][:, *PATCH])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not divide"):
        replaced(PICTURE, torch.zeros(1, 5, 4, dtype=torch.bool), "mean")
    for other in (None, random_picture(24, 24)):
        with pytest.raises(ValueError, match="the other picture"):
            replaced(PICTURE, MASKS, "other", other)
