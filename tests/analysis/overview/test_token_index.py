"""The index of a token reads the same token's numbers out of every tensor: one stage follows from the one before."""

import pytest
import torch

import vitviz
from vitviz.analysis.overview.token_index import token_index
from vitviz.analysis.places import carry
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace

TOLERANCE = {"atol": 1e-5, "rtol": 1e-4}


@pytest.fixture(scope="module")
def vit() -> Trace:
    return vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)


@pytest.fixture(scope="module")
def swin() -> Trace:
    return vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)


def of_token(trace: Trace, name: str, token: int) -> torch.Tensor:
    index = token_index(trace, name, tuple(trace[name].shape), token)
    assert index is not None, name
    return trace[name][index]


def projected(trace: Trace, token: int) -> torch.Tensor:
    proj = trace.network.patch_embed.proj
    pixels = of_token(trace, "image", token)  # (3, P, P)
    return torch.einsum("dcij,cij->d", proj.weight, pixels) + proj.bias


@pytest.mark.parametrize("token", [1, 105, 196])
def test_a_patch_of_a_vit_from_its_pixels_to_its_output(vit: Trace, token: int) -> None:
    torch.testing.assert_close(projected(vit, token), of_token(vit, "embed", token), **TOLERANCE)
    torch.testing.assert_close(of_token(vit, "embed", token), of_token(vit, "tokens", token))
    qkv = of_token(vit, "blocks.4.qkv", token)
    q, k = of_token(vit, "blocks.4.q", token), of_token(vit, "blocks.4.k", token)  # (H, d)
    torch.testing.assert_close(torch.cat([q.flatten(), k.flatten()]), qkv[: 2 * q.numel()])
    weights = of_token(vit, "blocks.4.pattern", token)  # (H, N)
    values = torch.einsum("hn,hnd->hd", weights, vit["blocks.4.v"][0])
    torch.testing.assert_close(values, of_token(vit, "blocks.4.z", token), **TOLERANCE)
    torch.testing.assert_close(values.flatten(), of_token(vit, "blocks.4.z_merged", token), **TOLERANCE)


@pytest.mark.parametrize("step", ["layers.0.blocks.1", "layers.2.blocks.0"])
@pytest.mark.parametrize("token", [0, 1207, 3135])
def test_a_patch_of_a_swin_into_its_window_and_out_again(swin: Trace, step: str, token: int) -> None:
    torch.testing.assert_close(projected(swin, token), of_token(swin, "embed", token), **TOLERANCE)
    rows, columns = next(block.map_size for block in swin.blocks if block.name == step)
    at = carry(token, 0, (56, 56), (rows, columns))
    torch.testing.assert_close(
        of_token(swin, f"{step}.resid_mid", token), swin[f"{step}.resid_mid"][0].flatten(0, 1)[at]
    )
    torch.testing.assert_close(
        of_token(swin, f"{step}.ln1.out", token), of_token(swin, f"{step}.windows", token)
    )
    q, qkv = of_token(swin, f"{step}.q", token), of_token(swin, f"{step}.qkv", token)
    torch.testing.assert_close(q.flatten(), qkv[: q.numel()])
    scores = of_token(swin, f"{step}.attn_scores", token)
    torch.testing.assert_close(scores.softmax(-1), of_token(swin, f"{step}.pattern", token), **TOLERANCE)
    torch.testing.assert_close(
        of_token(swin, f"{step}.windows_out", token), of_token(swin, f"{step}.attn_out", token)
    )


def test_what_holds_no_single_token_has_no_index(vit: Trace, swin: Trace) -> None:
    for trace in (vit, swin):
        for name in ("pooled", "logits"):
            assert token_index(trace, name, tuple(trace[name].shape), 5) is None
        assert token_index(trace, None, (1, 197, 192), 5) is None
    assert token_index(vit, "image", (1, 3, 224, 224), 0) is None
    assert token_index(vit, "embed", (1, 196, 192), 0) is None
    assert of_token(vit, "tokens", 0).shape == (192,)
