"""A figure arrives in the browser whole: the very numbers, and the words as they are."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.app.widgets.chart import chart
from vitviz.payload import pack_data, unpack_data
from vitviz.plot.depth import length_lines
from vitviz.plot.marks import dots, line, values

ODD = np.array([0.1, -0.0, 5e-324, 1 / 3, np.inf, -np.inf, np.nan, 2.0**53 + 2])


def _page() -> None:
    from vitviz.app import session
    from vitviz.app.widgets.chart import chart
    from vitviz.plot.depth import length_lines

    session.setup()
    chart("one", length_lines.describe({"panel": {"a": [1.0, 2.0]}}, ["v", "w"], 1))


def test_numbers_arrive_with_every_bit() -> None:
    found = unpack_data(pack_data(line(ODD, ODD.astype(np.float32))))
    assert found["x"].tobytes() == ODD.tobytes()
    assert found["y"].tobytes() == ODD.astype(np.float32).tobytes()


@pytest.mark.parametrize("given", [range(4), np.arange(6)[::-2], [3, -1, 2.5], [], np.array([True])])
def test_what_is_no_float_becomes_float64(given: object) -> None:
    found = unpack_data(pack_data(dots(given, given)))["x"]  # type: ignore[arg-type]
    np.testing.assert_array_equal(found, np.array(given, dtype=np.float64))
    assert values(given).dtype == np.float64  # type: ignore[arg-type]


def test_a_figure_arrives_with_its_traces_layout_and_words() -> None:
    page = AppTest.from_function(_page).run()
    assert not page.exception
    found = mounted(page, "one")
    described = length_lines.describe({"panel": {"a": [1.0, 2.0]}}, ["v", "w"], 1)
    (trace,) = found["figure"]["data"]
    assert trace["y"].tolist() == [1.0, 2.0]
    assert trace["text"] == ["v", "w"]
    assert found["figure"]["layout"] == described["layout"]
    assert {"help", "png", "svg", "zoom", "pan", "reset"} <= set(found["words"])


def test_a_figure_needs_no_plotly(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    assert callable(chart)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    described = length_lines.describe({"panel": {"a": [1.0]}}, ["v"])
    assert described["data"][0]["y"].tolist() == [1.0]
    with pytest.raises(ImportError, match=r"vitviz\[plot\]"):
        length_lines({"panel": {"a": [1.0]}}, ["v"])
