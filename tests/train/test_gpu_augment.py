from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch

from vitviz.train.augment import normalise
from vitviz.train.gpu_augment import Strong, colour_matrix, cropped, erased, mixed, recoloured, rectangles

NOTHING = Strong(**{field.name: 1.0 if field.name in ("crop", "aspect") else 0.0 for field in fields(Strong)})


@pytest.fixture
def pictures() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randint(0, 256, (12, 3, 24, 24), dtype=torch.uint8)


def test_with_all_off_only_the_mirror_is_left(pictures: torch.Tensor) -> None:
    target = torch.eye(12)
    x, same = NOTHING(pictures, target, 24)
    plain = normalise(pictures.float() / 255)
    assert torch.equal(same, target)
    mirrored = 0
    for made, was in zip(x, plain, strict=True):
        flip = torch.allclose(made, was.flip(-1), atol=1e-3)
        assert flip or torch.allclose(made, was, atol=1e-3)
        mirrored += flip
    assert 0 < mirrored < 12


def test_everything_on_gives_pictures_and_shares(pictures: torch.Tensor) -> None:
    x, target = Strong(erase=1, curve=1, sharp=1, turn=1, grey=0.5)(pictures, torch.eye(12), 16)
    assert x.shape == (12, 3, 16, 16)
    assert torch.isfinite(x).all()
    assert x.abs().max() < 3  # normalised pixels of 0 to 1
    assert torch.allclose(target.sum(1), torch.ones(12))
    assert len({tuple(row.flatten().tolist()) for row in x}) == 12


def test_a_crop_shows_a_part() -> None:
    ramp = torch.linspace(0, 1, 32).expand(20, 3, 32, 32)
    torch.manual_seed(1)
    x = cropped(ramp, 16, replace(NOTHING, crop=0.1))
    reach = x.amax((1, 2, 3)) - x.amin((1, 2, 3))
    assert reach.min() < 0.6
    assert reach.max() < 1.01


def test_grey_stays_grey_and_colour_turns() -> None:
    torch.manual_seed(0)
    x = torch.rand(6, 3, 4, 4)
    grey = x.mean(1, keepdim=True).expand_as(x)
    matrix = colour_matrix(grey, Strong())
    assert torch.allclose(matrix.sum(-1), torch.ones(6, 3), atol=1e-5)
    assert torch.allclose(torch.einsum("bij,bjhw->bihw", matrix, grey), grey, atol=1e-5)
    without = recoloured(x, replace(NOTHING, grey=1.0))
    assert torch.allclose(without[:, 0], without[:, 2], atol=1e-5)
    turned = colour_matrix(x, replace(NOTHING, hue=0.5))
    assert torch.allclose(turned @ turned.transpose(1, 2), torch.eye(3).expand(6, 3, 3), atol=1e-5)


def test_rectangles_have_their_area() -> None:
    torch.manual_seed(0)
    x = torch.zeros(200, 3, 40, 40)
    share = rectangles(x, torch.full((200,), 0.2)).float().mean((1, 2, 3))
    assert share.mean().item() == pytest.approx(0.2, abs=0.01)
    holes = (erased(x + 1, 1.0) == 0).float().mean((1, 2, 3))
    assert holes.min() > 0
    assert torch.equal(erased(x + 1, 0.0), x + 1)


def test_targets_are_mixed_by_the_share_of_pixels() -> None:
    torch.manual_seed(0)
    count = 64
    x = torch.arange(count).float().view(-1, 1, 1, 1).expand(-1, 3, 20, 20)
    mixed_x, target = mixed(x, torch.eye(count), 0.4, 0.4)
    expected = target @ torch.arange(count).float()  # the mean pixel is the mean of the labels
    assert torch.allclose(mixed_x.mean((1, 2, 3)), expected, atol=0.05)
    assert 5 < (target.amax(1) == 1).sum() < 25
