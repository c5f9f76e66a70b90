"""The opened sum is exact, in the order of the flattened patch, and is the model's own number."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import vitviz
from vitviz.analysis.patches.projection import cut_patch, project
from vitviz.images import patchify
from vitviz.samples import SAMPLES

RANDOM = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def test_products_are_exact_and_sums_add_up_to_the_value() -> None:
    pixels, weights = noise(3, 4, 4), noise(3, 4, 4)
    projection = project(pixels, weights, 0.25)
    exact = [float(x) * float(w) for x, w in zip(pixels.ravel(), weights.ravel(), strict=True)]
    assert projection.products.ravel().tolist() == exact
    assert projection.sums.tolist() == pytest.approx([sum(exact[:16]), sum(exact[16:32]), sum(exact[32:])])
    assert projection.value == pytest.approx(sum(exact) + 0.25)
    assert projection.running[-1] == pytest.approx(sum(exact))
    assert projection.running[20] == pytest.approx(sum(exact[:21]))


def test_the_largest_products_come_furthest_first_with_their_place() -> None:
    projection = project(noise(3, 5, 5), noise(3, 5, 5), 0.0)
    terms = projection.largest(6)
    sizes = [abs(term.product) for term in terms]
    assert sizes == sorted(np.abs(projection.products).ravel(), reverse=True)[:6]
    for term in terms:
        assert projection.products[term.place] == term.product == term.pixel * term.weight
        assert term.at == np.ravel_multi_index(term.place, (3, 5, 5))
    assert terms[-1].running == pytest.approx(sum(term.product for term in terms))


@given(size=st.integers(1, 5), rows=st.integers(1, 4), columns=st.integers(1, 4), data=st.data())
def test_a_cut_patch_is_the_row_that_patchify_makes(
    size: int, rows: int, columns: int, data: st.DataObject
) -> None:
    image = noise(3, rows * size, columns * size)
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    flat = cut_patch(image, row, column, size).ravel()
    np.testing.assert_array_equal(flat, patchify(image, size)[row * columns + column])


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_it_is_the_models_own_number(name: str) -> None:
    model = vitviz.load_model(name)
    trace = vitviz.trace(model, SAMPLES[0].path)
    conv = model.network.patch_embed.proj
    embed = trace["embed"].reshape(-1, conv.out_channels)
    image, size = trace["image"][0].numpy(), conv.kernel_size[0]
    columns = image.shape[-1] // size
    rounding = 2e-6 * max(1.0, embed.abs().max().item())  # float32, in proportion to what is added up
    for row, column in ((0, 0), (5, 3), (columns - 1, columns - 1)):
        pixels = cut_patch(image, row, column, size)
        for channel in range(0, conv.out_channels, 7):
            projection = project(pixels, conv.weight[channel].numpy(), float(conv.bias[channel]))
            assert abs(projection.value - embed[row * columns + column, channel].item()) < rounding


def test_places_of_the_flattened_vector_are_channel_row_column() -> None:
    projection = project(noise(3, 16, 16), noise(3, 16, 16), 0.0)
    assert projection.place(0) == (0, 0, 0)
    assert projection.place(256) == (1, 0, 0)
    assert projection.place(2 * 256 + 3 * 16 + 5) == (2, 3, 5)
    assert torch.arange(768).reshape(3, 16, 16)[projection.place(700)] == 700
