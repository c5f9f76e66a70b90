"""Files that are broken or mean harm: one sentence each, nothing runs, and no memory is taken for what is refused."""

from __future__ import annotations

import json
import os
import pickle
import resource
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import vitviz
from tests.zoo.checkpoints import CONFIG, TABLE, ours, theirs, write, write_shards
from tests.zoo.test_load_files import SMALL, refused


def load(path: Path) -> Callable[[], object]:
    return lambda: vitviz.load_model(path, config=CONFIG, preprocessing=SMALL)


@pytest.mark.parametrize("kept", [0, 4, 8, 100, -1])
def test_truncated_safetensors(tmp_path: Path, kept: int) -> None:
    file = write(tmp_path) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    refused("truncated", lambda: vitviz.load_model(tmp_path))


def test_a_truncated_pickle(tmp_path: Path) -> None:
    torch.save(ours(), tmp_path / "w.pth")
    whole = (tmp_path / "w.pth").read_bytes()
    for kept in (0, 10, len(whole) // 2):
        (tmp_path / "w.pth").write_bytes(whole[:kept])
        refused("broken_pickle", load(tmp_path / "w.pth"))


def test_a_truncated_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", cls=np.zeros((1, 1, 24), np.float32))
    whole = (tmp_path / "w.npz").read_bytes()
    (tmp_path / "w.npz").write_bytes(whole[: len(whole) // 2])
    refused("broken_file", load(tmp_path / "w.npz"))


def header(table: object, data: bytes = b"") -> bytes:
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (struct.pack("<Q", 1 << 60), "broken_file"),
        (struct.pack("<Q", 3) + b"{{{", "broken_file"),
        (header([1]), "broken_file"),
        (header({}), "no_tensors"),
        (header({"a": 3}), "broken_file"),
        (header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"1234"), "broken_file"),
        (header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"), "broken_file"),
        (header({"a": {"dtype": "F32", "shape": [1 << 39, 1 << 39], "data_offsets": [0, 4]}}), "broken_file"),
        (header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, b"12345678"), "broken_file"),
        (header({"a": {"dtype": "F4", "shape": [1], "data_offsets": [0, 4]}}, b"1234"), "unknown_dtype"),
        (header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"123456"), "broken_file"),
        (header({"a" * 600: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"1234"), "broken_file"),
    ],
)
def test_a_header_that_lies(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "w.safetensors").write_bytes(content)
    refused(code, load(tmp_path / "w.safetensors"))


def test_wrong_shapes_are_named(tmp_path: Path) -> None:
    state = theirs() | {"vit.layernorm.weight": torch.zeros(25)}
    error = refused("wrong_shape", lambda: vitviz.load_model(write(tmp_path, state)))
    assert "vit.layernorm.weight" in str(error)
    assert "(25,)" in str(error)
    assert "(24,)" in str(error)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_what_is_not_finite_is_named(tmp_path: Path, value: float, dtype: torch.dtype) -> None:
    state = {name: tensor.to(dtype) for name, tensor in theirs().items()}
    state["vit.encoder.layer.1.output.dense.weight"][3, 5] = value
    error = refused("not_finite", lambda: vitviz.load_model(write(tmp_path, state)))
    assert "vit.encoder.layer.1.output.dense.weight" in str(error)


def test_large_weights_are_finite(tmp_path: Path) -> None:
    """Their sum is not, and only that is looked at first."""
    state = theirs()
    state["vit.layernorm.bias"] = torch.full((24,), 3e38)
    assert vitviz.load_model(write(tmp_path, state)).trained


def test_whole_numbers_are_no_weights(tmp_path: Path) -> None:
    state = theirs() | {"vit.layernorm.bias": torch.zeros(24, dtype=torch.int8)}
    refused("no_float", lambda: vitviz.load_model(write(tmp_path, state)))


