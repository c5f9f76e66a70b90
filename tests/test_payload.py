"""Nested data with arrays anywhere goes through one payload whole, and what a payload cannot hold is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from vitviz.payload import DTYPES, pack, pack_data, unpack, unpack_data

EVERY_TYPE = {
    "float32": np.array([[0.1, -3e-41, np.nan], [np.inf, 1 / 3, -0.0]], np.float32),
    "float64": np.array([1e-300, 0.1]),
    "int32": np.array([-1, 2**31 - 1, 7], np.int32),
    "int16": np.array([-(2**15), 2**15 - 1], np.int16),
    "uint8": np.arange(5, dtype=np.uint8).reshape(1, 5, 1),
    "empty": np.zeros((0, 3), np.float32),
}


@dataclass(frozen=True)
class Strip:
    name: str
    values: np.ndarray


def same(got: np.ndarray, sent: np.ndarray) -> bool:
    return (got.dtype, got.shape, got.tobytes()) == (sent.dtype, sent.shape, sent.tobytes())


def test_every_array_arrives_wherever_it_stands() -> None:
    assert {array.dtype.str for array in EVERY_TYPE.values()} == DTYPES
    data = {"deep": [{"arrays": tuple(EVERY_TYPE.values())}], **EVERY_TYPE}
    back = unpack_data(pack_data(data))
    for name, sent in EVERY_TYPE.items():
        assert same(back[name], sent)
    for got, sent in zip(back["deep"][0]["arrays"], EVERY_TYPE.values(), strict=True):
        assert same(got, sent)


def test_an_array_alone_and_one_that_does_not_lie_in_order() -> None:
    sent = np.arange(6, dtype=np.float32).reshape(2, 3).T
    assert same(unpack_data(pack_data(sent)), np.ascontiguousarray(sent))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"a": [1, 2.5, "ä 图", None, True], "": {}}, {"a": [1, 2.5, "ä 图", None, True], "": {}}),
        ((1, (2, 3)), [1, [2, 3]]),
        (range(3), [0, 1, 2]),
        ({"f": np.float64(0.1), "i": np.int64(3), "b": np.bool_(True)}, {"f": 0.1, "i": 3, "b": True}),
        (2**53 + 2, 2**53 + 2),
        ([], []),
    ],
)
def test_what_json_holds_arrives_as_it_is(sent: object, expected: object) -> None:
    assert unpack_data(pack_data(sent)) == expected


def test_a_dataclass_arrives_as_the_mapping_of_its_fields() -> None:
    back = unpack_data(pack_data([Strip("q", EVERY_TYPE["float32"])]))
    assert back[0]["name"] == "q"
    assert same(back[0]["values"], EVERY_TYPE["float32"])


def test_an_array_that_occurs_twice_is_sent_once() -> None:
    table = np.zeros((256, 3), np.uint8)
    once, twice = pack_data([table]), pack_data([table, {"again": table}])
    assert len(twice) < len(once) + 64
    assert len(unpack(twice)[1]) == 1


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (
            {"rows": [{"low": float("nan")}]},
            ValueError,
            r"data\.rows\[0\]\.low is nan; only arrays hold that",
        ),
        ({"high": np.float32("inf")}, ValueError, r"data\.high is inf"),
        (
            {"x": np.zeros(1, np.int64)},
            ValueError,
            r"data\.x is <i8; a payload holds <f4, <f8, <i2, <i4, \|u1",
        ),
        ({"x": b"abc"}, TypeError, r"data\.x is a bytes"),
        ({"x": {1, 2}}, TypeError, r"data\.x is a set"),
        ({"x": Strip}, TypeError, r"data\.x is a type"),
        ({"x": {3: "a"}}, TypeError, r"data\.x has the key 3"),
        ({"$array": 0}, TypeError, r"data has the key '\$array'"),
    ],
)
def test_what_a_payload_cannot_hold_is_refused(data: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        pack_data(data)


def test_a_payload_of_named_arrays_is_not_nested_data() -> None:
    with pytest.raises(ValueError, match="named arrays"):
        unpack_data(pack({}, {}))
