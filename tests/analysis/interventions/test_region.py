"""A region taken away against one run at a time made by hand, and what its control is made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.tracing.conftest import SUBJECTS, make
from vitviz.analysis.faithfulness.cells import cell_grid
from vitviz.analysis.interventions.region import logits_without, random_regions, without_region
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.dropping import logits_of_kept
from vitviz.tracing.trace import run_trace

GRID = (6, 7)


def cells(masks: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(np.flatnonzero(mask).tolist()) for mask in masks]


@pytest.mark.parametrize("how", ["mean", "blur", "other"])
@pytest.mark.parametrize("name", ["ViT with registers, at another size", "Swin", "Swin v2, padded"])
def test_replaced_pixels_are_a_run_on_the_picture_with_them(name: str, how: str) -> None:
    subject = make(name)
    trace = subject.trace()
    rows, columns = cell_grid(trace)
    height, width = subject.image.shape[-2:]
    across, down = width // columns, height // rows
    other = subject.image.flip(-1)
    region = (1, columns, rows * columns - 1)
    found = without_region(trace, region, how, other)  # type: ignore[arg-type]
    picture = subject.image.clone()
    for cell in region:
        i, j = divmod(cell, columns)
        place = (..., slice(i * down, (i + 1) * down), slice(j * across, (j + 1) * across))
        if how == "mean":
            picture[place] = subject.image.mean(dim=(-2, -1), keepdim=True)
        elif how == "other":
            picture[place] = other[place]
        else:
            from vitviz.tracing.replaced import BLUR_PER_SIDE, blurred

            picture[place] = blurred(subject.image, BLUR_PER_SIDE * min(height, width))[place]
    by_hand = run_trace(subject.network, picture)
    np.testing.assert_allclose(found.logits, by_hand.logits, atol=1e-5)
    np.testing.assert_allclose(found.delta_logits, by_hand.logits - trace.logits, atol=1e-5)
    np.testing.assert_allclose(
        found.delta_probabilities, by_hand.probabilities - trace.probabilities, atol=1e-6
    )
    assert np.abs(found.delta_logits).max() > 1e-4


@pytest.mark.parametrize("name", [name for name in SUBJECTS if name.startswith("ViT")])
def test_dropped_tokens_are_a_run_on_the_others(name: str) -> None:
    subject = make(name)
    trace = subject.trace()
    assert isinstance(subject.network, VisionTransformer)
    prefix = trace.blocks[0].num_prefix
    count = trace.blocks[0].num_tokens - prefix
    region = (0, 3, count - 1)
    kept = [*range(prefix), *(prefix + patch for patch in range(count) if patch not in region)]
    expected = logits_of_kept(trace, torch.tensor([kept]))[0]
    found = without_region(trace, region)
    np.testing.assert_allclose(found.logits, expected, atol=1e-5)
    assert np.abs(found.delta_logits).max() > 1e-4


@pytest.mark.parametrize("how", ["drop", "mean"])
def test_a_batch_is_its_rows_one_by_one(how: str) -> None:
    trace = make("ViT").trace()
    control = random_regions((5, 6), trace.patch_grid, 5)
    together = torch.cat(list(logits_without(trace, control.masks, how)))  # type: ignore[arg-type]
    assert together.shape == (5, 5)
    for row, region in zip(together, cells(control.masks), strict=True):
        np.testing.assert_allclose(row, without_region(trace, region, how).logits, atol=1e-5)  # type: ignore[arg-type]


def test_the_control_is_the_same_shape_elsewhere() -> None:
    region = (8, 9, 16)  # an L
    control = random_regions(region, GRID)
    assert control.kind == "moved"
    found = cells(control.masks)
    assert len(set(found)) == 20
    assert region not in found
    corners = [cell[0] for cell in found]
    for (first, second, third), corner in zip(found, corners, strict=True):
        assert (second - first, third - first) == (1, 8)
        assert corner % 7 <= 5
    assert cells(random_regions(region, GRID).masks) == found
    assert cells(random_regions(region, GRID, seed=3).masks) != found


def test_where_the_rest_has_a_shape_it_is_moved() -> None:
    left = {16, 17, 23, 24}
    region = tuple(cell for cell in range(42) if cell not in left)
    control = random_regions(region, GRID)
    assert control.kind == "rest moved"
    for found in cells(~control.masks):
        assert found != tuple(sorted(left))
        assert tuple(cell - found[0] for cell in found) == (0, 1, 7, 8)


def test_a_shape_without_room_becomes_patches_anywhere() -> None:
    region = (0, 6, 35, 41, 20)  # all four corners, nothing of it can move, nor can the rest
    control = random_regions(region, GRID)
    assert control.kind == "scattered"
    assert control.masks.shape == (20, 42)
    assert (control.masks.sum(axis=1) == 5).all()
    assert len(set(cells(control.masks))) > 15


def test_all_of_the_picture_has_no_control() -> None:
    assert random_regions(range(42), GRID).kind == "none"
    assert random_regions(range(42), GRID).masks.shape == (0, 42)


@pytest.mark.parametrize("region", [(), (-1,), (16,)])
def test_a_region_is_of_patches_that_are_there(region: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="from 0 to 15"):
        without_region(make("ViT").trace(), region)


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(ValueError, match="cannot be dropped"):
        without_region(make("Swin").trace(), (0,))
    pooled = make("ViT without a class token").trace()
    with pytest.raises(ValueError, match="pools its patches"):
        without_region(pooled, range(16))
    token = make("ViT").trace()
    assert np.isfinite(without_region(token, range(16)).logits).all()  # the class token alone
