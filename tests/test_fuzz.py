"""What a stranger can send, made at random from fixed seeds: addresses, payloads, routes, arrays, checkpoints.

Each gets what it understands or the one error that it promises, in bounded time and memory. What once failed stands
among the examples.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.zoo.checkpoints import CONFIG, ours, theirs, write
from vitviz.analysis.convolution.array_functions import LARGEST, MOST_NUMBERS, NotUnderstoodError, read_array
from vitviz.app import address, links, lost, routes
from vitviz.images import Preprocessing
from vitviz.payload import pack_data, unpack_data
from vitviz.web import modules
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.load import load_model

LONG = ["9" * 5000, "٣", "²", "1" * 9]
fuzz = settings(derandomize=True, max_examples=100, database=None)
TEXT = st.text(max_size=40) | st.text("0123456789.-+eE_", max_size=12) | st.sampled_from(LONG)
READERS = {**address.VIEW, "whole": links.whole, "decimal": links.decimal, "flag": links.flag}


@fuzz
@given(st.sampled_from(sorted(READERS)), TEXT | st.tuples(TEXT, TEXT).map(".".join))
@example("whole", "9" * 5000)
@example("second", f"{'9' * 5000}.٣")
@example("decimal", "nan")
@example("decimal", "1e999")
def test_any_value_in_an_address_is_read_or_refused(name: str, text: str) -> None:
    try:
        value = READERS[name](text)
    except ValueError:
        return
    json.dumps(value, allow_nan=False)
    assert len(str(value)) < 40


@fuzz
@given(st.text(max_size=60) | st.dictionaries(st.text(max_size=9), TEXT, max_size=4).map(json.dumps))
@example("[" * 100_000)
@example('{"own_picture": "' + "x" * 10_000 + '"}')
def test_any_memory_of_a_browser_is_read(kept: str) -> None:
    assert all(isinstance(value, str) and len(value) <= lost.LONGEST for value in lost._read(kept).values())


def mutants(content: bytes, seed: int, count: int, where: int) -> list[bytes]:
    """Copies with a few bytes changed, most of them among the first ``where``; cut off, or with more in the middle."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        mutant = bytearray(content)
        for _ in range(random.integers(1, 6)):
            at = int(random.integers(min(where, len(mutant)) if random.random() < 0.8 else len(mutant)))
            kind = random.integers(4)
            if kind == 0:
                mutant[at] = int(random.integers(256))
            elif kind == 1:
                mutant[at] ^= 1 << int(random.integers(8))
            elif kind == 2:
                mutant[at:at] = random.bytes(int(random.integers(1, 9)))
            else:
                del mutant[at : at + int(random.integers(1, 9))]
        if random.random() < 0.15:
            del mutant[int(random.integers(len(mutant))) :]
        made.append(bytes(mutant))
    return made


def test_a_payload_is_read_or_refused() -> None:
    whole = pack_data(
        {"a": [np.arange(6, dtype=np.float32).reshape(2, 3)], "b": "text", "c": np.zeros(3, np.uint8)}
    )
    headers = [
        b"null", b"[]", b'{"arrays": 3}', b'{"arrays": [{}]}', b'{"data": {"$array": 1}, "arrays": []}', b"[" * 5000,
        b'{"arrays": [{"name": [], "dtype": "|u1", "shape": [], "offset": 0}]}',
        b'{"arrays": [{"name": "0", "dtype": "O", "shape": [1], "offset": 0}]}',
        b'{"arrays": [{"name": "0", "dtype": "<f8", "shape": [-1, -9], "offset": 1e9}]}',
        b'{"arrays": [{"name": "0", "dtype": "|u1", "shape": [99999999999999999999], "offset": 0}]}',
    ]  # fmt: skip
    made = [
        b"VVA1",
        b"VVA1\xff\xff\xff\xff",
        *(b"VVA1" + struct.pack("<I", len(text)) + text for text in headers),
    ]
    refused = 0
    for mutant in [*made, *mutants(whole, 1, 600, 200)]:
        try:
            unpack_data(mutant)
        except ValueError:
            refused += 1
    assert refused > 300


PIECES = ["0", "0.bin", "9" * 5000 + ".bin", "rollout", "..", "%2e%2e", "0.npz", "\0"]
PIECE = st.text(max_size=12) | st.sampled_from(PIECES)
PREFIX = st.sampled_from(["explorer", "js", f"js/{modules.stamp()}", "pictures", "checkpoints", ""])


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=routes.routes()))


@fuzz
@given(PREFIX, st.lists(PIECE, max_size=4), st.sampled_from(["GET", "PUT", "POST", "DELETE"]))
@example("explorer", ["x", "9" * 5000 + ".bin"], "GET")
@example("checkpoints", ["x", "9" * 5000], "PUT")
def test_any_path_below_api_is_answered(
    client: TestClient, prefix: str, pieces: list[str], method: str
) -> None:
    from urllib.parse import quote

    path = "/".join(quote(piece, safe="%") for piece in pieces)
    answer = client.request(method, f"/api/{prefix}/{path}", content=b"x" if method == "PUT" else None)
    assert answer.status_code in {400, 404, 405, 410}
    assert len(answer.content) < 200


@fuzz
@given(st.text(max_size=320) | st.text("[](),0123456789 -+e_jx'\n", max_size=60))
@example("[" * 300)
@example("0if 1else 2")
@example("{1}")
@example("[True]")
@example("-" * 299 + "1")
def test_any_text_is_an_array_or_not_understood(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            array = read_array(text)
        except NotUnderstoodError:
            return
    assert array.dtype == np.int64
    assert 0 < array.size <= MOST_NUMBERS
    assert abs(array).max() <= LARGEST


def safetensors(folder: Path) -> bytes:
    return (write(folder) / "model.safetensors").read_bytes()


def pth(_: Path) -> bytes:
    file = io.BytesIO()
    torch.save(theirs(), file)
    return file.getvalue()


def old_pth(_: Path) -> bytes:
    file = io.BytesIO()
    torch.save(ours(), file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def npz(_: Path) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: tensor.numpy() for name, tensor in ours().items()})
    return file.getvalue()


# Seeds of the mutants, and how far into the file most of them are changed: safetensors has its header there.
@pytest.mark.parametrize(("seed", "make", "ending", "where"), [
    (1, safetensors, "safetensors", 3000), (2, pth, "pth", 6000), (3, old_pth, "bin", 3000), (4, npz, "npz", 400),
])  # fmt: skip
def test_a_checkpoint_is_loaded_or_refused(
    tmp_path: Path, seed: int, make: Callable[[Path], bytes], ending: str, where: int
) -> None:
    whole = make(tmp_path)
    small = Preprocessing(size=32)
    file = tmp_path / f"mutant.{ending}"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused, lines = 0, []
    for mutant in mutants(whole, seed, 120, where):
        file.write_bytes(mutant)
        try:
            load_model(file, config=CONFIG, preprocessing=small)
        except CheckpointError as error:
            refused += 1
            lines.append(str(error).count("\n"))
    assert refused > 60
    assert not any(lines)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB
