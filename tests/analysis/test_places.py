"""A place of the picture is found again in every map: against where the mergings of a real Swin put it."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import randomise
from tests.web.fixtures import check
from vitviz.analysis.places import Grid, carry, count_mergings
from vitviz.analysis.swin_reach.receptive_field import ancestors, steps_of
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer

SIDES = st.tuples(st.integers(1, 60), st.integers(1, 60))
FOUR_STAGES = SwinConfig((64, 64), embed_dim=4, depths=(1, 1, 1, 1), num_heads=(1, 1, 1, 1), window_size=4)
# Even maps, odd ones, 63 and 25 x 37 where older rules were wrong, narrow ones, and down to a single place.
CASES: tuple[Grid, ...] = ((56, 56), (63, 63), (25, 37), (9, 13), (7, 5), (2, 50), (1, 9), (8, 3), (1, 1))


@cache
def maps_of(grid: Grid) -> tuple[tuple[Grid, Any], ...]:
    """Every stage's map for a picture of ``grid`` patches: its size, and which of its places each patch went into."""
    steps = steps_of(SwinTransformer(FOUR_STAGES), *grid)
    found = zip(steps, ancestors(steps), strict=True)
    return tuple((step.after, there.ravel()) for step, there in found if step.grid is not None)


@pytest.mark.parametrize("grid", CASES)
@pytest.mark.parametrize("prefix", [0, 1, 5])
def test_a_patch_is_where_the_mergings_put_it(grid: Grid, prefix: int) -> None:
    for after, there in maps_of(grid):
        patches = range(grid[0] * grid[1])
        found = [carry(prefix + patch, prefix, grid, after) - prefix for patch in patches]
        np.testing.assert_array_equal(found, there)


def test_the_wrong_tokens_of_two_older_rules_are_right() -> None:
    """By hand: three mergings join 8 rows and columns, though 37 / 5 and 25 / 4 round up to 8 and 7."""
    assert count_mergings((25, 37), (4, 5)) == 3
    assert carry(7 * 37 + 7, 0, (25, 37), (4, 5)) == 0
    assert carry(8 * 37 + 8, 0, (25, 37), (4, 5)) == 6
    assert carry(62, 0, (63, 63), (32, 32)) == 31
    assert carry(31, 0, (63, 63), (32, 32)) == 15


@given(SIDES, st.integers(0, 3), st.integers(0, 3), st.data())
def test_going_finer_stays_among_the_places_that_were_joined(
    fine: Grid, halvings: int, prefix: int, data: st.DataObject
) -> None:
    coarse = fine
    for _ in range(halvings):
        coarse = -(-coarse[0] // 2), -(-coarse[1] // 2)
    token = data.draw(st.integers(0, prefix + coarse[0] * coarse[1] - 1))
    back = carry(token, prefix, coarse, fine)
    assert 0 <= back < prefix + fine[0] * fine[1]
    assert carry(back, prefix, fine, coarse) == token
    joined = [t for t in range(prefix + fine[0] * fine[1]) if carry(t, prefix, fine, coarse) == token]
    if fine != coarse and token >= prefix:  # the finer token is remembered where it belongs to this one
        assert all(carry(token, prefix, coarse, fine, finer=one) == one for one in joined)
    other = data.draw(st.integers(0, prefix + fine[0] * fine[1] - 1))
    assert carry(token, prefix, coarse, fine, finer=other) in joined


def test_the_middle_of_what_was_joined() -> None:
    assert carry(0, 0, (7, 7), (56, 56)) == 4 * 56 + 4
    assert carry(19, 0, (4, 5), (25, 37)) == 24 * 37 + 34  # row 24 alone; columns 32 to 36


def test_prefix_tokens_and_equal_maps_stay() -> None:
    assert carry(0, 1, (14, 14), (7, 7)) == 0
    assert carry(45, 1, (14, 14), (14, 14), finer=3) == 45
    assert carry(1, 2, (2, 2), (4, 4), finer=7) == 1


@pytest.mark.parametrize("target", [(8, 9), (15, 14), (3, 7)])
def test_maps_that_no_merging_connects_are_refused(target: Grid) -> None:
    with pytest.raises(ValueError, match="no way"):
        carry(0, 0, (14, 14), target)


@pytest.mark.parametrize("patch", [0, 7 * 9 + 4, 8 * 13 + 12, 5 * 13 + 6])
def test_a_patch_has_a_gradient_from_the_token_that_covers_it(patch: int) -> None:
    """Of windows of one place, where no patch can reach another one but through a merging."""
    config = SwinConfig((36, 52), embed_dim=4, depths=(1, 1, 1), num_heads=(1, 1, 1), window_size=1)
    model = SwinTransformer(config)
    randomise(model)
    model.double().eval()
    outputs: dict[str, torch.Tensor] = {}

    def keep(name: str, tensor: torch.Tensor) -> torch.Tensor:
        outputs[name] = tensor
        return tensor

    keep.wants = lambda name: False  # type: ignore[attr-defined]
    image = torch.zeros(1, 3, 36, 52, dtype=torch.double, requires_grad=True)
    model(image, keep)
    row, column = divmod(patch, 13)
    for stage, grid in enumerate([(9, 13), (5, 7), (3, 4)]):
        token = carry(patch, 0, (9, 13), grid)
        there = outputs[f"layers.{stage}.blocks.0.resid_post"][0].flatten(0, 1)  # (h*w, C)
        weights = torch.linspace(1, 2, there.shape[1], dtype=torch.double)
        (gradient,) = torch.autograd.grad(there[token] @ weights, image, retain_graph=True)
        assert gradient[0, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].abs().sum() > 0
        covered = gradient[0].abs().sum(0).reshape(9, 4, 13, 4).sum((1, 3)) > 0  # (9, 13)
        expected = [carry(one, 0, (9, 13), grid) == token for one in range(9 * 13)]
        np.testing.assert_array_equal(covered.ravel(), expected)


def test_the_fixture_of_the_browser_is_current() -> None:
    cases = []
    for grid in CASES:
        sizes = [after for after, _ in maps_of(grid)]
        for prefix, (fine, coarse) in zip(
            itertools.cycle((0, 1, 5)), itertools.combinations(sizes, 2), strict=False
        ):
            tokens, cells = (range(prefix + rows * columns) for rows, columns in (fine, coarse))
            cases.append(
                {
                    "prefix": prefix, "fine": fine, "coarse": coarse,
                    "coarser": [carry(token, prefix, fine, coarse) for token in tokens],
                    "finer": [carry(token, prefix, coarse, fine) for token in cells],
                }
            )  # fmt: skip
    check("shared/places.json", cases)
