"""The names of TransformerLens, held by a table written out by hand, and the order of the axes by the values."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tests.conftest import random_picture, randomise
from tests.tracing.conftest import VIT, make
from vitviz.models.build import build
from vitviz.models.config import Rotary
from vitviz.tracing.trace import run_trace
from vitviz.tracing.transformer_lens_names import (
    TABLE,
    as_transformer_lens,
    from_transformer_lens,
    to_transformer_lens,
)

# Name there, name here, shape there for one picture of 4 x 4 patches and a class token, 16 channels, two heads of 8.
NAMES = [
    ("hook_embed", "embed", (1, 16, 16)),
    ("hook_pos_embed", "pos_embed", (1, 17, 16)),
    ("hook_full_embed", "full_embed", (1, 17, 16)),
    ("blocks.1.hook_resid_pre", "blocks.1.resid_pre", (1, 17, 16)),
    ("blocks.1.ln1.hook_scale", "blocks.1.ln1.scale", (1, 17, 1)),
    ("blocks.1.ln1.hook_normalized", "blocks.1.ln1.out", (1, 17, 16)),
    ("blocks.1.attn.hook_q", "blocks.1.q", (1, 17, 2, 8)),
    ("blocks.1.attn.hook_k", "blocks.1.k", (1, 17, 2, 8)),
    ("blocks.1.attn.hook_v", "blocks.1.v", (1, 17, 2, 8)),
    ("blocks.1.attn.hook_z", "blocks.1.z", (1, 17, 2, 8)),
    ("blocks.1.attn.hook_attn_scores", "blocks.1.attn_scores", (1, 2, 17, 17)),
    ("blocks.1.attn.hook_pattern", "blocks.1.pattern", (1, 2, 17, 17)),
    ("blocks.1.hook_attn_out", "blocks.1.attn_out", (1, 17, 16)),
    ("blocks.1.hook_resid_mid", "blocks.1.resid_mid", (1, 17, 16)),
    ("blocks.1.ln2.hook_scale", "blocks.1.ln2.scale", (1, 17, 1)),
    ("blocks.1.ln2.hook_normalized", "blocks.1.ln2.out", (1, 17, 16)),
    ("blocks.1.mlp.hook_pre", "blocks.1.mlp_pre", (1, 17, 64)),
    ("blocks.1.mlp.hook_post", "blocks.1.mlp_post", (1, 17, 64)),
    ("blocks.1.hook_mlp_out", "blocks.1.mlp_out", (1, 17, 16)),
    ("blocks.1.hook_resid_post", "blocks.1.resid_post", (1, 17, 16)),
    ("ln_final.hook_scale", "ln_final.scale", (1, 17, 1)),
    ("ln_final.hook_normalized", "ln_final.out", (1, 17, 16)),
]


@pytest.mark.parametrize(("theirs", "ours", "shape"), NAMES)
def test_a_name_both_ways_and_its_axes(theirs: str, ours: str, shape: tuple[int, ...]) -> None:
    assert from_transformer_lens(theirs) == ours
    assert to_transformer_lens(ours) == theirs
    trace = make("ViT").trace()
    tensor = as_transformer_lens(trace, theirs)
    assert tuple(tensor.shape) == shape
    if shape[-1] == 8:
        assert torch.equal(tensor.transpose(1, 2), trace[ours])
    else:
        assert torch.equal(tensor, trace[ours])


def test_the_table_is_whole() -> None:
    assert len(TABLE) == len(NAMES)


def test_what_is_normalised_is_computed_as_there() -> None:
    """x - mean, divided by the scale, times the weight, plus the bias."""
    trace = make("ViT").trace()
    norm = trace.blocks[1].module.norm1
    x = trace["blocks.1.resid_pre"]
    x = x - x.mean(-1, keepdim=True)
    scale = (x.pow(2).mean(-1, keepdim=True) + norm.eps).sqrt()
    torch.testing.assert_close(as_transformer_lens(trace, "blocks.1.ln1.hook_scale"), scale)
    normalized = as_transformer_lens(trace, "blocks.1.ln1.hook_normalized")
    torch.testing.assert_close(normalized, x / scale * norm.weight + norm.bias)


def test_rotary_queries() -> None:
    network = build(replace(VIT, rotary=Rotary()))
    randomise(network)
    trace = run_trace(network.eval().requires_grad_(False), random_picture(32, 32))
    still, turned = (as_transformer_lens(trace, f"blocks.0.attn.hook_{x}") for x in ("q", "rot_q"))
    assert torch.equal(still.transpose(1, 2), trace["blocks.0.q_unrotated"])
    assert torch.equal(turned.transpose(1, 2), trace["blocks.0.q"])
    torch.testing.assert_close(still.norm(dim=-1), turned.norm(dim=-1))
    assert to_transformer_lens("blocks.0.q", rotary=True) == "blocks.0.attn.hook_rot_q"
    assert from_transformer_lens("blocks.0.attn.hook_q", rotary=True) == "blocks.0.q_unrotated"


@pytest.mark.parametrize("name", ["blocks.1.attn.hook_result", "hook_tokens", "", "blocks.1.q"])
def test_a_name_that_is_not_there(name: str) -> None:
    with pytest.raises(KeyError, match="vitviz has no tensor"):
        from_transformer_lens(name)
    with pytest.raises(KeyError, match="TransformerLens has no tensor"):
        to_transformer_lens("blocks.1.qkv")
