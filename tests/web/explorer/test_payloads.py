"""Payloads of the attention explorer: every bit arrives, and torch's weights follow from it."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import vitviz
from tests.tracing.conftest import SUBJECTS, make
from vitviz.models import windows
from vitviz.models.layers import attention_scores
from vitviz.models.swin_v2 import SwinV2Block
from vitviz.payload import pack, unpack
from vitviz.samples import SAMPLES
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_payload, rollout_payload, value_payload


@pytest.fixture(params=[*SUBJECTS, "vit-tiny", "swin-mini"])
def trace(request: pytest.FixtureRequest) -> Trace:
    """Small random networks, and the embedded ones on a sample picture."""
    if request.param in SUBJECTS:
        return make(request.param).trace()
    return vitviz.trace(vitviz.load_model(request.param), SAMPLES[0].path)


def weights_of(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """What the browser computes of a layer's payload, for all pairs: (W, H, K, K)."""
    q, k = arrays["q"].astype(np.float64), arrays["k"].astype(np.float64)
    scores = np.einsum("whqd,whkd->whqk", q, k) * header["head_dim"] ** -0.5
    if header["window"] is not None:
        strangers = arrays["regions"][:, :, None] != arrays["regions"][:, None, :]  # (W, K, K)
        scores += arrays["bias"] - 100.0 * strangers[:, None]
    weights: NDArray[np.float64] = np.exp(scores - arrays["lse"][..., None])
    return weights


def exact(block: BlockTrace) -> NDArray[np.float64]:
    """softmax(scores) in float64 of the q and k that torch made, (W, H, K, K)."""
    bias = mask = None
    if isinstance(block, SwinBlockTrace):
        bias, mask = block.bias, block.mask
    scores = attention_scores(block["q"].double(), block["k"].double(), bias, mask)
    weights: NDArray[np.float64] = scores.softmax(dim=-1).numpy()
    return weights


def test_torchs_weights_follow_from_a_layers_payload(trace: Trace) -> None:
    """They are the exact ones of torch's q and k; from torch's own they differ by torch's rounding and no more.

    Trained scores reach a hundred, where float32 has steps of 8e-6.
    """
    for block in trace.blocks:
        weights = weights_of(*unpack(layer_payload(block)))
        truth = exact(block)
        np.testing.assert_allclose(weights, truth, rtol=0, atol=1e-12)
        torchs = block.pattern().numpy().reshape(weights.shape)
        gap = np.abs(weights - torchs).max()
        assert gap <= np.abs(truth - torchs).max() + 1e-12
        assert gap < (2e-5 if block.trace.class_names else 1e-6)
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=0, atol=1e-12)


def test_the_header_and_the_tokens_of_a_layer(trace: Trace) -> None:
    for block in trace.blocks:
        header, arrays = unpack(layer_payload(block))
        count = len(header["prefix"]) + header["rows"] * header["columns"]
        assert header["version"] == 1
        assert header["name"] == block.name
        assert header["heads"] == block.num_heads == len(header["entropy"]) == len(header["distance"])
        assert (header["windows"], header["heads"], arrays["q"].shape[2], header["head_dim"]) == arrays[
            "q"
        ].shape
        assert sorted(token for token in arrays["tokens"].ravel() if token >= 0) == list(range(count))
        assert all(0 <= figure <= 1 + 1e-9 for figure in header["entropy"])
        assert all(
            0 <= figure <= np.hypot(header["rows"], header["columns"]) for figure in header["distance"]
        )
        assert 0 < header["reach"] <= 1
        for name in ("q", "k"):
            np.testing.assert_array_equal(arrays[name].view(np.uint32), block[name].numpy().view(np.uint32))
        if isinstance(block, SwinBlockTrace):
            assert (header["window"], header["shift"]) == (block.grid.window, block.grid.shift)
            np.testing.assert_array_equal(arrays["tokens"], block.tokens)
            np.testing.assert_array_equal(arrays["bias"], block.bias)
            strangers = arrays["regions"][:, :, None] != arrays["regions"][:, None, :]
            mask = np.zeros_like(strangers) if block.mask is None else block.mask.numpy() != 0
            np.testing.assert_array_equal(strangers, mask)
            assert block.mask is not None or not arrays["regions"].any()
        else:
            assert (header["window"], header["shift"], header["windows"]) == (None, 0, 1)
            np.testing.assert_array_equal(arrays["tokens"], [range(count)])
            assert set(arrays) == {"q", "k", "lse", "tokens"}


