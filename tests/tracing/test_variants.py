"""Blocks of the later ViT families in a trace: any grid, explicit and fused, and what the browser is sent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.models.build import build
from vitviz.models.config import Rotary, ViTConfig
from vitviz.payload import unpack
from vitviz.tracing.trace import Trace, run_trace
from vitviz.tracing.walk import stages
from vitviz.web.explorer.payloads import layer_payload
from vitviz.web.explorer.source import TraceSource
from vitviz.web.explorer.store import NoSuchPayloadError

BASE = ViTConfig((32, 48), 8, embed_dim=24, depth=2, num_heads=3, num_classes=5)
AXIAL = Rotary("axial", pairs="neighbours", columns_first=True, offset=1.0, reference_grid=(3, 3))
CONFIGS = {
    "q/k norm": replace(BASE, qk_norm=True),
    "centred": replace(BASE, rotary=Rotary(), num_registers=2, position="none"),
    "axial": replace(BASE, rotary=AXIAL),
    "mixed, q/k norm": replace(BASE, rotary=Rotary("mixed", pairs="neighbours"), qk_norm=True),
    "relative bias": replace(BASE, relative_bias=True),
    "norms behind": replace(BASE, norm_place="after"),
    "SwiGLU, inner norms": replace(BASE, mlp_kind="swiglu", mlp_norm=True, attn_norm=True),
    "attention pool": replace(BASE, pool="map"),
}
# As many patches as the native grid, 4 x 6, in another shape: the tokens alone do not tell the grid.
SIZES = ((32, 48), (48, 32), (40, 24))


def traced(name: str, size: tuple[int, int] = SIZES[0]) -> Trace:
    return run_trace(randomise(build(CONFIGS[name])).eval(), random_picture(*size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", CONFIGS)
def test_a_block_that_runs_again_is_the_block_that_ran(name: str, size: tuple[int, int]) -> None:
    trace = traced(name, size)
    for block, following in zip(trace.blocks, (*trace.blocks[1:], None), strict=True):
        if following is not None:
            torch.testing.assert_close(block["resid_post"], following["resid_pre"], rtol=0, atol=1e-5)
        assert max(block.check()) <= 1e-5
    torch.testing.assert_close(trace.replay(1)[0], trace.logits, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_queries_keys_and_bias_give_the_scores(name: str) -> None:
    for block in traced(name, SIZES[2]).blocks:
        pattern = block.pattern()
        torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(pattern.shape[:2]), rtol=0, atol=1e-6)
        torch.testing.assert_close(pattern, block["pattern"][0], rtol=0, atol=1e-5)
        torch.testing.assert_close(block.scores(), block["attn_scores"][0], rtol=0, atol=1e-4)
        torch.testing.assert_close(block.pattern(1, 2), pattern[1, 2], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_what_the_browser_is_sent_makes_the_weights(name: str) -> None:
    block = traced(name, SIZES[2]).blocks[1]
    _, arrays = unpack(layer_payload(block))
    q, k = arrays["q"][0].astype(np.float64), arrays["k"][0].astype(np.float64)  # (H, N, d)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    if "bias" in arrays:
        scores = scores + arrays["bias"]
    assert ("bias" in arrays) == block.trace.config.relative_bias
    weights = np.exp(scores - arrays["lse"][0][..., None])
    np.testing.assert_allclose(weights, block["pattern"][0].numpy(), atol=1e-5)


def test_a_pool_by_attention_can_be_looked_at() -> None:
    trace = traced("attention pool")
    pattern = trace["pool.pattern"]
    assert pattern.shape == (1, 3, 1, 24)
    torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(1, 3, 1))


def test_tokens_on_another_grid_are_refused_where_no_grid_is_given() -> None:
    network = build(CONFIGS["centred"])
    with pytest.raises(ValueError, match="are no grid of 4 x 6 patches: give the grid"):
        network.encode(torch.zeros(1, 10, 24))


def test_a_norm_behind_the_heads_leaves_no_share_to_a_key() -> None:
    with pytest.raises(NoSuchPayloadError, match="a layer norm follows"):
        TraceSource(traced("SwiGLU, inner norms"), "test").values(0, 0)


@pytest.mark.parametrize(
    ("name", "key", "formula"),
    [
        ("relative bias", "pattern", "A = softmax(qk\u1d40/\u221ad + B)"),
        ("axial", "pattern", "A = softmax(Rq(Rk)\u1d40/\u221ad)"),
        ("centred", "prefix_tokens", "[x_cls; x_reg 1\u20262; x_p E]"),
        ("norms behind", "qkv", "z U_qkv"),
        ("norms behind", "ffn_out", "LN(\u2026 W\u2082)"),
        ("SwiGLU, inner norms", "ffn_hidden", "silu(LN(z\u2032) W\u2081) * LN(z\u2032) V"),
        ("attention pool", "pooled_tokens", "y = attention(x)"),
        ("q/k norm", "ffn_hidden", "GELU(LN(z\u2032) W\u2081)"),
    ],
)
def test_the_walk_has_the_formulas_of_the_family(name: str, key: str, formula: str) -> None:
    chain = stages(traced(name), "blocks.1")
    assert [stage.formula for stage in chain if stage.key == key] == [formula]
