"""The Swin Transformer, version 2: what it does otherwise, against the paper's formulas."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.conftest import random_picture, randomise
from vitviz.models.config import SwinV2Config
from vitviz.models.swin_v2 import CosineAttention, SwinTransformerV2, SwinV2PatchMerging, log_spaced_offsets
from vitviz.probe import no_probe
from vitviz.tracing.interventions import Record

CONFIG = SwinV2Config((64, 96), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
BLOCK_NAMES = (
    "resid_pre windows relative_position_bias attn_mask qkv logit_scale q k v attn_scores pattern z z_merged"
    " windows_out attn_before_norm ln1.mean ln1.scale ln1.normalized ln1.out attn_out resid_mid mlp_pre mlp_post"
    " mlp_before_norm ln2.mean ln2.scale ln2.normalized ln2.out mlp_out resid_post"
)


def network(config: SwinV2Config = CONFIG) -> SwinTransformerV2:
    return randomise(SwinTransformerV2(config)).eval()


def record(model: SwinTransformerV2, image: Tensor) -> dict[str, Tensor]:
    """Every tensor of one run."""
    probe = Record()
    with torch.no_grad():
        model(image, probe)
    return probe.tensors


def test_offsets_are_spaced_by_their_logarithm() -> None:
    table = log_spaced_offsets(4, 4).view(7, 7, 2)
    for i, down in enumerate(range(-3, 4)):
        for j, across in enumerate(range(-3, 4)):
            expected = [
                math.copysign(math.log2(1 + abs(8 * d / 3)) / math.log2(8), d) if d else 0.0
                for d in (down, across)
            ]
            assert table[i, j].tolist() == pytest.approx(expected, abs=1e-6)


def test_a_larger_window_than_the_trained_one_reaches_farther() -> None:
    assert log_spaced_offsets(7, 4).max() > log_spaced_offsets(4, 4).max()
    middle = log_spaced_offsets(7, 4).view(13, 13, 2)[3:10, 3:10]
    assert torch.equal(middle.reshape(-1, 2), log_spaced_offsets(4, 4))
    assert not log_spaced_offsets(1, 1).any()


def attention() -> CosineAttention:
    return randomise(CosineAttention(8, window=3, num_heads=2, qkv_bias=True, bias_window=3)).eval()


def test_scores_are_cosines_over_the_temperature() -> None:
    module, probe = attention(), Record()
    with torch.no_grad():
        module.logit_scale[1] = 9.0  # exp(9) is far beyond 100
        x = torch.randn(4, 9, 8, generator=torch.Generator().manual_seed(0))
        module(x, probe)
    q, k, _ = probe.tensors["qkv"].unflatten(-1, (3, 2, 4)).permute(2, 0, 3, 1, 4)  # each (4, H, 9, d)
    cosines = F.cosine_similarity(q.unsqueeze(-2), k.unsqueeze(-3), dim=-1)  # (4, H, 9, 9)
    scale = torch.tensor([float(module.logit_scale[0].exp()), 100.0]).view(2, 1, 1)
    torch.testing.assert_close(probe.tensors["attn_scores"], cosines * scale, rtol=1e-5, atol=1e-4)
    scores = probe.tensors["q"] @ probe.tensors["k"].transpose(-2, -1) / math.sqrt(4)
    torch.testing.assert_close(scores, probe.tensors["attn_scores"], rtol=1e-5, atol=1e-4)


def test_queries_and_values_have_a_bias_and_keys_have_none() -> None:
    module = attention()
    bias = module.qkv_bias()
    q, k, v = bias.view(3, 8)
    assert torch.equal(q, module.q_bias)
    assert torch.equal(v, module.v_bias)
    assert not k.any()
    without = CosineAttention(8, 3, 2, qkv_bias=False, bias_window=3)
    assert not without.qkv_bias().any()
    assert not any("bias" in name for name, _ in without.named_parameters() if name[1] == "_")


def test_the_position_bias_lies_between_0_and_16() -> None:
    module = attention()
    with torch.no_grad():
        made = module.cpb_mlp[2](module.cpb_mlp[0](log_spaced_offsets(3, 3)).clamp(min=0))
        torch.testing.assert_close(module.bias_table(), 16 / (1 + (-made).exp()))
        module.cpb_mlp[2].weight.mul_(100)
        table = module.bias_table()
    assert table.shape == (25, 2)
    assert 0 <= table.min() < 0.1
    assert table.max() <= 16


def test_attention_and_mlp_are_normalised_before_they_are_added() -> None:
    tensors = record(network(), random_picture(56, 44))
    for name, block in network().steps():
        if isinstance(block, SwinV2PatchMerging):
            continue
        t = {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items()}
        with torch.no_grad():
            torch.testing.assert_close(t["attn_out"], block.norm1(t["attn_before_norm"]), rtol=0, atol=1e-5)
            torch.testing.assert_close(t["mlp_before_norm"], block.mlp(t["resid_mid"]), rtol=0, atol=1e-5)
            torch.testing.assert_close(t["mlp_out"], block.norm2(t["mlp_before_norm"]), rtol=0, atol=1e-5)
        assert torch.equal(t["resid_post"], t["resid_mid"] + t["mlp_out"])


def test_merging_normalises_what_it_reduced() -> None:
    merge = randomise(SwinV2PatchMerging(3, 1e-5))
    x = torch.randn(2, 5, 4, 3, generator=torch.Generator().manual_seed(0))
    probe = Record()
    with torch.no_grad():
        out = merge(x, probe)
        torch.testing.assert_close(out, merge.norm(merge.reduction(probe.tensors["gathered"])))
    assert out.shape == (2, 3, 2, 6)


def test_the_names_of_a_block_in_order() -> None:
    names = [
        name for name in record(network(), random_picture(64, 96)) if name.startswith("layers.0.blocks.1")
    ]
    assert names == [f"layers.0.blocks.1.{name}" for name in BLOCK_NAMES.split()]


def test_the_fused_path_computes_the_same() -> None:
    model, image = network(), random_picture(56, 44)
    with torch.no_grad():
        torch.testing.assert_close(model(image, Record()), model(image, no_probe), rtol=0, atol=1e-5)


def test_windows_trained_at_another_size_must_be_one_for_each_stage() -> None:
    with pytest.raises(ValueError, match=r"pretrained_window_sizes \(4,\) must be as many as stages: 2"):
        SwinV2Config(depths=(2, 2), num_heads=(2, 4), pretrained_window_sizes=(4,))