def test_types_of_a_layer() -> None:
    _, arrays = unpack(layer_payload(make("Swin, padded").trace().blocks[1]))
    assert {name: array.dtype.str for name, array in arrays.items()} == {
        "q": "<f4", "k": "<f4", "lse": "<f8", "tokens": "<i4", "bias": "<f4", "regions": "|u1",
    }  # fmt: skip


def test_weights_times_values_through_the_projection_are_what_attention_adds(trace: Trace) -> None:
    """Summed over keys and heads, with the bias that belongs to no head."""
    for block in trace.blocks:
        weights = weights_of(*unpack(layer_payload(block)))
        added = np.zeros((1,))
        for head in range(block.num_heads):
            header, arrays = unpack(value_payload(block, head))
            assert header["head"] == head
            added = added + weights[:, head] @ arrays["v"].astype(np.float64) @ arrays["proj"].T  # (W, K, D)
        parameters = dict(block.module.named_parameters())
        bias = parameters["attn.proj.bias"]
        added = added + (bias * parameters["ls1.gamma"] if header["layer_scale"] else bias).numpy()
        if isinstance(block, SwinBlockTrace):
            added = windows.from_windows(torch.from_numpy(added), block.grid).numpy()  # (1, h, w, C)
        made = "attn_before_norm" if isinstance(block.module, SwinV2Block) else "attn_out"
        np.testing.assert_allclose(added, block[made], rtol=0, atol=5e-5)


@pytest.mark.parametrize("start", [0, 1])
def test_rollout_of_a_vit(start: int) -> None:
    trace = make("ViT with registers, at another size").trace()
    header, arrays = unpack(rollout_payload(trace, start))
    assert (header["start"], header["layers"], header["prefix"]) == (
        start,
        2,
        ["cls", "dist", "reg1", "reg2"],
    )
    assert arrays["matrix"].dtype.str == "<f4"
    means = [block.pattern().mean(dim=0).numpy() for block in trace.blocks[start:]]
    expected = np.eye(19)
    for mean in means:
        expected = (mean + np.eye(19)) / 2 @ expected
    np.testing.assert_allclose(arrays["matrix"], expected, rtol=0, atol=1e-6)


EVERY_TYPE = {
    "floats": np.array([[0.1, -3e-41, np.nan], [np.inf, 1 / 3, -0.0]], "<f4"),
    "wide": np.array([1e-300], "<f8"),
    "numbers": np.array([-1, 2**31 - 1, 7], "<i4"),
    "small": np.arange(5, dtype="|u1").reshape(1, 5, 1),
    "none": np.zeros((0, 3), "<f4"),
}


@pytest.mark.parametrize("text", ["", "x", "xx", "xxx", "xxxxxxx", "äöü 图"])
@pytest.mark.parametrize("count", range(6))
def test_what_is_packed_is_unpacked(count: int, text: str) -> None:
    arrays = dict(list(EVERY_TYPE.items())[:count])
    payload = pack({"name": text}, arrays)
    header, back = unpack(payload)
    assert header["name"] == text
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_where_everything_lies() -> None:
    """Read with nothing but the description of the format."""
    payload = pack({"name": "x"}, EVERY_TYPE)
    assert payload[:4] == b"VVA1"
    (length,) = struct.unpack("<I", payload[4:8])
    assert (8 + length) % 8 == 0
    listed = json.loads(payload[8 : 8 + length].decode())["arrays"]
    assert listed[0]["offset"] == 8 + length
    for entry in listed:
        assert entry["offset"] % 8 == 0
        size = EVERY_TYPE[entry["name"]].nbytes
        assert payload[entry["offset"] : entry["offset"] + size] == EVERY_TYPE[entry["name"]].tobytes()


def test_an_array_that_does_not_lie_in_order_is_put_in_order() -> None:
    array = np.arange(6, dtype="<f4").reshape(2, 3).T
    np.testing.assert_array_equal(unpack(pack({}, {"a": array}))[1]["a"], array)


def test_what_a_payload_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a is <i8; a payload holds <f4, <f8, <i2, <i4, \|u1"):
        pack({}, {"a": np.zeros(1, np.int64)})
    with pytest.raises(ValueError, match="JSON"):
        pack({"entropy": float("nan")}, {})
    with pytest.raises(ValueError, match="not a payload of vitviz"):
        unpack(b"<!doctype html>")
