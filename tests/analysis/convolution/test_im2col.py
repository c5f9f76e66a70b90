"""im2col against torch: the columns against unfold, the convolution against conv2d, and the arrays that are shown."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.conftest import random_picture
from vitviz.analysis.convolution.agreement import shared_start
from vitviz.analysis.convolution.im2col import run_embedding, run_im2col
from vitviz.analysis.convolution.kernel_positions import KernelPositions
from vitviz.analysis.convolution.methods import run_methods

GRID = [
    (size, kernel, stride, padding, dilation)
    for size in (3, 5, 6, 9, 12)
    for kernel in (1, 2, 3, 5)
    for stride in (1, 2, 3, 5)
    for padding in (0, 1, 3)
    for dilation in (1, 2, 3)
]


def fits(size: int, kernel: int, stride: int, padding: int, dilation: int) -> bool:
    return dilation * (kernel - 1) + 1 <= size + 2 * padding


def test_columns_and_size_are_torchs_for_a_whole_grid_of_settings() -> None:
    tried = 0
    for size, kernel, stride, padding, dilation in GRID:
        if not fits(size, kernel, stride, padding, dilation):
            continue
        tried += 1
        image = random_picture(size, size, seed=size)
        columns = run_im2col(image[0].numpy(), kernel, stride, padding, dilation).result
        expected = F.unfold(image, kernel, stride=stride, padding=padding, dilation=dilation)[0]
        np.testing.assert_array_equal(columns, expected.numpy())
        weight = torch.randn(2, 3, kernel, kernel)
        convolved = F.conv2d(image, weight, stride=stride, padding=padding, dilation=dilation)
        assert KernelPositions(size, kernel, stride, padding, dilation).count == convolved.shape[-1]
        by_hand = weight.flatten(1).numpy() @ columns
        np.testing.assert_allclose(by_hand, convolved[0].flatten(1).numpy(), atol=2e-5)
    assert tried > 400


def test_a_kernel_that_does_not_fit_is_refused_by_both() -> None:
    refused = [case for case in GRID if not fits(*case)]
    assert refused
    for size, kernel, stride, padding, dilation in refused:
        with pytest.raises(ValueError, match="reaches over"):
            KernelPositions(size, kernel, stride, padding, dilation)
        with pytest.raises(RuntimeError):
            F.conv2d(
                torch.zeros(1, 1, size, size), torch.zeros(1, 1, kernel, kernel),
                stride=stride, padding=padding, dilation=dilation,
            )  # fmt: skip


def test_an_oblong_picture_works() -> None:
    image = random_picture(8, 12)
    np.testing.assert_array_equal(
        run_im2col(image[0].numpy(), 4, 4).result, F.unfold(image, 4, stride=4)[0].numpy()
    )


def test_how_often_each_pixel_is_read_and_what_is_left_over_are_counted() -> None:
    for size, kernel, stride, padding, dilation in GRID:
        if not fits(size, kernel, stride, padding, dilation):
            continue
        positions = KernelPositions(size, kernel, stride, padding, dilation)
        # The gradient of a sum of windows counts the reads.
        line = torch.zeros(1, 1, size + 2 * padding, requires_grad=True)
        F.conv1d(line, torch.ones(1, 1, kernel), stride=stride, dilation=dilation).sum().backward()
        assert line.grad is not None
        assert positions.reads == tuple(int(times) for times in line.grad[0, 0])
        unread_at_the_end = (
            len(positions.reads) - 1 - max(i for i, times in enumerate(positions.reads) if times)
        )
        assert positions.left_over == unread_at_the_end
        assert len(positions.starts) == positions.count
        inside = positions.reads[: len(positions.reads) - positions.left_over]
        assert positions.read_range == (min(inside), max(inside))
        assert positions.reads_everything_once == (set(positions.reads) == {1})


def test_the_index_arrays_pick_the_pixels_that_they_say() -> None:
    image = random_picture(5, 5)[0].numpy()
    run = run_im2col(image, 2, 2, 1)
    arrays = run.arrays["im2col"]
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
    for row in range(12):
        for n in range(9):
            entry = padded[arrays["k"][row], arrays["i"][row, n], arrays["j"][row, n]]
            assert run.result[row, n] == entry


def test_three_methods_agree_in_both_precisions_and_the_gaps_are_those_of_the_results() -> None:
    weight, bias = torch.randn(24, 3, 8, 8), torch.randn(24)
    image = random_picture(40, 24)
    runs = run_methods(image, weight, bias)
    for (one, other), gap in runs.gaps.items():
        assert gap == np.abs(runs.results[one] - runs.results[other]).max()
    assert max(runs.gaps.values()) < 1e-4
    exact = run_methods(image.double(), weight.double(), bias.double())
    assert len(exact.gaps) == 3
    assert max(exact.gaps.values()) < 1e-12
    assert max(run_methods(image, weight, None).gaps.values()) < 1e-4


def test_the_shown_lines_are_the_source_with_what_each_made() -> None:
    run = run_embedding(random_picture(8, 8)[0].numpy(), torch.randn(6, 3, 4, 4).numpy(), np.zeros(6))
    shapes = {text.strip().partition(" = ")[0]: shape for text, shape in run.lines["im2col"] if shape}
    assert shapes == {
        "x": (3, 8, 8), "k": (48,), "i_in": (48,), "j_in": (48,), "i_of": (4,), "j_of": (4,),
        "i": (48, 4), "j": (48, 4), "return x[k[:, None], i, j]": (48, 4),
    }  # fmt: skip
    last = run.lines["im2col_and_multiply"]
    assert [shape for _, shape in last if shape] == [(48, 4), (6, 48), (6, 4), (4, 6), (4, 6)]
    assert run.module == "vitviz.analysis.convolution.im2col"
    assert not any('"""' in text for lines in run.lines.values() for text, _ in lines)
    source = "\n".join(text for text, _ in run.lines["im2col"])
    for function in ("np.pad", "np.arange", "np.repeat", "np.tile"):
        assert function in source


def test_noting_the_lines_leaves_no_trace_function_behind() -> None:
    import sys

    before = sys.gettrace()
    run_im2col(np.zeros((1, 4, 4)), 2, 2)
    with pytest.raises(ValueError, match="unpack"):
        run_im2col(np.zeros((4, 4)), 2, 2)
    assert sys.gettrace() is before


def test_the_digits_that_programs_share_are_counted_from_the_left() -> None:
    assert shared_start(["2.7573", "2.7591", "2.7573"]) == 4
    assert shared_start(["7.5", "7.5"]) == 3
    assert shared_start(["\u22121.0", "1.0"]) == 0
    assert shared_start(["0.12", "0.123"]) == 4
