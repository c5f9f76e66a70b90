"""Blocks know their map, their prefix tokens and where each token is, ViT and Swin alike."""

from __future__ import annotations

import pytest
import torch

from tests.tracing.conftest import SUBJECTS, Subject, make
from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.tracing.swin_blocks import SwinBlockTrace

PREFIX = {"ViT": ("cls",), "ViT with registers, at another size": ("cls", "dist", "reg1", "reg2")}


@pytest.mark.parametrize("which", SUBJECTS)
def test_the_map_and_the_tokens_before_it(which: str) -> None:
    subject = make(which)
    trace = subject.trace()
    prefix = PREFIX.get(which, ())
    for block in trace.blocks:
        stream = block["resid_pre"]
        if isinstance(block, SwinBlockTrace):
            assert block.map_size == tuple(stream.shape[1:3])
        else:
            patches = subject.network.patch_embed(subject.image)  # (1, D, h, w)
            assert block.map_size == trace.patch_grid == tuple(patches.shape[-2:])
        assert block.prefix_names == prefix
        assert block.num_prefix == trace.config.num_prefix == len(prefix)
        assert block.num_tokens == stream[0, ..., 0].numel()
    if trace.swin_blocks:
        assert trace.patch_grid == trace.blocks[0].map_size == tuple(trace["embed"].shape[1:3])


def test_every_token_and_its_place(subject: Subject) -> None:
    for block in subject.trace().blocks:
        rows, columns = block.map_size
        raster = [(row, column) for row in range(rows) for column in range(columns)]
        places = [None] * block.num_prefix + raster
        assert [block.patch_of(token) for token in range(block.num_tokens)] == places
        assert [block.token_at(*place) for place in raster] == list(range(block.num_prefix, block.num_tokens))
        for beyond in (-1, block.num_tokens):
            with pytest.raises(IndexError, match=f"there is no token {beyond}"):
                block.patch_of(beyond)
        for place in ((-1, 0), (0, -1), (rows, 0), (0, columns)):
            with pytest.raises(IndexError, match="there is no place"):
                block.token_at(*place)


def test_which_token_sits_at_each_place_of_each_window(subject: Subject) -> None:
    """Told from the data: a map that holds its own token numbers, cut as the model cuts it."""
    for block in subject.trace().blocks:
        tokens = block.tokens
        assert tokens.shape == (block["q"].shape[0], block["q"].shape[2])
        assert sorted(tokens[tokens >= 0].tolist()) == list(range(block.num_tokens))
        if isinstance(block, SwinBlockTrace):
            numbers = torch.arange(block.num_tokens).view(1, *block.map_size, 1) + 1
            cut = windows.partition(windows.shift(windows.pad(numbers, block.grid), block.grid), block.grid)
            assert torch.equal(tokens, cut[..., 0] - 1)
        else:
            assert torch.equal(tokens[0], torch.arange(block.num_tokens))


def test_a_swin_has_no_prefix() -> None:
    assert SwinConfig().prefix_names == ()
    assert SwinConfig().num_prefix == 0
