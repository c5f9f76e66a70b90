from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from vitviz.images import IMAGENET_MEAN, IMAGENET_STD
from vitviz.train.augment import (
    Augmentation,
    colour_jitter,
    mix,
    random_erasing,
    random_resized_crop,
    step_generator,
)

ALL = Augmentation(crop=0.2, colour=0.4, erase=0.5, mixup=0.4, cutmix=0.4)


def pixels(count: int = 6, side: int = 30) -> Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (count, 3, side, side), generator=generator, dtype=torch.uint8)


@pytest.mark.parametrize("size", [16, 30, 41])
def test_shapes_ranges_and_targets(size: int) -> None:
    labels = torch.tensor([0, 1, 2, 3, 4, 0])
    low = min(-m / s for m, s in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True))
    high = max((1 - m) / s for m, s in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True))
    for step in range(12):
        x, target = ALL(pixels(), labels, 5, size, step_generator(0, step))
        assert x.shape == (6, 3, size, size)
        assert x.dtype == torch.float32
        assert low - 1e-5 <= x.min()
        assert x.max() <= high + 1e-5
        assert target.shape == (6, 5)
        assert torch.allclose(target.sum(1), torch.ones(6))


def test_a_step_is_always_changed_the_same_way_and_another_step_differently() -> None:
    labels = torch.zeros(6, dtype=torch.long)
    runs = [ALL(pixels(), labels, 5, 16, step_generator(*key))[0] for key in ((0, 7), (0, 7), (0, 8), (1, 7))]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert not torch.equal(runs[0], runs[3])


def test_nothing_changes_without_strength_but_the_side_that_faces_left() -> None:
    x = pixels(40).float() / 255
    out = random_resized_crop(x, 30, 1.0, 1.0, step_generator(0, 0))
    same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(out, x, strict=True)]
    mirrored = [torch.allclose(a, b.flip(-1), atol=1e-5) for a, b in zip(out, x, strict=True)]
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
    assert 8 <= sum(mirrored) <= 32


def test_a_crop_shows_at_least_its_share_and_lies_inside() -> None:
    ramp = torch.linspace(0, 1, 200).expand(300, 3, 200, 200)
    x = random_resized_crop(ramp, 50, 0.25, 4 / 3, step_generator(0, 1))
    width = (x.amax((1, 2, 3)) - x.amin((1, 2, 3))) * 50 / 49
    assert 0.25**0.5 * math.sqrt(3 / 4) - 0.02 <= width.min()
    assert width.max() <= 1.02
    centre = x.mean((1, 2, 3))
    assert ((centre - width / 2) > -0.01).all()
    assert ((centre + width / 2) < 1.01).all()


def test_colour_is_brightness_after_contrast_after_saturation() -> None:
    x = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    generator = step_generator(5, 5)
    b, c, s = ((torch.rand(1, generator=generator) * 0.8 + 0.6).item() for _ in range(3))
    grey = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    saturated = s * x + (1 - s) * grey
    contrasted = c * saturated + (1 - c) * grey.mean()
    assert torch.allclose(colour_jitter(x, 0.4, step_generator(5, 5)), b * contrasted, atol=1e-5)


def test_erasing_hits_its_share_with_a_rectangle() -> None:
    x = random_erasing(torch.ones(400, 3, 20, 20), 0.5, step_generator(0, 2))
    erased = x.eq(0).all(1)  # (400, 20, 20)
    hit = erased.flatten(1).any(1)
    assert 150 <= hit.sum() <= 250
    for mask in erased[hit]:
        rows, columns = mask.any(1), mask.any(0)
        assert torch.equal(mask, rows[:, None] & columns[None])
        assert mask.float().mean() <= 0.4


@pytest.mark.parametrize(("mixup", "cutmix"), [(1.0, 0.0), (0.0, 1.0)])
def test_targets_are_mixed_as_the_pixels_are(mixup: float, cutmix: float) -> None:
    target = torch.eye(8)
    x = target[:, :, None, None].expand(8, 8, 16, 16).contiguous()  # channel i is on in picture i
    for step in range(8):
        mixed, labels = mix(x, target, mixup, cutmix, step_generator(0, step))
        assert torch.allclose(mixed.mean((2, 3)), labels, atol=1e-5)
        # The picture itself always has the larger share.
        assert (labels.diagonal() >= 0.5 - 0.07).all()
