"""The verdict against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vitviz.analysis.segmentation.answer import edge_band, judge, missing


def test_shares_are_those_of_counting() -> None:
    random = np.random.default_rng(0)
    truth, answer = (random.integers(0, 3, (12, 9)).astype(np.uint8) for _ in range(2))
    truth[truth == 2] = 3  # class 2 is in the answer only, class 4 in neither
    found = judge(answer, truth, 5)
    pairs = list(zip(answer.ravel().tolist(), truth.ravel().tolist(), strict=True))
    assert found.pixels == pytest.approx(sum(a == t for a, t in pairs) / len(pairs))
    for number in range(4):
        both = sum(a == t == number for a, t in pairs)
        union = sum(number in (a, t) for a, t in pairs)
        assert found.iou[number] == pytest.approx(both / union)
    assert np.isnan(found.iou[4])
    assert found.mean_iou == pytest.approx(found.iou[:4].mean())
    band = edge_band(truth)
    assert found.edges == pytest.approx((answer == truth)[band].mean())
    assert found.outline == pytest.approx(((answer > 0) == (truth > 0))[band].mean())
    things = [(a, t) for a, t in pairs if a and t]
    assert found.named == pytest.approx(sum(a == t for a, t in things) / len(things))


def test_the_band_is_two_pixels_to_each_side_of_an_edge() -> None:
    truth = np.zeros((16, 20), np.uint8)
    truth[:, 10:] = 1
    truth[3, 2] = 2  # one pixel is an edge all around
    band = edge_band(truth)
    for row in range(16):
        for column in range(20):
            near = truth[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
            assert band[row, column] == (near.min() != near.max())


def test_a_page_of_background_has_no_edges_and_no_names() -> None:
    empty = np.zeros((8, 8), np.uint8)
    found = judge(empty, empty, 3)
    assert (found.pixels, found.mean_iou) == (1, 1)
    assert np.isnan(found.edges)
    assert np.isnan(found.outline)
    assert np.isnan(found.named)


def test_a_class_without_a_common_pixel_costs_the_mean_a_whole_class() -> None:
    truth = np.zeros((8, 8), np.uint8)
    truth[:4] = 1
    answer = truth.copy()
    answer[7, 6:] = 3  # two pixels of what is not there
    verdict = judge(answer, truth, 5)
    (found,) = missing(answer, truth, verdict.iou)
    assert (found.number, found.painted, found.true) == (3, 2, 0)
    assert found.without == pytest.approx((30 / 32 + 1) / 2)
    assert verdict.mean_iou == pytest.approx((30 / 32 + 1 + 0) / 3)
    assert missing(truth, truth, judge(truth, truth, 5).iou) == []
