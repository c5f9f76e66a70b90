"""The fixtures of the shared browser modules: numbers as Python writes them, and a payload with every type of array."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np

from tests.web.fixtures import check
from vitviz.payload import pack_data
from vitviz.plot.numbers import MINUS, fixed, short

SPECS = (".3g", ".4g", ".6g", ".0f", ".3f", ".6f", "+.2f", ",.0f", ".1e", ".0e", ".1%", ".0%")
TIES = (0.5, 1.5, 2.5, 0.125, 0.375, 1234.5, 1235.5, 12345.0, 0.0625, 2.0**-20, 1e22, 3.0e21, 99999.5)


def numbers() -> list[float]:
    """Zeros, ties, and noise of all sizes, both signs."""
    random = np.random.default_rng(5)
    noise = 10 ** random.uniform(-12, 12, 120)
    near = [0.0009999, 0.00099999, 0.001, 9999.5, 9999.4999, 99999.0, 100000.0, 1e-300, 5e-324]
    found = [0.0, *TIES, *near, *noise.tolist()]
    return [*found, *(-value for value in found)]


def test_the_fixture_of_numbers_is_current() -> None:
    check(
        "shared/format.json",
        {
            "short": [[repr(value), short(value)] for value in numbers()],
            "fixed": [[repr(v), digits, fixed(v, digits)] for v in numbers() for digits in (2, 6)],
            "format": [[repr(v), spec, _minus(format(v, spec))] for v in numbers() for spec in SPECS]
            + [[str(n), ",", _minus(f"{n:,}")] for n in (0, 999, 1000, -1234567, 10**15)],
        },
    )


def test_the_fixture_of_payloads_is_current() -> None:
    float32 = np.array([[0.1, -3e-41, np.nan], [np.inf, 1 / 3, -0.0]], np.float32)
    arrays = {
        "float32": ("Float32Array", float32),
        "float64": ("Float64Array", np.array([1e-300, 0.1])),
        "int32": ("Int32Array", np.array([-1, 2**31 - 1, 7], np.int32)),
        "int16": ("Int16Array", np.array([-(2**15), 3], np.int16)),
        "uint8": ("Uint8Array", np.arange(5, dtype=np.uint8)),
        "empty": ("Float32Array", np.zeros((0, 3), np.float32)),
        "again": ("Float32Array", float32),
    }
    data = {"list": [1, 2.5, None, True, "ä 图", {}], "deep": {"a": [[0.1]]}}
    packed = pack_data({"values": {name: array for name, (_, array) in arrays.items()}, **data})
    check(
        "shared/payload.json",
        {
            "packed": base64.b64encode(packed).decode(),
            "data": data,
            "arrays": {name: [kind, array.tobytes().hex()] for name, (kind, array) in arrays.items()},
        },
    )


def test_the_fixture_of_number_files_is_current() -> None:
    """Files of arrays as NumPy writes them, and checksums as zlib makes them."""
    arrays = {
        "Float32Array": np.array([[0.5, -3e-41, 1 / 3], [1.0, 2.0, 0.0]], np.float32),
        "Float64Array": np.array([1e-300, 0.1]),
        "Int32Array": np.array([-1, 2**31 - 1, 7], np.int32).reshape(3, 1),
        "Int16Array": np.array([-(2**15), 3], np.int16),
        "Uint8Array": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
        "numbers": np.array([0.1, 2.0]),
        "texts": np.array(["ViT", "\u56fe \U0001f33b", ""]),
    }
    files = []
    for kind, array in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, array)
        shape = list(array.shape)
        files.append(
            {"type": kind, "values": array.ravel().tolist(), "shape": shape, "bytes": buffer.getvalue().hex()}
        )
    texts = ("", "123456789", "\u56fe")
    check(
        "shared/number_files.json",
        {"npy": files, "crc": [[text, zlib.crc32(text.encode())] for text in texts]},
    )


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
