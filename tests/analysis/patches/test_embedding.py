"""Unfold and matmul against the strided convolution, and the source that is shown of both."""

import torch

from tests.conftest import random_picture
from vitviz.analysis.patches.embedding import compare, strided_convolution, unfold_and_multiply


def test_both_ways_give_the_same_numbers_and_say_how_far_apart_they_are() -> None:
    weight, bias = torch.randn(24, 3, 8, 8), torch.randn(24)
    image = random_picture(40, 24)
    ways = compare(image, weight, bias)
    assert ways.unfold.result.shape == ways.convolution.result.shape == (1, 15, 24)
    assert ways.gap == (ways.unfold.result - ways.convolution.result).abs().max().item()
    assert 0 < ways.gap < 1e-4


def test_in_float64_they_agree_to_its_precision() -> None:
    weight, bias = torch.randn(24, 3, 8, 8).double(), torch.randn(24).double()
    assert compare(random_picture(40, 24).double(), weight, bias).gap < 1e-12


def test_a_projection_without_bias_works() -> None:
    weight, image = torch.randn(6, 3, 4, 4), random_picture(8, 8)
    assert torch.allclose(
        unfold_and_multiply(image, weight, None), strided_convolution(image, weight, None), atol=1e-5
    )


def test_every_line_shows_the_shape_that_it_made() -> None:
    ways = compare(random_picture(40, 24), torch.randn(24, 3, 8, 8), torch.randn(24))
    shapes = {text.strip().partition(" = ")[0]: shape for text, shape in ways.unfold.lines if shape}
    assert shapes == {
        "patches": (1, 15, 192),
        "E": (192, 24),
        "x": (1, 15, 24),
        "return x if bias is None else x + bias": (1, 15, 24),
    }
    assert next(shape for _, shape in ways.unfold.lines if shape) == (1, 192, 15)
    assert [shape for _, shape in ways.convolution.lines if shape] == [
        (1, 24, 5, 3),
        (1, 24, 15),
        (1, 15, 24),
    ]


def test_the_source_is_that_of_the_function_without_its_docstring() -> None:
    ways = compare(random_picture(8, 8), torch.randn(6, 3, 4, 4), None)
    assert ways.convolution.module == "vitviz.analysis.patches.embedding"
    assert ways.convolution.lines[0][0].startswith("def strided_convolution(")
    assert not any('"""' in text for text, _ in ways.convolution.lines)
