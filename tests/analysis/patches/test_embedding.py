"""Unfold and matmul against the strided convolution, their sources, and a model's own embeddings."""

import numpy as np
import pytest
import torch

import vitviz
from tests.conftest import random_picture
from vitviz.analysis.patches.embedding import (
    compare,
    compare_on,
    embeddings,
    gap_to_model,
    project_patch,
    strided_convolution,
    unfold_and_multiply,
)
from vitviz.samples import SAMPLES


def test_both_methods_give_the_same_numbers_and_say_how_far_apart_they_are() -> None:
    weight, bias = torch.randn(24, 3, 8, 8), torch.randn(24)
    image = random_picture(40, 24)
    methods = compare(image, weight, bias)
    assert methods.unfold.result.shape == methods.convolution.result.shape == (1, 15, 24)
    assert methods.gap == (methods.unfold.result - methods.convolution.result).abs().max().item()
    assert 0 < methods.gap < 1e-4


def test_in_float64_they_agree_to_its_precision() -> None:
    weight, bias = torch.randn(24, 3, 8, 8).double(), torch.randn(24).double()
    assert compare(random_picture(40, 24).double(), weight, bias).gap < 1e-12


def test_a_projection_without_bias_works() -> None:
    weight, image = torch.randn(6, 3, 4, 4), random_picture(8, 8)
    assert torch.allclose(
        unfold_and_multiply(image, weight, None), strided_convolution(image, weight, None), atol=1e-5
    )


def test_every_line_shows_the_shape_that_it_made() -> None:
    methods = compare(random_picture(40, 24), torch.randn(24, 3, 8, 8), torch.randn(24))
    shapes = {text.strip().partition(" = ")[0]: shape for text, shape in methods.unfold.lines if shape}
    assert shapes == {
        "patches": (1, 15, 192),
        "E": (192, 24),
        "x": (1, 15, 24),
        "return x if bias is None else x + bias": (1, 15, 24),
    }
    assert next(shape for _, shape in methods.unfold.lines if shape) == (1, 192, 15)
    assert [shape for _, shape in methods.convolution.lines if shape] == [
        (1, 24, 5, 3),
        (1, 24, 15),
        (1, 15, 24),
    ]


def test_the_source_is_that_of_the_function_without_its_docstring() -> None:
    methods = compare(random_picture(8, 8), torch.randn(6, 3, 4, 4), None)
    assert methods.convolution.module == "vitviz.analysis.patches.embedding"
    assert methods.convolution.lines[0][0].startswith("def strided_convolution(")
    assert not any('"""' in text for text, _ in methods.convolution.lines)


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
def test_on_a_run_the_convolution_is_the_models_own_and_one_number_is_its_sum(name: str) -> None:
    trace = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
    methods, own = compare_on(trace), embeddings(trace)
    assert own.shape == (trace["embed"][0].numel() // trace.config.embed_dim, trace.config.embed_dim)
    assert gap_to_model(trace, methods.convolution.result[0].numpy()) == 0
    assert gap_to_model(trace, methods.unfold.result[0].numpy()) == methods.gap
    columns = trace["image"].shape[-1] // trace.config.patch_size
    projection = project_patch(trace, 1, 2, 5)
    assert projection.value == pytest.approx(float(own[columns + 2, 5]), abs=5e-6)
    assert gap_to_model(trace, own + np.float32(0.5)) == pytest.approx(0.5, abs=1e-6)
