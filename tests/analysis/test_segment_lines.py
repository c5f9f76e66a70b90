"""Source lines with live shapes: every line that a frame of the Swin page shows exists and made what it says."""

import pytest

from tests.conftest import random_picture, randomise
from vitviz.analysis.segment_lines import find, step_lines
from vitviz.models.config import SwinConfig
from vitviz.models.swin import SwinTransformer
from vitviz.tracing.trace import Trace, run_trace
from vitviz.web.swin_shift.lab import LINES_OF

CONFIG = SwinConfig((40, 40), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return run_trace(randomise(SwinTransformer(CONFIG)).eval(), random_picture(40, 40))


def test_every_frames_lines_are_found_with_the_runs_shapes(trace: Trace) -> None:
    lines = step_lines(trace.lines(trace.segment("layers.0.blocks.1")), "SwinBlock.attend_in_windows")
    for marks in LINES_OF.values():
        assert len(find(lines, marks)) == len(marks)
    shapes = {line.text: line.shape for line in lines}
    assert shapes["y = windows.pad(y, grid)"] == (
        1,
        12,
        12,
        16,
    )  # 10 x 10 patches padded to three windows of 4
    assert shapes["y = windows.partition(y, grid)"] == (9, 16, 16)
    assert shapes["return windows.crop(y, grid)"] == (1, 10, 10, 16)
    assert shapes['mask = probe("attn_mask", mask.to(y))'] == (9, 16, 16)
    assert [line.number for line in lines] == sorted(line.number for line in lines)


def test_a_function_that_did_not_run_is_an_error(trace: Trace) -> None:
    with pytest.raises(ValueError, match="did not run"):
        step_lines(trace.lines(trace.segment("layers.0.blocks.1")), "PatchMerging.forward")
