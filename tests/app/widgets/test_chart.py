"""What a chart is made of arrives in the browser whole: the very numbers, and the words as they are."""

from __future__ import annotations

import base64
import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from vitviz.web.chart.charts import (
    FAINT,
    Area,
    Axis,
    Bars,
    Chart,
    Dots,
    Level,
    Line,
    Mark,
    Note,
    Panel,
    Upright,
)

from vitviz.app.widgets.chart import plain

ODD = np.array([0.1, -0.0, 5e-324, 1 / 3, np.inf, -np.inf, np.nan, 2.0**53 + 2])


def arrived(part: object) -> Any:
    """What the browser reads: as ``plain`` made it, through JSON and without its tolerance for NaN."""
    return json.loads(json.dumps(plain(part), allow_nan=False))


def bits(packed: dict[str, str]) -> NDArray[np.uint64]:
    """The float64 of a packed list, bit by bit."""
    assert packed.keys() == {"f8"}
    return np.frombuffer(base64.b64decode(packed["f8"]), dtype="<u8")


@pytest.mark.parametrize(
    "values",
    [
        ODD,
        ODD.tolist(),
        tuple(ODD.tolist()),
        list(ODD),
        ODD.astype(np.float32),
        np.arange(6, dtype=np.int64)[::-2],
        [3, -1, 2.5],
        range(4),
        np.array([]),
    ],
    ids=lambda values: type(values).__name__,
)
def test_numbers_arrive_with_every_bit(values: Any) -> None:
    expected = np.array(values, dtype=np.float64)
    np.testing.assert_array_equal(bits(arrived(values)), expected.view(np.uint64))


def test_nothing_words_and_pairs_stay_lists() -> None:
    assert arrived([]) == arrived(()) == []
    assert arrived(["blocks.0", "-1", ""]) == ["blocks.0", "-1", ""]
    assert arrived([(7, "7"), (0.1, "10\u207b\u00b9")]) == [[7, "7"], [0.1, "10\u207b\u00b9"]]
    assert arrived({"name": ("a", "b"), "unit": range(2)})["name"] == ["a", "b"]
    assert arrived(None) is None


def test_single_numbers_of_numpy_are_json_numbers() -> None:
    assert arrived(Level(np.float64(0.1))) == {"kind": "level", "y": 0.1, "colour": FAINT, "dash": "solid"}
    assert arrived(Upright(np.int64(3)))["x"] == 3  # type: ignore[arg-type]


def test_every_part_of_a_chart_arrives_under_its_name() -> None:
    marks: tuple[Mark, ...] = (
        Line([1, 2], ODD[:2], fields={"block": ["a", "b"], "error": ODD[6:]}, name="one"),
        Dots([0.5], [np.nan]),
        Bars([0, 1, 2], np.array([3, 4])),
        Area(range(2), ODD[:2], ODD[2:4]),
        Upright(1.5, to=2.5),
        Level(0),
        Note("word", None, 2, shift=(6, -4.5)),
    )
    axis = Axis("n", span=(0, 1), log=True, ticks=[(1, "1")])
    chart = Chart(
        [Panel(axis, marks, heading="top")], 200, uprights=[Upright(1)], headings=[(1.5, "stage 2")]
    )
    told = arrived(chart)
    assert told.keys() == {"kind", *(each.name for each in fields(chart))}
    assert (told["height"], told["beside"], told["headings"]) == (200, False, [[1.5, "stage 2"]])
    (panel,) = told["panels"]
    assert bits(panel["y"]["span"]).tolist() == np.array([0.0, 1.0]).view(np.uint64).tolist()
    assert panel["y"]["ticks"] == [[1, "1"]]
    assert panel["x"] is None
    for mark, seen in zip(marks, panel["marks"], strict=True):
        assert seen.keys() == {"kind", *(each.name for each in fields(mark))}
        assert seen["kind"] == type(mark).__name__.lower()
    line, *_, note = panel["marks"]
    assert line["fields"]["block"] == ["a", "b"]
    np.testing.assert_array_equal(bits(line["fields"]["error"]), ODD[6:].view(np.uint64))
    assert (note["x"], note["text"]) == (None, "word")
    assert bits(note["shift"]).view(np.float64).tolist() == [6, -4.5]
