"""Principal components against a decomposition of all; order and signs stay through depth and between pictures."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import random_picture
from tests.tracing.conftest import Subject, make
from tests.tracing.conftest import subject as subject
from vitviz.analysis.likeness.components import (
    Components,
    aligned,
    components_by_depth,
    merged,
    principal_components,
)
from vitviz.analysis.likeness.vectors import Kind, token_vectors
from vitviz.tracing.trace import run_trace


def clouds(*sizes: int, width: int = 24, seed: int = 0) -> list[np.ndarray]:
    """Patches of pictures along a few directions of different variance."""
    rng = np.random.default_rng(seed)
    mixing = rng.standard_normal((6, width))
    scales = np.array([9.0, 5.0, 3.0, 1.0, 0.5, 0.2])[:, None]
    return [rng.standard_normal((size, 6)) @ (scales * mixing) + 4 for size in sizes]


def by_svd(pictures: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Directions (3, D) and shares (3,) from a full decomposition of the centred patches."""
    x = np.concatenate(pictures).astype(np.float64)
    _, s, v = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    return v[:3], (s**2 / (s**2).sum())[:3]


@pytest.mark.parametrize("sizes", [(100,), (10,), (40, 30)], ids=["tall", "wide", "two pictures"])
def test_components_are_those_of_a_singular_value_decomposition(sizes: tuple[int, ...]) -> None:
    pictures = clouds(*sizes)
    found, (directions, share) = principal_components(pictures), by_svd(pictures)
    np.testing.assert_allclose(np.abs((found.directions * directions).sum(axis=1)), 1, atol=1e-9)
    np.testing.assert_allclose(found.share, share, atol=1e-12)
    mean = np.concatenate(pictures).mean(axis=0)
    for picture, projections in zip(pictures, found.projections, strict=True):
        np.testing.assert_allclose(projections, (picture - mean) @ found.directions.T, atol=1e-9)


def test_the_first_blocks_signs_do_not_depend_on_which_picture_comes_first() -> None:
    one, two = clouds(40, 30)
    forth, back = principal_components([one, two]), principal_components([two, one])
    np.testing.assert_allclose(forth.projections[0], back.projections[1], atol=1e-9)
    np.testing.assert_allclose(forth.projections[1], back.projections[0], atol=1e-9)
    np.testing.assert_allclose(forth.colours(0), back.colours(1), atol=1e-9)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_turned_signs_and_changed_places_are_undone(order: tuple[int, int, int]) -> None:
    found = principal_components(clouds(40, 30))
    signs = np.array([-1.0, 1.0, -1.0])
    turned = Components(
        found.mean,
        found.directions[list(order)] * signs[:, None],
        found.share[list(order)],
        tuple(one[:, list(order)] * signs for one in found.projections),
    )
    again = aligned(turned, found.projections)
    np.testing.assert_allclose(again.directions, found.directions)
    np.testing.assert_allclose(again.share, found.share)
    for one, other in zip(again.projections, found.projections, strict=True):
        np.testing.assert_allclose(one, other)


