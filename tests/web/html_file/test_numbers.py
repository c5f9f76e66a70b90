"""What goes into a file: every bit, or rounded with a bound that is true; heads that were left out are no numbers."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PIL import Image

import vitviz
from vitviz.payload import unpack
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_data, layer_payload
from vitviz.web.html_file.contents import Contents, put_run
from vitviz.web.html_file.packing import packed, planes, soonest, unpacked
from vitviz.web.html_file.rounding import layer_scores, log_sum_exp, rounded, rounded_layer

MODELS = ("vit-test", "swin-test")


@pytest.fixture(scope="module", params=MODELS)
def trace(request: pytest.FixtureRequest) -> Trace:
    return of(request.param, 0)


def of(model: str, seed: int) -> Trace:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    made = vitviz.trace(vitviz.load_model(model), Image.fromarray(pixels))
    assert isinstance(made, Trace)
    return made


@pytest.mark.parametrize("size", [0, 1, 3, 4, 7, 4096, 4099])
def test_a_payload_comes_back_with_every_byte(size: int) -> None:
    payload = np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8).tobytes()
    assert unpacked(packed(payload)) == payload
    assert packed(payload) == packed(payload)
    assert planes(b"0123abcdX") == b"0a1b2c3dX"


def test_what_the_first_map_needs_is_plain_where_that_is_not_much_longer(trace: Trace) -> None:
    dense = packed(layer_payload(trace.blocks[0]))
    assert unpacked(soonest(dense)) == unpacked(dense)
    noise = np.random.default_rng(0).normal(size=1000).astype("<f4").tobytes()
    plain = base64.b64encode(noise).decode()
    assert soonest(packed(noise)) == plain
    empty = packed(bytes(4000))
    assert soonest(empty) == empty  # a layer of which one head is kept is mostly nothing


def test_the_weights_are_those_of_torch(trace: Trace) -> None:
    """The scores that rounding starts from are torch's: exp(score - lse) is the pattern of the model's own code."""
    for block in trace.blocks:
        header, arrays = layer_data(block)
        pattern = trace[f"{block.name}.pattern"].numpy()  # (W, H, K, K)
        for window in range(pattern.shape[0]):
            for head in range(pattern.shape[1]):
                scores = layer_scores(header, arrays, window, head)
                np.testing.assert_allclose(log_sum_exp(scores), arrays["lse"][window, head], atol=1e-5)
                weights = np.exp(scores - arrays["lse"][window, head][:, None])
                np.testing.assert_allclose(weights, pattern[window, head], atol=2e-6)


@pytest.mark.parametrize("bits", [4, 12, 22])
def test_rounding_goes_to_the_nearest(bits: int) -> None:
    values = np.random.default_rng(1).normal(size=1000).astype(np.float32) * np.float32(100)
    got = rounded(values, bits)
    mantissa, exponent = np.frexp(values.astype(np.float64))
    nearest = np.ldexp(np.rint(mantissa * 2 ** (bits + 1)), exponent - bits - 1)  # rint goes to even, too
    assert np.array_equal(got, nearest.astype(np.float32))
    assert not np.array_equal(got, values)
    special = np.array([np.inf, -np.inf, np.nan, 0.0], np.float32)
    assert np.array_equal(rounded(special, bits), special, equal_nan=True)


def test_no_weight_changes_by_more_than_is_said_and_rows_sum_to_one(trace: Trace) -> None:
    for block in trace.blocks:
        header, arrays = layer_data(block)
        new, most = rounded_layer(header, arrays, 6)
        largest = 0.0
        for window in range(arrays["q"].shape[0]):
            for head in range(arrays["q"].shape[1]):
                after = np.exp(layer_scores(header, new, window, head) - new["lse"][window, head][:, None])
                before = np.exp(
                    layer_scores(header, arrays, window, head) - arrays["lse"][window, head][:, None]
                )
                np.testing.assert_allclose(after.sum(axis=-1), 1, atol=1e-12)
                largest = max(largest, float(np.abs(after - before).max()))
        assert most == pytest.approx(largest, rel=1e-12)
        assert most > 0


def test_exact_payloads_are_the_bytes_of_the_app(trace: Trace) -> None:
    contents = Contents()
    there = put_run(contents, "0", trace, "all", values=True, precision=None)
    for layer, block in enumerate(trace.blocks):
        text = contents.texts[contents.places[f"0/{layer}.bin"]]
        assert unpacked(text) == layer_payload(block)
        assert f"0/{layer}/0.bin" in contents.places
    assert there["kept"] == [None] * len(trace.blocks)
    assert ("0/rollout/0.bin" in contents.places) == bool(there["starts"]) == (not trace.swin_blocks)
    assert contents.largest_change == 0


def test_heads_that_were_left_out_are_no_numbers(trace: Trace) -> None:
    contents = Contents()
    there = put_run(contents, "0", trace, [(1, 1)], values=False, precision=None)
    assert there["kept"][0] == []
    assert there["kept"][1] == [1]
    assert not there["starts"]
    assert list(contents.places) == ["0/1.bin"]
    _, arrays = unpack(unpacked(contents.texts[0]))
    _, whole = layer_data(trace.blocks[1])
    for name in ("q", "k", "lse"):
        assert np.array_equal(arrays[name][:, 1], whole[name][:, 1])
        assert np.isnan(np.delete(arrays[name], 1, axis=1)).all()


def test_what_two_runs_share_stands_in_the_file_once() -> None:
    model = vitviz.load_model("vit-test")
    pixels = Image.new("RGB", (32, 32), (200, 30, 60))
    plain, edited = vitviz.trace(model, pixels), vitviz.trace(model, pixels, vitviz.zero_head(0, 1))
    contents = Contents()
    for url, run in (("0", plain), ("1", edited)):
        assert isinstance(run, Trace)
        put_run(contents, url, run, "all", values=False, precision=None)
    assert contents.places["0/0.bin"] == contents.places["1/0.bin"]  # what block 0 starts from is the same
    assert contents.places["0/1.bin"] != contents.places["1/1.bin"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"heads": [(9, 0)]}, "no head 0 in layer 9"),
        ({"heads": []}, "no head was chosen"),
        ({"heads": "some"}, "'all' or pairs"),
        ({"precision": 3}, "from 4 to 22"),
        ({"precision": 23}, "from 4 to 22"),
        ({"language": "de"}, "speaks en and zh"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        of("vit-test", 0).save_html(tmp_path / "a.html", **options)
    assert not (tmp_path / "a.html").exists()
