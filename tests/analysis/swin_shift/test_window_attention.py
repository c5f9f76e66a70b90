"""One window's weights with and without the mask: the block's own run, and the formula on paper for other cuts."""

import pytest
import torch

from tests.conftest import random_picture, randomise
from vitviz.analysis.swin_shift.window_attention import (
    logits_without_mask,
    run_without_mask,
    window_attention,
)
from vitviz.models.build import build
from vitviz.models.config import SwinConfig, SwinV2Config
from vitviz.models.swin_v2 import CosineAttention
from vitviz.models.windows import WindowGrid, attention_mask, to_windows
from vitviz.tracing.trace import Trace, run_trace

CONFIG = SwinConfig((32, 32), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)


V2 = SwinV2Config((32, 32), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)


@pytest.fixture(scope="module", params=[CONFIG, V2], ids=["Swin", "Swin v2"])
def trace(request: pytest.FixtureRequest) -> Trace:
    return run_trace(randomise(build(request.param)).eval(), random_picture(32, 32))


@pytest.mark.parametrize("window", [0, 1, 3])
def test_as_the_model_cuts_it_the_weights_are_the_runs_own(trace: Trace, window: int) -> None:
    block = trace.swin_blocks[1]
    two = window_attention(block.module, block["resid_pre"], block.grid, window)
    torch.testing.assert_close(two.masked, block["pattern"][window], atol=1e-6, rtol=0)
    assert torch.equal(two.masked, two.unmasked) == (window == 0)  # the first window holds one region only


@pytest.mark.parametrize("sizes", [(8, 8, 4, 1), (8, 8, 3, 2), (8, 8, 2, 1), (8, 8, 4, 0)])
def test_cut_otherwise_the_weights_are_the_formulas(trace: Trace, sizes: tuple[int, int, int, int]) -> None:
    block, grid = trace.swin_blocks[1], WindowGrid(*sizes)
    x, attn = block["resid_pre"], block.module.attn
    v2 = isinstance(attn, CosineAttention)
    normed = torch.nn.functional.layer_norm(x, x.shape[-1:], block.module.norm1.weight,
                                            block.module.norm1.bias, 1e-5)  # fmt: skip
    y = to_windows(x if v2 else normed, grid)
    mask = attention_mask(grid)
    with torch.no_grad():
        qkv = attn.qkv(y) + attn.qkv_bias() if isinstance(attn, CosineAttention) else attn.qkv(y)
        q, k, _ = qkv.unflatten(-1, (3, 2, 8)).permute(2, 0, 3, 1, 4)  # each (W, H, M*M, d)
        if isinstance(attn, CosineAttention):
            q, k = (
                torch.nn.functional.normalize(one, dim=-1) for one in (q, k)
            )  # padding is a key of length 0
            q = q * attn.logit_scale.exp() * 8**0.5
        table = attn.bias_table()
    m = grid.window
    for window in range(grid.num_windows):
        two = window_attention(block.module, x, grid, window)
        scores = q[window] @ k[window].mT / 8**0.5
        for i in range(m * m):
            for j in range(m * m):
                dy, dx = i // m - j // m + 3, i % m - j % m + 3
                scores[:, i, j] += table[dy * 7 + dx]
        torch.testing.assert_close(two.unmasked, scores.softmax(-1), atol=2e-6, rtol=0)
        added = scores if mask is None else scores + mask[window]
        torch.testing.assert_close(two.masked, added.softmax(-1), atol=2e-6, rtol=0)


def test_without_any_mask_the_scores_are_those_of_a_network_that_has_none(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = logits_without_mask(trace)
    monkeypatch.setattr("vitviz.models.windows.attention_mask", lambda grid, masked_score: None)
    with torch.no_grad():
        expected = trace.network(trace["image"])[0]
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(got, trace.logits, atol=1e-3)
    found = run_without_mask(trace)
    assert found.blocks == sum(name.endswith(".attn_mask") for name in trace.names())
    assert found.gap == pytest.approx(float((got - trace.logits).abs().max()), abs=1e-6)
    assert found.scale == float(trace.logits.abs().max())
    assert (found.before, found.after) == (int(trace.logits.argmax()), int(got.argmax()))
