"""What the steps of the path open up is what torch computed, for ViTs of several kinds and for Swin."""

from __future__ import annotations

import numpy as np
import pytest

import vitviz
from tests.tracing.conftest import SUBJECTS, make
from vitviz.analysis.path.block_change import block_change
from vitviz.analysis.path.one_weight import open_weight, rank
from vitviz.analysis.path.pixels import seen
from vitviz.analysis.path.window_frames import first_cut_token, pair_of_blocks, window_frames
from vitviz.images import Preprocessing
from vitviz.samples import SAMPLES

VITS = [name for name in SUBJECTS if not make(name).trace().swin_blocks]


@pytest.mark.parametrize("name", VITS)
def test_a_weight_opened_is_the_weight_of_the_pattern(name: str) -> None:
    block = make(name).trace().blocks[-1]
    for head, query, key in ((0, 0, 1), (block.num_heads - 1, block.num_tokens - 1, 2)):
        one = open_weight(block, head, query, key)
        pattern = block["pattern"][0, head, query].double().numpy()
        assert one.weight == pytest.approx(pattern[key], abs=1e-6)
        assert one.computed == pytest.approx(pattern[key], abs=1e-6)
        assert one.score == pytest.approx(block["attn_scores"][0, head, query, key].item(), abs=1e-4)
        assert one.dot / np.sqrt(one.query.size) == pytest.approx(one.scaled, rel=1e-4, abs=1e-5)


def test_ranks_count_from_one_and_ties_share_a_place() -> None:
    weights = np.array([0.1, 0.4, 0.4, 0.1])
    assert [rank(weights, key) for key in range(4)] == [3, 1, 1, 3]


@pytest.mark.parametrize("name", VITS)
def test_a_block_only_adds(name: str) -> None:
    block = make(name).trace().blocks[0]
    change = block_change(block, 3)
    assert change.gap < 1e-4
    np.testing.assert_array_equal(change.after, block["resid_post"][0, 3].numpy())
    hidden = block["mlp_pre"][0, 3]
    assert change.units == hidden.numel()
    assert change.negative == pytest.approx((hidden < 0).double().mean().item())
    added = block["resid_post"][0, 3].double() - block["resid_pre"][0, 3].double()
    assert change.share == pytest.approx(
        (added.norm() / block["resid_pre"][0, 3].double().norm()).item(), rel=1e-5
    )


def test_what_is_cut_off_is_the_area_outside_the_frame() -> None:
    wide = seen((400, 200), Preprocessing(size=100))
    assert wide.cut_off == pytest.approx(0.5)
    assert (wide.pixels, wide.left) == (80_000, 10_000)
    assert seen((400, 200), Preprocessing(size=100, fit="pad")).cut_off == pytest.approx(0)
    assert seen((400, 200), Preprocessing(size=100, fit="squash")).cut_off == pytest.approx(0)
    assert seen((200, 200), Preprocessing(size=96, crop_fraction=0.5)).cut_off == pytest.approx(
        0.75, abs=0.01
    )


def test_the_frames_of_the_shift_are_the_masks_that_ran() -> None:
    trace = vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)
    pair = pair_of_blocks(trace)
    assert pair is not None
    regular, shifted = pair
    assert (regular.grid.shift, shifted.grid.shift) == (0, 3)
    token = first_cut_token(shifted, shifted.grid.height // 2 * shifted.grid.width)
    window, place = shifted.place(token)
    mask, tokens = shifted["attn_mask"][window, place].numpy(), shifted.tokens[window].numpy()
    frames = window_frames(regular, shifted, 1, token)
    assert set(tokens[mask < 0]) == set(np.flatnonzero(frames.shifted.cut)) != set()
    assert set(tokens[mask == 0]) == set(np.flatnonzero(frames.shifted.legal))
    pattern = shifted["pattern"][window, 1, place].numpy()
    np.testing.assert_allclose(frames.weights.ravel()[tokens], pattern, atol=1e-6)
    assert np.isnan(frames.weights).sum() == frames.weights.size - tokens.size
    assert frames.largest_cut == pytest.approx(pattern[mask < 0].max(), abs=1e-6)
    assert not frames.regular.cut.any()
    assert frames.regular.legal.sum() == shifted.grid.window**2


def test_a_swin_whose_maps_are_windows_has_no_frames() -> None:
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    assert pair_of_blocks(trace) is None
