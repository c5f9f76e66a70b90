"""Bias and mask of a Swin's blocks, which need no run of the block, are those that the run made."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.tracing.conftest import SUBJECTS, make

SWINS = [which for which in SUBJECTS if which.startswith("Swin")]


@pytest.mark.parametrize("which", SWINS)
def test_bias_and_mask_are_those_of_the_run(which: str) -> None:
    trace = make(which).trace()
    for block in trace.swin_blocks:
        assert torch.equal(block.bias, trace[block.full_name("relative_position_bias")])
        assert (block.mask is not None) == (block.full_name("attn_mask") in trace) == bool(block.grid.shift)
        if block.mask is not None:
            assert torch.equal(block.mask, trace[block.full_name("attn_mask")])


def test_a_bias_is_not_read_off_other_weights() -> None:
    subject = make(SWINS[0])
    trace = subject.trace()
    network = trace.network
    assert isinstance(network, nn.Module)
    with torch.no_grad():
        next(network.parameters()).add_(1)
    with pytest.raises(RuntimeError, match="weights have changed"):
        _ = trace.swin_blocks[0].bias
