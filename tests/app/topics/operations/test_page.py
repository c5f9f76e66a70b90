"""The page of single operations: what was measured as it is shown, what is published, and the page without numba."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.analysis.operations import bench
from vitviz.analysis.operations.bench import Cost, Progress
from vitviz.analysis.operations.published import PROCESSORS
from vitviz.app.topics.operations import page as operations

Open = Callable[..., AppTest]
COSTS = (
    Cost("add", 0.9, 0.15, 0.3, (4.01, 3.99), 0.5),
    Cost("multiply", 0.9, 0.15, 0.3, (4.0, 4.0), 0.5),
    Cost("multiply_add", 1.2, 0.16, 0.3, (4.0, 4.0), 0.5),
    Cost("divide", 3.3, 0.9, 0.3, (4.0, 4.0), 0.5),
    Cost("root", 4.5, 1.5, 0.3, (4.0, 1.0), 0.5),  # a compiler that removed the work
    Cost("exponential", 9.0, 3.2, 0.3, (4.0, 4.0), 0.5),
)


def tables(page: AppTest) -> list[list[list[str]]]:
    bodies = [part.proto.body for part in page.get("html") if "<table>" in part.proto.body]
    rows = [re.findall(r"<tr>(<td.*?)</tr>", body) for body in bodies]
    return [[re.findall(r">([^<]*)</td>", row) for row in body] for body in rows]


def measured(gate: bench.Gate) -> Iterator[Progress]:
    for number, cost in enumerate(COSTS, 1):
        with gate():
            pass
        yield Progress(number / len(COSTS), cost)


@pytest.fixture
def page(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(bench, "measure", measured)
    monkeypatch.setattr(operations, "installed", lambda name: True)
    return open_page("operations")


def test_what_was_measured_is_what_is_shown(page: AppTest) -> None:
    assert operations.KEPT not in page.session_state
    assert page.button(key="operations.stop").disabled
    page.button(key="operations.start").click().run()
    assert not page.exception
    shown = tables(page)[0]
    assert shown[0] == ["x + y", "0.9000", "3.0", "0.1500", "0.5", "6.0", "4.01 3.99"]
    assert shown[4] == ["\u221ax", *["\u2013"] * 5, "4.00 1.00"]
    figure = mounted(page, "operations.chart")["figure"]["data"]
    late, often = (trace for trace in figure if trace["mode"] == "markers")
    steady = [cost for cost in COSTS if cost.steady]
    assert late["x"].tolist() == [cost.latency for cost in steady]
    assert often["x"].tolist() == [cost.throughput for cost in steady]
    text = "\n".join(markdown.value for markdown in page.markdown)
    assert "6.0 additions" in text
    assert "6 multiplications" in text  # 0.9 / 0.15
    assert "at most 12 GFLOP/s one number at a time, 100 with SIMD" in text  # 2 / 0.16, eight times that
    assert "20 fused multiply-adds" in text  # 3.2 / 0.16
    assert any("3.33 GHz" in caption.value and "took 3.0 s" in caption.value for caption in page.caption)
    assert page.button(key="operations.stop").disabled


def test_without_numba_what_is_published_is_there(without_compilers: None, open_page: Open) -> None:
    page = open_page("operations")
    assert ["pip install numba halide" in info.value for info in page.info] == [True]
    assert not [button for button in page.button if str(button.key).startswith("operations.")]
    [published] = tables(page)
    divide = [processor["divide"] for processor in PROCESSORS.values()]
    assert published[3] == ["y / x", *(f"{one.latency:g} / {one.throughput:g}" for one in divide)]
    assert published[5] == ["exp x", *["\u2013"] * len(PROCESSORS)]


def test_a_compiler_that_does_not_load_is_named(
    without_compilers: None, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "installed", lambda name: True)
    page = open_page("operations")
    page.button(key="operations.start").click().run()
    assert not page.exception
    assert [warning.value for warning in page.warning if "numba" in warning.value]
    assert page.button(key="operations.stop").disabled
