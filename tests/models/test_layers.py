"""Layer norm, attention and MLP against their formulas, on the fused and on the explicit path."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.conftest import randomise
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, Rotary, SwinConfig, ViTConfig
from vitviz.models.layers import Attention, LayerNorm, Mlp, activation, attention_scores, fused_attention
from vitviz.tracing.interventions import Record


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("eps", [1e-12, 1e-6, 1e-5])
@pytest.mark.parametrize("size", [1e-4, 1.0, 300.0])
def test_layer_norm_is_its_formula(eps: float, size: float) -> None:
    """In float64 by numpy; at size 1e-4 the variance is 1e-8, so that eps decides."""
    norm = LayerNorm(16, eps)
    with torch.no_grad():
        norm.weight.copy_(noise(16, seed=1))
        norm.bias.copy_(noise(16, seed=2))
    x = noise(2, 5, 16) * size
    values = x.double().numpy()
    mean = values.mean(axis=-1, keepdims=True)
    scale = np.sqrt(values.var(axis=-1, keepdims=True) + eps)  # numpy's variance is the biased one
    normalized = (values - mean) / scale
    out = normalized * norm.weight.detach().double().numpy() + norm.bias.detach().double().numpy()
    record = Record()
    with torch.no_grad():
        fused, explicit = norm(x), norm(x, record)
    for tensor, expected in (
        (record.tensors["mean"], mean),
        (record.tensors["scale"], scale),
        (record.tensors["normalized"], normalized),
        (explicit, out),
        (record.tensors["out"], out),
        (fused, out),
    ):
        np.testing.assert_allclose(tensor.numpy(), expected, rtol=2e-5, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["mean", "scale", "normalized"])
def test_layer_norm_makes_what_one_probe_wants(name: str) -> None:
    record = Record(lambda other: other == name)
    LayerNorm(4, 1e-6)(noise(3, 4), record)
    assert list(record.tensors) == [name]


@pytest.mark.parametrize(
    "config",
    [
        ViTConfig((32, 32), embed_dim=8, depth=2, num_heads=2, norm_eps=3e-4, norm_before_blocks=True),
        SwinConfig((32, 32), embed_dim=8, depths=(1, 1), num_heads=(2, 2), norm_eps=3e-4),
    ],
    ids=["ViT", "Swin"],
)
def test_every_layer_norm_has_the_eps_of_the_configuration(config: ModelConfig) -> None:
    norms = [module for module in build(config).modules() if isinstance(module, nn.LayerNorm)]
    assert len(norms) == 6 if isinstance(config, ViTConfig) else 7
    assert {norm.eps for norm in norms} == {3e-4}


def attention_by_hand(attention: Attention, x: Tensor, bias: Tensor | None, mask: Tensor | None) -> Tensor:
    """One picture, one head, one query at a time, in float64: (B, H, N, N) weights and (B, N, D) results."""
    count, heads = x.shape[1], attention.num_heads
    weight, offset = attention.qkv.weight.double(), attention.qkv.bias.double()
    dim = weight.shape[1] // heads
    result = torch.zeros(x.shape[0], count, heads * dim, dtype=torch.double)
    for picture, tokens in enumerate(x.double()):
        for head in range(heads):
            rows = [slice((part * heads + head) * dim, (part * heads + head + 1) * dim) for part in range(3)]
            q, k, v = (tokens @ weight[r].T + offset[r] for r in rows)
            for query in range(count):
                scores = torch.stack([q[query].dot(k[key]) / math.sqrt(dim) for key in range(count)])
                if bias is not None:
                    scores = scores + bias[head, query]
                if mask is not None:
                    scores = scores + mask[picture % mask.shape[0], query]
                weights = scores.exp() / scores.exp().sum()
                result[picture, query, head * dim : (head + 1) * dim] = weights @ v
    return result @ attention.proj.weight.double().T + attention.proj.bias.double()


@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("with_bias", [False, True])
def test_attention_is_its_formula(with_bias: bool, with_mask: bool) -> None:
    """Both paths, with two pictures of three windows each, so that windows and pictures cannot be confused."""
    attention: Any = randomise(Attention(12, num_heads=3))
    x = noise(6, 5, 12)
    bias = noise(3, 5, 5, seed=1) if with_bias else None
    mask = (noise(3, 5, 5, seed=2) < 0).float() * -100.0 if with_mask else None
    if mask is not None:
        mask.diagonal(dim1=1, dim2=2).zero_()
    record = Record()
    with torch.no_grad():
        expected = attention_by_hand(attention, x, bias, mask).float()
        fused, explicit = attention(x, bias=bias, mask=mask), attention(x, record, bias, mask)
    torch.testing.assert_close(fused, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(explicit, expected, rtol=0, atol=1e-6)
    pattern = record.tensors["pattern"]
    torch.testing.assert_close(pattern.sum(-1), torch.ones(6, 3, 5))
    if mask is not None:
        forbidden = (mask < 0).repeat(2, 1, 1).unsqueeze(1).expand_as(pattern)
        assert pattern[forbidden].max() < 1e-20


def test_the_fused_and_the_explicit_attention_agree() -> None:
    q, k, v = noise(8, 2, 9, 4), noise(8, 2, 9, 4, seed=1), noise(8, 2, 9, 4, seed=2)
    bias, mask = noise(2, 9, 9, seed=3), (noise(4, 9, 9, seed=4) < 0).float() * -100
    for addends in ((None, None), (bias, None), (bias, mask)):
        explicit = attention_scores(q, k, *addends).softmax(dim=-1) @ v
        torch.testing.assert_close(fused_attention(q, k, v, *addends), explicit, rtol=0, atol=1e-6)


def test_scores_of_one_query_are_a_row_of_all_scores() -> None:
    q, k, bias = noise(1, 2, 6, 4), noise(1, 2, 6, 4, seed=1), noise(2, 6, 6, seed=2)
    whole = attention_scores(q, k, bias)
    one = attention_scores(q[:, :, 2:3], k, bias[:, 2:3])
    torch.testing.assert_close(one, whole[:, :, 2:3])


@pytest.mark.parametrize("name", ["attn_scores", "pattern"])
def test_wanting_either_makes_the_explicit_path(name: str) -> None:
    record = Record(lambda other: other == name)
    Attention(8, 2)(noise(1, 3, 8), record)
    assert record.tensors[name].shape == (1, 2, 3, 3)


def test_names_of_an_attention_in_order() -> None:
    record = Record()
    Attention(8, 2)(noise(1, 3, 8), record)
    assert list(record.tensors) == ["qkv", "q", "k", "v", "attn_scores", "pattern", "z", "z_merged"]


def test_heads_are_merged_one_after_another() -> None:
    """Channels of head 0 first; the projection reads them as one row."""
    record = Record()
    Attention(12, 3)(noise(2, 5, 12), record)
    z, merged = record.tensors["z"], record.tensors["z_merged"]
    for head in range(3):
        assert torch.equal(merged[:, :, 4 * head : 4 * head + 4], z[:, head])


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "quick_gelu"])
def test_activations_are_their_formulas(name: Any) -> None:
    x = torch.linspace(-6, 6, 97, dtype=torch.double)
    by_hand = {
        "gelu": [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.tolist()],
        "gelu_tanh": [
            v * 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))) for v in x.tolist()
        ],
        "quick_gelu": [v / (1 + math.exp(-1.702 * v)) for v in x.tolist()],
    }[name]
    torch.testing.assert_close(
        activation(name)(x), torch.tensor(by_hand, dtype=torch.double), rtol=0, atol=1e-12
    )


def test_mlp_is_its_formula() -> None:
    mlp: Any = randomise(Mlp(6, 10, "gelu"))
    x, record = noise(2, 3, 6), Record()
    with torch.no_grad():
        out = mlp(x, record)
        pre = x @ mlp.fc1.weight.T + mlp.fc1.bias
        post = nn.functional.gelu(pre)
        torch.testing.assert_close(record.tensors["mlp_pre"], pre)
        torch.testing.assert_close(record.tensors["mlp_post"], post)
        torch.testing.assert_close(out, post @ mlp.fc2.weight.T + mlp.fc2.bias)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"embed_dim": 100, "num_heads": 3}, "embed_dim 100 is not a multiple of num_heads 3"),
        ({"image_size": (224, 230)}, r"image_size \(224, 230\) is not a multiple of patch_size 16"),
        ({"class_token": False}, "pool 'token' needs a class token"),
        ({"distillation_token": True, "pool": "avg"}, "pool must be 'token'"),
        ({"position": "sincos", "embed_dim": 6, "num_heads": 2}, "that 4 divides, not 6"),
        ({"position_prefix": 2}, "position_prefix 2 is not between 0 and 1"),
        ({"position_prefix": -1}, "position_prefix -1 is not between 0 and 1"),
        ({"num_classes": -1}, r"num_classes -1 must be 0 \(no head\) or more"),
        ({"pool": "token_avg", "norm_after_pool": True}, "class_token must be on, norm_after_pool"),
        ({"pool_prefix": True}, "pool_prefix must be off"),
        ({"relative_bias": True, "num_registers": 1}, "no other tokens may stand before them"),
        ({"rotary": Rotary(), "embed_dim": 36, "num_heads": 6}, "heads of 4, 8, 12, ... channels, not 6"),
    ],
)
def test_a_vit_that_cannot_be_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        ViTConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"kind": "centred", "reference_grid": (16, 16)}, "only 'axial' ones do"),
        ({"kind": "mixed"}, "pairs must be 'neighbours'"),
    ],
)
def test_rotary_positions_that_cannot_be_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Rotary(**settings)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"depths": (2, 2)}, r"depths \(2, 2\) and num_heads \(3, 6, 12, 24\) must be equally long"),
        ({"num_heads": (3, 6, 12, 25)}, "stage 3 has 768 channels, not a multiple of 25 heads"),
    ],
)
def test_a_swin_that_cannot_be_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SwinConfig(**settings)


def test_what_a_vit_configuration_derives() -> None:
    config = ViTConfig((32, 64), embed_dim=96, num_heads=3, num_registers=2, distillation_token=True)
    assert config.grid == (2, 4)
    assert config.prefix_names == ("cls", "dist", "reg1", "reg2")
    assert (config.num_prefix, config.num_position_prefix, config.num_patches, config.num_tokens) == (
        4,
        4,
        8,
        12,
    )
    assert (config.head_dim, config.mlp_dim) == (32, 384)


def test_what_a_swin_configuration_derives() -> None:
    config = SwinConfig((100, 224))
    assert [config.stage_map(i) for i in range(4)] == [(25, 56), (13, 28), (7, 14), (4, 7)]
    assert [config.stage_window(i) for i in range(4)] == [7, 7, 7, 4]
    assert [config.stage_dim(i) for i in range(4)] == [96, 192, 384, 768]
    assert (config.num_stages, config.head_dim) == (4, 32)