class Harm:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_does_not_run(tmp_path: Path, zipped: bool) -> None:
    done = tmp_path / "done"
    torch.save(ours() | {"harm": Harm(done)}, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    error = refused("code_in_pickle", load(tmp_path / "w.pth"))
    assert "mkdir" in str(error)
    (tmp_path / "plain.bin").write_bytes(pickle.dumps(Harm(done)))
    refused("code_in_pickle", load(tmp_path / "plain.bin"))
    assert not done.exists()


def test_code_in_an_npz_does_not_run(tmp_path: Path) -> None:
    done = tmp_path / "done"
    np.savez(tmp_path / "w.npz", allow_pickle=True, cls=np.array([Harm(done)], dtype=object))
    refused("code_in_pickle", load(tmp_path / "w.npz"))
    assert not done.exists()


def test_zip_bombs_are_not_opened(tmp_path: Path) -> None:
    for file in ("w.pth", "w.npz"):
        with zipfile.ZipFile(tmp_path / file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("archive/data.pkl", bytes(50_000_000))
        assert (tmp_path / file).stat().st_size < 100_000
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        refused("compressed", load(tmp_path / file))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_thirty_billion_parameters_are_refused_before_memory_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vitviz.zoo.read.memory.available", lambda: 64 << 30)
    huge = {
        "hidden_size": 8192,
        "num_attention_heads": 64,
        "intermediate_size": 32768,
        "num_hidden_layers": 40,
    }
    write(tmp_path, table=TABLE | huge)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = refused("too_large", lambda: vitviz.load_model(tmp_path))
    assert "million parameters" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB
    refused(
        "too_deep", lambda: vitviz.load_model(write(tmp_path, table=TABLE | {"num_hidden_layers": 100_000}))
    )


def test_names_with_markup_are_data(tmp_path: Path) -> None:
    state = theirs() | {"<script>alert(1)</script>\n\x1b[31m": torch.zeros(1)}
    error = refused("unexpected_tensors", lambda: vitviz.load_model(write(tmp_path, state)))
    assert error.fields["tensors"] == "<script>alert(1)</script>  [31m"
    error = refused(
        "unknown_type", lambda: vitviz.load_model(write(tmp_path, table=TABLE | {"model_type": "<b>"}))
    )
    assert error.fields["name"] == "<b>"
    assert vitviz.load_model(write(tmp_path)).entry.class_names[2] == "<b>lynx</b>"


def test_an_index_that_lies(tmp_path: Path) -> None:
    index = write_shards(tmp_path) / "model.safetensors.index.json"
    table = json.loads(index.read_text("utf-8"))
    first = next(iter(table["weight_map"]))

    def with_map(weight_map: object) -> Callable[[], object]:
        index.write_text(json.dumps({"weight_map": weight_map}), encoding="utf-8")
        return lambda: vitviz.load_model(tmp_path)

    for elsewhere in (
        "../x.safetensors",
        "/etc/passwd",
        "a\\b.safetensors",
        "..",
        "model.safetensors.index.json",
    ):
        refused("broken_file", with_map(table["weight_map"] | {first: elsewhere}))
    refused("broken_file", with_map([1]))
    refused("broken_file", with_map({first: 3}))
    refused("no_such_file", with_map(table["weight_map"] | {first: "model-3.safetensors"}))
    refused("not_in_shard", with_map(table["weight_map"] | {first: "model-00002-of-00002.safetensors"}))
    refused(
        "not_in_index", with_map({name: file for name, file in table["weight_map"].items() if name != first})
    )


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, "\xff"])
def test_a_broken_configuration(tmp_path: Path, text: str) -> None:
    write(tmp_path)
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    refused("broken_file", lambda: vitviz.load_model(tmp_path))


def test_several_networks_in_one_pickle(tmp_path: Path) -> None:
    torch.save({"student": ours(), "teacher": ours()}, tmp_path / "w.pth")
    error = refused("several_networks", load(tmp_path / "w.pth"))
    assert "student, teacher" in str(error)
    torch.save({"epoch": 3}, tmp_path / "w.pth")
    refused("no_tensors", load(tmp_path / "w.pth"))


def test_a_kind_of_file_that_is_not_known(tmp_path: Path) -> None:
    save_file(ours(), tmp_path / "w.safetensors")
    (tmp_path / "w.safetensors").rename(tmp_path / "w.onnx")
    refused("unknown_kind", load(tmp_path / "w.onnx"))


def test_a_view_that_is_larger_than_what_is_stored(tmp_path: Path) -> None:
    """A pickle can say that one stored number is a matrix of any size."""
    state = ours() | {"head.bias": torch.zeros(1).expand(1 << 40)}
    torch.save(state, tmp_path / "w.pth")
    refused("wrong_shape", load(tmp_path / "w.pth"))
