"""Both layouts are torch's own: strides, addresses, and what lies at each address."""

import itertools

import numpy as np
import torch

from tests.conftest import random_picture
from vitviz.analysis.memory_layout.layouts import layouts

IMAGE = random_picture(5, 7)


def test_strides_are_torchs_in_elements_and_numpys_in_bytes() -> None:
    first, last = layouts(IMAGE)
    assert first.strides == (105, 35, 7, 1) == IMAGE.contiguous().stride()
    assert last.strides == (105, 1, 21, 3) == IMAGE.to(memory_format=torch.channels_last).stride()
    assert first.byte_strides == IMAGE.contiguous().numpy().strides
    assert last.byte_strides == IMAGE.to(memory_format=torch.channels_last).numpy().strides
    assert first.shape == last.shape == (1, 3, 5, 7)


def test_every_number_lies_where_the_strides_say() -> None:
    for layout in layouts(IMAGE):
        for index in itertools.product(*(range(n) for n in layout.shape)):
            assert layout.memory[layout.address(*index)] == IMAGE[index].item()
        addresses = {layout.address(*index) for index in itertools.product(*(range(n) for n in layout.shape))}
        assert addresses == set(range(105))


def test_the_fastest_axis_is_the_one_whose_next_index_is_the_next_number() -> None:
    first, last = layouts(IMAGE)
    assert (first.fastest, last.fastest) == ("W", "C")
    np.testing.assert_array_equal(first.memory[:7], IMAGE[0, 0, 0].numpy())
    np.testing.assert_array_equal(last.memory[:3], IMAGE[0, :, 0, 0].numpy())


def test_a_piece_of_a_picture_has_a_memory_of_its_own() -> None:
    piece = IMAGE[:, :, 1:3, 2:5]
    for layout in layouts(piece):
        assert layout.memory.size == piece.numel()
        assert sorted(layout.memory.tolist()) == sorted(piece.flatten().tolist())
