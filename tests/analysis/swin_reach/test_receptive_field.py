"""The receptive field from the masks against the real network: change one patch of the picture, see what moves."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.places import carry
from vitviz.analysis.swin_reach.receptive_field import ancestors, grown_back, growth, steps_of
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer
from vitviz.tracing.interventions import Record

CONFIG = SwinConfig((64, 64), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=3)
CASES = {
    "16 x 16 patches": (CONFIG, 64, 64),
    "odd map, padded windows, padded merging": (CONFIG, 36, 52),
    "window as large as the map": (CONFIG, 16, 16),
    "window larger than the map": (CONFIG, 12, 28),
    "three stages, shift 1 of 3": (
        replace(CONFIG, depths=(2, 3, 2), num_heads=(2, 2, 2), window_size=3), 36, 40,
    ),
}  # fmt: skip


def network(config: SwinConfig) -> SwinTransformer:
    built = SwinTransformer(config)
    randomise(built)
    return built.double().eval()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_token_of_every_step_moves_with_its_field_and_nothing_else(
    case: tuple[SwinConfig, int, int],
) -> None:
    config, height, width = case
    model, image = network(config), random_picture(height, width).double()
    rows, columns = height // 4, width // 4
    steps = steps_of(model, rows, columns)
    names = {f"{step.name}.resid_post" for step in steps}

    def outputs(picture: torch.Tensor) -> dict[str, torch.Tensor]:
        record = Record(names.__contains__)
        with torch.no_grad():
            model(picture, record)
        return record.tensors

    before = outputs(image)
    noise = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(5), dtype=torch.double)
    moves: dict[str, list[np.ndarray]] = {step.name: [] for step in steps}
    for patch in range(rows * columns):
        changed = image.clone()
        row, column = divmod(patch, columns)
        changed[0, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4] += noise
        after = outputs(changed)
        for step in steps:
            name = f"{step.name}.resid_post"
            moves[step.name].append((after[name] != before[name]).any(dim=-1)[0].numpy())
    for at, step in enumerate(steps):
        observed = np.stack(moves[step.name]).reshape(rows, columns, -1)  # (h, w, tokens of the step)
        assert observed.shape[-1] == step.after[0] * step.after[1]
        for token in range(observed.shape[-1]):
            np.testing.assert_array_equal(grown_back(steps, at, token)[-1], observed[..., token])


def test_without_a_shift_it_stalls_at_the_window_until_a_merging() -> None:
    """Maps of 56, 28, 14, 7 patches by hand: windows of 7 cover 7, then 14, 28 and 56 patches of the picture a side."""
    config = SwinConfig(embed_dim=8, num_heads=(1, 1, 1, 1), depths=(2, 2, 4, 2))
    steps = steps_of(SwinTransformer(config), 56, 56)
    regular = [step.without_shift() for step in steps]
    patch = 30 * 56 + 2
    # The last merging joins rows 6 and 7 of 14, which lie in two windows; the others join patches of one window.
    sizes = [*[7 * 7] * 3, *[14 * 14] * 3, *[28 * 28] * 4, 56 * 28, *[56 * 56] * 2]
    assert growth(regular, patch) == sizes
    shifted = growth(steps, patch)
    assert shifted[0] == 7 * 7
    assert (
        shifted[1] == 14 * 7
    )  # a shifted window at the left border touches two regular ones, elsewhere four
    assert growth(steps, 30 * 56 + 30)[1] == 14 * 14
    assert all(later >= earlier for earlier, later in itertools.pairwise(shifted))
    assert all(with_shift >= without for with_shift, without in zip(shifted, sizes, strict=True))


def test_the_fields_go_back_step_by_step_from_the_token_to_the_patches() -> None:
    steps = steps_of(network(CONFIG), 9, 13)
    last = len(steps) - 1
    fields = grown_back(steps, last, 3)
    assert [field.shape for field in fields] == [steps[last].after, *(s.before for s in reversed(steps))]
    assert fields[0].sum() == 1
    assert fields[0].flat[3]
    for later, earlier, step in zip(fields, fields[1:], reversed(steps), strict=False):
        if step.grid is not None:
            assert (earlier >= later).all(), "a block keeps what it had: the skip connection"


def test_ancestors_are_where_a_patch_of_the_picture_went() -> None:
    steps = steps_of(network(CONFIG), 8, 16)
    there = ancestors(steps)[-1]
    expected = [carry(patch, 0, (8, 16), (4, 8)) for patch in range(128)]
    np.testing.assert_array_equal(there.ravel(), expected)
