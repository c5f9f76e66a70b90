"""The matrix product page: the work of the real layer, the measurement as it is shown, and the toy cache."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.analysis.compilers import Compiled
from vitviz.analysis.matmul import ladder, timing
from vitviz.analysis.matmul.cache_lines import fetched, steps
from vitviz.analysis.matmul.halide_schedules import SCHEDULES, algorithm, loop_nests
from vitviz.analysis.matmul.loops import RUNGS
from vitviz.analysis.matmul.variants import VARIANTS
from vitviz.app.topics.matmul import compiled_loops
from vitviz.app.topics.matmul.measured import KEPT

Open = Callable[..., AppTest]
SIZES = (4, 8, 16)  # so many that the chart is drawn more than once while they are measured


def test_the_work_is_that_of_the_chosen_models_layer(open_page: Open) -> None:
    page = open_page("matmul", model="vit-tiny")
    assert any("= **0.058 GFLOP**" in text.value for text in page.markdown)  # 2 * 192 * 768 * 196
    assert any("(192, 768)" in part.proto.body for part in page.get("html"))


def test_opening_the_page_measures_nothing(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("measured without being asked")

    monkeypatch.setattr(timing, "measure", never)
    page = open_page("matmul")
    assert KEPT not in page.session_state
    assert page.button(key="matmul.stop").disabled


def test_what_was_measured_is_what_is_shown(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "measure", partial(timing.measure, sizes=SIZES))
    page = open_page("matmul")
    page.button(key="matmul.start").click().run()
    assert not page.exception
    speeds = page.session_state[KEPT]
    assert {(s.name, s.size) for s in speeds} == {(name, size) for name in VARIANTS for size in SIZES}
    table = next(part.proto.body for part in page.get("html") if "GFLOP/s" in part.proto.body)
    rows = re.findall(r"<tr>(<td.*?)</tr>", table)
    assert len(rows) == len(VARIANTS)
    top = max(s.best_gflops for s in speeds if s.name in ("blas_one", "blas_all"))
    for row, name in zip(rows, VARIANTS, strict=True):
        _, common, best, share, _ = re.findall(r">([^<]*)</td>", row)
        own = {s.size: s.gflops for s in speeds if s.name == name}
        assert float(common) == pytest.approx(own[16], rel=0.01)
        assert float(best.split(" ")[0]) == pytest.approx(max(own.values()), rel=0.01)
        assert float(share[:-2]) == pytest.approx(100 * max(own.values()) / top, rel=0.06)
    assert page.button(key="matmul.stop").disabled
    figure = mounted(page, f"matmul.speeds.{len(speeds)}")["figure"]
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
    for line, name in zip(lines, VARIANTS, strict=True):
        assert line["x"].tolist() == list(SIZES)
        assert line["y"].tolist() == [s.gflops for s in speeds if s.name == name]


def test_the_code_beside_each_step_is_the_code_that_is_measured(open_page: Open) -> None:
    page = open_page("matmul", **{"setting.matmul.loops.rung": "registers"})
    shown = [block.value for block in page.code]
    functions = (*VARIANTS.values(), RUNGS["registers"].loops, algorithm, SCHEDULES["as_written"])
    for text, function in zip(shown, functions, strict=False):
        lines = [line for line in inspect.getsource(function).rstrip().splitlines() if '"""' not in line]
        assert text == "\n".join(lines)


def test_without_the_compilers_one_line_says_how_to_get_them(
    without_compilers: None, open_page: Open
) -> None:
    page = open_page("matmul")
    assert [info.value.count("pip install numba halide") for info in page.info] == [1, 1]
    keys = {str(button.key) for button in page.button}
    assert "matmul.start" in keys
    assert not [key for key in keys if key.startswith(("matmul.loops", "matmul.halide"))]
    # The code of a rung and of a schedule is there to be read, and today's nine ways.
    assert len(page.code) == len(VARIANTS) + 3