def test_a_colour_keeps_its_direction_while_two_variances_cross() -> None:
    rng = np.random.default_rng(3)
    centred = rng.standard_normal((200, 3))
    latent = np.linalg.qr(centred - centred.mean(axis=0))[0]  # (P, 3), uncorrelated
    axes = np.linalg.qr(rng.standard_normal((20, 3)))[0].T  # (3, D)
    before, tracked, orders = None, [], []
    for number, step in enumerate(np.linspace(0, 1, 8)):
        scales = np.array([3 - 2 * step, 1 + 2 * step, 0.4])  # the first two change places half way
        turned = (-1) ** (number // 2)  # and the block turns the whole space over now and then
        found = principal_components([latent * scales @ axes * turned])
        orders.append(found.share.argmax() == 0)
        found = found if before is None else aligned(found, before)
        before = found.projections
        tracked.append([np.corrcoef(found.projections[0][:, i], latent[:, i])[0, 1] for i in range(3)])
    assert all(orders)  # each block on its own has the largest first
    np.testing.assert_allclose(np.array(tracked), np.array(tracked[:1]).repeat(8, axis=0), atol=1e-6)
    np.testing.assert_allclose(np.abs(tracked), 1, atol=1e-6)


def test_through_depth_each_colour_agrees_with_the_block_before(subject: Subject) -> None:
    trace = subject.trace()
    found = [one for one in components_by_depth([trace], "stream") if one is not None]
    assert len(found) == len(trace.blocks)
    for i, (block, one) in enumerate(zip(trace.blocks, found, strict=True)):
        patches = token_vectors(block)[block.num_prefix :].double().numpy()
        assert one.projections[0].shape == (len(patches), 3)
        _, share = by_svd([patches])
        np.testing.assert_allclose(sorted(one.share, reverse=True), share, atol=1e-9)
        if i:
            earlier = merged(found[i - 1].projections[0], trace.blocks[i - 1].map_size, block.map_size)
            assert all(np.corrcoef(earlier[:, c], one.projections[0][:, c])[0, 1] >= 0 for c in range(3))


@pytest.mark.parametrize("name", ["ViT with registers, at another size", "Swin, padded"])
@pytest.mark.parametrize("kind", ["stream", "keys"])
def test_colours_of_two_pictures_stay_when_the_pictures_change_places(name: str, kind: Kind) -> None:
    model = make(name)
    one = model.trace()
    height, width = model.image.shape[-2:]
    two = run_trace(model.network, random_picture(width, height, seed=2))  # a map of another shape
    forth = list(components_by_depth([one, two], kind))
    back = list(components_by_depth([two, one], kind))
    for there, here in zip(forth, back, strict=True):
        assert there is not None
        assert here is not None
        np.testing.assert_allclose(there.colours(0), here.colours(1), atol=1e-6)
        np.testing.assert_allclose(there.colours(1), here.colours(0), atol=1e-6)
        np.testing.assert_allclose(there.spans, here.spans, atol=1e-6)


def test_one_scale_holds_for_both_pictures_and_clips_one_percent_at_each_end() -> None:
    found = principal_components(clouds(300, 200))
    both = np.concatenate(found.projections)
    np.testing.assert_allclose(found.spans[:, 0], np.percentile(both, 1, axis=0))
    np.testing.assert_allclose(found.spans[:, 1], np.percentile(both, 99, axis=0))
    colours = np.concatenate([found.colours(0), found.colours(1)])
    assert (colours == 0).sum(axis=0).tolist() == [5, 5, 5]
    assert (colours == 1).sum(axis=0).tolist() == [5, 5, 5]
    inside = (colours > 0) & (colours < 1)
    low, high = found.spans.T
    np.testing.assert_allclose(((both - low) / (high - low))[inside], colours[inside])


def test_patches_that_are_all_alike_have_no_colours() -> None:
    found = principal_components([np.ones((9, 4))])
    assert (found.share == 0).all()
    assert (found.colours(0) == 0.5).all()
    line = principal_components([np.arange(12.0)[:, None] * np.ones(4)])  # one direction alone
    np.testing.assert_allclose(line.share, [1, 0, 0], atol=1e-12)
    assert (line.colours(0)[:, 1:] == 0.5).all()
    narrow = principal_components([np.arange(12.0)[:, None]])  # D = 1
    assert narrow.directions.shape == (3, 1)


def test_merged_means_are_of_the_patches_that_went_into_one() -> None:
    values = np.arange(15.0)[:, None]  # 3 x 5
    expected = [[3.0], [5.0], [6.5], [10.5], [12.5], [14.0]]
    np.testing.assert_allclose(merged(values, (3, 5), (2, 3)), expected)
    with pytest.raises(ValueError, match="no way by mergings"):
        merged(values, (3, 5), (2, 2))


def test_a_block_without_the_head_has_no_components() -> None:
    trace = make("Swin").trace()  # two heads, then four
    found = list(components_by_depth([trace], "values", head=3))
    assert [one is None for one in found] == [True, True, False, False]
    with pytest.raises(ValueError, match="the stream has no heads"):
        list(components_by_depth([trace], "stream", head=0))