def fake_ways() -> dict[str, ladder.Way]:
    """The library, a way that is right and one that is not, under names that the page has."""

    def nothing(a: ladder.Array, b: ladder.Array, c: ladder.Array) -> None:
        c[:] = 0

    def right(a: ladder.Array, b: ladder.Array, c: ladder.Array) -> None:
        np.matmul(a, b, out=c)

    made = {"torch": Compiled(right, 0.0), "ijk": Compiled(right, 0.25), "ikj": Compiled(nothing, 0.5)}
    made["dots"] = Compiled(right, 0.25)
    return {name: ladder.Way(lambda way=way: way) for name, way in made.items()}


def rows_of(page: AppTest) -> list[list[str]]:
    table = next(part.proto.body for part in page.get("html") if "max |" in part.proto.body)
    return [re.findall(r">([^<]*)</td>", row) for row in re.findall(r"<tr>(<td.*?)</tr>", table)]


def test_the_ladder_shows_what_was_measured_and_no_time_of_a_wrong_product(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "loop_ways", fake_ways)
    monkeypatch.setattr(compiled_loops, "installed", lambda name: True)
    page = open_page("matmul", **{"setting.matmul.loops.n": 256})
    page.button(key="matmul.loops.start").click().run()
    assert not page.exception
    library, right, wrong, again = page.session_state["matmul.loops.timed"]
    assert [one.size for one in (library, again)] == [256] * 2
    shown = rows_of(page)
    assert [row[0] for row in shown] == ["torch, 1 thread", "ijk", "ikj", "dots"]
    assert float(shown[1][1]) == pytest.approx(right.gflops, rel=1e-3)
    assert float(shown[1][4].split(" ")[0]) == pytest.approx(1000 * right.seconds, rel=1e-3)
    assert shown[1][5] == "0.25"
    assert shown[2][1:5] == ["wrong", "", "", ""]
    ratio, _, base = shown[3][2].split(" ", 2)
    assert (float(ratio), base) == (pytest.approx(again.gflops / right.gflops, rel=0.06), "ijk")
    assert wrong.error == pytest.approx(np.abs(ladder.product_of(256).right).max())
    dots = mounted(page, "matmul.loops.chart")["figure"]["data"]
    assert [list(trace["x"]) for trace in dots] == [[right.gflops, again.gflops]]
    assert page.button(key="matmul.loops.stop").disabled


def test_a_compiler_that_does_not_load_is_named(
    without_compilers: None, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_loops, "installed", lambda name: True)
    page = open_page("matmul")
    page.button(key="matmul.loops.start").click().run()
    assert not page.exception
    assert [warning.value for warning in page.warning if "numba" in warning.value]
    assert page.button(key="matmul.loops.stop").disabled


def test_a_schedule_shows_its_loops(with_halide: None, open_page: Open) -> None:
    page = open_page("matmul", **{"setting.matmul.halide.schedule": "parallel"})
    shown = [block.value for block in page.code]
    assert shown[-1] == loop_nests()["parallel"]
    assert shown[-2].startswith("def parallel(")
    assert shown[-3].startswith("def algorithm(")


def test_the_animation_shows_the_simulation(open_page: Open) -> None:
    page = open_page("matmul")
    page.slider(key="matmul.lines").set_value(5).run()
    data = mounted(page, "matmul.cache_lines")
    for order, name in zip(data["orders"], ("ijk", "ikj"), strict=True):
        made = steps(name, 4, 4, 5)  # type: ignore[arg-type]
        assert order["total"] == sum(fetched(name, 4, 4, 5))  # type: ignore[arg-type]
        assert [tuple(t["addresses"]) for t in order["steps"]] == [t.addresses for t in made]
        assert [tuple(map(bool, t["missed"])) for t in order["steps"]] == [t.missed for t in made]
        assert [tuple(t["kept"]) for t in order["steps"]] == [t.kept for t in made]


def test_it_speaks_chinese(open_page: Open) -> None:
    assert "矩阵乘法" in open_page("matmul", language="zh").title[0].value
