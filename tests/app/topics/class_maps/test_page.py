"""The page of class maps shows the library's maps, curves and verdicts, and says where there are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.analysis.faithfulness.conftest import SWIN, traced
from tests.app.page_contents import mounted, number, trace_of
from vitviz.analysis.class_maps.methods import METHODS
from vitviz.analysis.class_maps.reasons import REASONS
from vitviz.analysis.faithfulness import curves
from vitviz.analysis.faithfulness.curves import (
    order_of_map,
    random_orders_of,
    removal_steps,
    removed_by,
)
from vitviz.analysis.faithfulness.removal import Removal
from vitviz.analysis.faithfulness.verdict import Verdict, Verdicts, judged
from vitviz.app.topics.class_maps import measured
from vitviz.app.topics.class_maps.forgetting import _part, _plain
from vitviz.app.topics.class_maps.question import Question
from vitviz.app.topics.class_maps.verdicts import apart, mark_of, plain, sentence
from vitviz.app.words import table
from vitviz.tracing.trace import Trace
from vitviz.web.class_maps.payload import ORDER, Tile, packed

Open = Callable[..., AppTest]
QUICK = [name for name, method in METHODS.items() if not method.slow]


def tiles_of(page: AppTest) -> dict[str, dict[str, Any]]:
    return {tile["name"]: tile for tile in mounted(page, "class_maps.maps")["tiles"]}


def verdict_of(
    trace: Trace, name: str, target: int, against: int | None = None, removal: Removal = "drop",
    quantity: str = "probability",
) -> Verdicts:  # fmt: skip
    """The library's verdict on one map of a run."""
    values = METHODS[name].attribute(trace, target, against).values

    def read(orders: np.ndarray) -> object:
        removed = removed_by(trace, removal, list(removal_steps(trace, orders, removal)))
        return removed.curves(quantity, target, against)  # type: ignore[arg-type]

    return judged(read(order_of_map(trace, values)), read(random_orders_of(trace)))  # type: ignore[arg-type]


def mark_again(verdict: Verdicts) -> str:
    """A tile's mark from the areas alone."""
    better = int(verdict.deletion.value > verdict.deletion.random.max())
    better += int(verdict.insertion.value > verdict.insertion.random.max())
    worse = int(verdict.deletion.value < verdict.deletion.random.min())
    worse += int(verdict.insertion.value < verdict.insertion.random.min())
    if better and verdict.gap.value > verdict.gap.random.max():
        return "better" if better == 2 else "half"
    if worse and verdict.gap.value < verdict.gap.random.min():
        return "worse" if worse == 2 else "worse_half"
    return "chance"


def table_rows(page: AppTest) -> list[list[str]]:
    """The cells of the table of all tested maps."""
    text = next(element.proto.body for element in page.get("html") if "random" in element.proto.body)
    rows = re.findall(r"<tr>(.*?)</tr>", text)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows if "<td" in row]


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception


def test_every_method_and_every_reason_has_its_words() -> None:
    assert set(ORDER) == set(METHODS)
    words = table()
    for name in METHODS:
        assert f"class_maps.name.{name}" in words
        assert f"class_maps.answers.{name}" in words
    assert not {f"class_maps.why_not.{reason}" for reason in REASONS} - set(words)


def test_maps_curves_and_verdicts_are_the_librarys(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test")
    trace = trace_of(page)
    target = int(trace.logits.argmax())
    tiles = tiles_of(page)
    for name in QUICK:
        one = METHODS[name].attribute(trace, target)
        np.testing.assert_allclose(tiles[name]["values"], one.values.ravel(), rtol=1e-5, atol=1e-7)
        assert tiles[name]["signed"] == one.signed
        top = float(np.abs(one.values).max())
        assert tiles[name]["high"] == pytest.approx(top or 1.0)
        assert tiles[name]["low"] == pytest.approx(-(top or 1.0) if one.signed else 0.0)
        verdict = verdict_of(trace, name, target)
        assert tiles[name]["mark"] == mark_again(verdict)
        assert tiles[name]["gap"] == pytest.approx(verdict.gap.gain, abs=1e-5)
    verdict = verdict_of(trace, "chefer", target)
    assert mounted(page, "class_maps.maps")["band"] == pytest.approx(
        float(verdict.gap.random.max()), abs=1e-5
    )
    assert sentence(verdict) in next(
        text.value for text in page.markdown if "when they are put back" in text.value
    )
    rows = table_rows(page)
    assert [float(row[0]) for row in rows[: len(QUICK)]] == sorted(
        float(row[0]) for row in rows[: len(QUICK)]
    )
    chosen = next(row for row in rows if "Chefer" in row[1])
    assert chosen[1].startswith("\u25b8")
    assert number(chosen[2]) == pytest.approx(verdict.gap.value, abs=1e-3)
    areas = ((chosen[3], verdict.insertion, 1), (chosen[4], verdict.deletion, -1))
    for text, half, sign in areas:
        assert number(text.rstrip(" \u25b2\u25bc")) == pytest.approx(sign * half.value, abs=1e-3)
        assert ("\u25b2" in text) == (half.value > half.random.max())
        assert ("\u25bc" in text) == (half.value < half.random.min())
    drawn = mounted(page, "class_maps.curves")["figure"]["data"]
    named = [one for one in drawn if one.get("name") == "Chefer"]
    heights = (named[0]["y"], named[1]["y"])
    assert heights[0][0] == pytest.approx(float(trace.probabilities[target]), abs=1e-5)
    heights_of = [float(np.trapezoid(one["y"], one["x"]) / (one["x"][-1] - one["x"][0])) for one in named]
    assert -heights_of[0] == pytest.approx(verdict.deletion.value, abs=1e-5)
    assert heights_of[1] == pytest.approx(verdict.insertion.value, abs=1e-5)


def test_a_class_against_another_and_logits(open_page: Open) -> None:
    page = open_page(
        "class_maps", model="vit-test",
        **{
            "setting.class.vit-test": 1, "setting.class_maps.against.vit-test": 3,
            "setting.class_maps.quantity": "logit", "setting.class_maps.method.vit-test": "gradient_x_input",
        },
    )  # fmt: skip
    trace = trace_of(page)
    one = METHODS["gradient_x_input"].attribute(trace, 1, 3)
    np.testing.assert_allclose(tiles_of(page)["gradient_x_input"]["values"], one.values.ravel(), atol=1e-6)
    verdict = verdict_of(trace, "gradient_x_input", 1, 3, quantity="logit")
    row = next(row for row in table_rows(page) if "Gradient x input" in row[1])
    assert number(row[2]) == pytest.approx(verdict.gap.value, abs=1e-3)


def test_a_swin_is_tested_when_asked_and_says_what_it_has_not(open_page: Open) -> None:
    page = open_page("class_maps", model="swin-test")
    trace = trace_of(page)
    tiles = tiles_of(page)
    assert tiles["class_attention"]["values"].size == 0
    assert tiles["class_attention"]["note"] == "No token of this model reads the others for the head."
    assert {tile["mark"] for tile in tiles.values()} == {"none"}
    assert any("Not tested yet" in box.value for box in page.info)
    assert any("runs of the model" in text.value for text in page.caption)
    assert any("windows need every place filled" in text.value for text in page.caption)
    alone = re.search(r"about (\d+)(?:\u2013(\d+))? s", page.button(key="class_maps.page.all").label)
    assert alone is not None
    press(page, "class_maps.page.one")
    assert re.search(r"about \d+ s", page.button(key="class_maps.page.all").label)  # measured: no range
    target = int(trace.logits.argmax())
    tiles = tiles_of(page)
    assert tiles["chefer"]["mark"] == mark_again(verdict_of(trace, "chefer", target, removal="blur"))
    assert tiles["rollout"]["mark"] == "none"
    press(page, "class_maps.page.all")
    assert tiles_of(page)["rollout"]["mark"] == mark_again(
        verdict_of(trace, "rollout", target, removal="blur")
    )
    assert not [button for button in page.button if str(button.key).startswith("class_maps.page")]


def test_two_maps_in_one_chart(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test", **{"setting.class_maps.beside.vit-test": "rollout"})
    drawn = mounted(page, "class_maps.curves")["figure"]["data"]
    assert {one["name"] for one in drawn if one.get("name")} == {
        "20 random orders: mean and range",
        "Chefer",
        "Rollout",
    }
    trace = trace_of(page)
    target = int(trace.logits.argmax())
    mine, other = (verdict_of(trace, name, target).gap for name in ("chefer", "rollout"))
    apart = plain(abs(mine.value - other.value))
    line = next(text.value for text in page.markdown if apart in text.value and "Rollout" in text.value)
    assert ("no ranking" in line) == (abs(mine.value - other.value) < mine.spread)
    assert any(row[1] == "\u25b9 Rollout" for row in table_rows(page))
    assert mounted(page, "class_maps.maps")["compared"] == "rollout"
    np.testing.assert_allclose(
        mounted(page, "class_maps.second")["overlay"],
        METHODS["rollout"].attribute(trace, target).values.ravel(), rtol=1e-5,
    )  # fmt: skip
    page.selectbox(key="class_maps.beside.vit-test").select("grad_cam").run()
    assert mounted(page, "class_maps.maps")["compared"] == "grad_cam"
    np.testing.assert_allclose(
        mounted(page, "class_maps.second")["overlay"],
        METHODS["grad_cam"].attribute(trace, target).values.ravel(), rtol=1e-5, atol=1e-9,
    )  # fmt: skip


def test_what_one_person_measured_is_there_for_the_next(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_page("class_maps", model="vit-test")

    def never(*_args: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(curves, "scores_at", never)
    second = open_page("class_maps", model="vit-test")
    assert trace_of(second) is trace_of(first)
    assert [row[2:] for row in table_rows(second)] == [row[2:] for row in table_rows(first)]


def test_an_attention_map_is_not_measured_again_for_another_class(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test")
    trace, before = trace_of(page), tiles_of(page)["rollout"]["gap"]
    page.session_state["setting.class.vit-test"] = other = int(trace.logits.argmin())
    page.run()
    assert tiles_of(page)["rollout"]["gap"] != before
    assert tiles_of(page)["rollout"]["gap"] == pytest.approx(
        verdict_of(trace, "rollout", other).gap.gain, abs=1e-5
    )


def test_a_slow_map_is_made_when_it_is_chosen(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test")
    assert tiles_of(page)["integrated_gradients"]["values"].size == 0
    page.session_state["setting.class_maps.method.vit-test"] = "integrated_gradients"
    page.run()
    assert tiles_of(page)["integrated_gradients"]["values"].size == 16
    assert any("Completeness: its values add up to" in text.value for text in page.caption)


def test_the_randomisation_check_makes_a_map_for_every_part(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test")
    press(page, "class_maps.forget")
    tiles = mounted(page, "class_maps.forgotten")["tiles"]
    assert [tile["name"] for tile in tiles] == ["own", "classify", "blocks.1", "blocks.0", "embed"]
    assert [tile["title"] for tile in tiles[1:]] == ["head", "block 1", "block 0", "embedding"]
    assert any("With all weights shuffled" in text.value for text in page.markdown)
    assert (_part("layers.2.downsample"), _part("layers.2.blocks.1")) == ("merging 2", "block 2.1")
    assert (_plain(-0.0004), _plain(-0.3), _plain(float("nan"))) == ("0.00", "\u22120.30", "\u2013")


def test_a_flat_map_is_drawn_flat() -> None:
    tile = packed(Tile("flat", "flat", np.full((3, 3), 0.25) + np.linspace(0, 1e-6, 9).reshape(3, 3)))
    assert (tile["low"], tile["high"]) == (0.0, pytest.approx(0.25, abs=1e-5))


def test_it_speaks_chinese(open_page: Open) -> None:
    page = open_page("class_maps", model="vit-test", language="zh")
    assert page.title[0].value == table()["class_maps.title"]["zh"]
    assert any("随机" in tile["says"] for tile in tiles_of(page).values())


RANDOM = np.array([0.442, 0.5, 0.55, 0.6, 0.53, 0.523, 0.49, 0.56])


def verdicts_at(deletion: float, insertion: float) -> Verdicts:
    """Of a map with these areas, where random orders have ``RANDOM`` and, backwards, the same turned around."""
    backwards = np.roll(RANDOM, 4)
    gap = Verdict(insertion - deletion, backwards - RANDOM)
    return Verdicts(gap, Verdict(-deletion, -RANDOM), Verdict(insertion, backwards))


def test_the_line_names_what_carries_the_verdict() -> None:
    assert sentence(verdicts_at(0.38, 0.494)) == (
        "**Better than chance in one half only:** better than all 8 random orders when its patches are removed "
        "(0.380 < 0.442), no better when they are put back (0.494, chance 0.524, better than 2 of 8)."
    )
    assert sentence(verdicts_at(0.38, 0.7)).endswith(
        "better than all 8 random orders when they are put back (0.700 > 0.600)."
    )
    assert sentence(verdicts_at(0.7, 0.3)) == (
        "**Worse than chance in both halves:** worse than all 8 random orders when its patches are removed "
        "(0.700 > 0.600), worse than all 8 random orders when they are put back (0.300 < 0.442)."
    )


HALF = re.compile(
    r"(?P<all>better than all)|(?P<most>better than most \((?P<m>\d+))|(?P<among>no better)|(?P<none>worse than all)"
)


@pytest.mark.parametrize("deletion", [0.3, 0.445, 0.52, 0.598, 0.8])
@pytest.mark.parametrize("insertion", [0.3, 0.445, 0.52, 0.598, 0.8])
def test_the_line_follows_from_the_numbers_in_it(deletion: float, insertion: float) -> None:
    """Each half is read again out of the sentence and judged by its own numbers."""
    verdict = verdicts_at(deletion, insertion)
    head, _, rest = sentence(verdict).partition(":**")
    removed, put_back = rest.split(" removed", 1)
    better = worse = 0
    for text, numbers, area, sign in (
        (removed, put_back, deletion, -1),
        (put_back.split("), ", 1)[1], rest.rsplit("(", 1)[1], insertion, 1),
    ):
        found = HALF.search(text)
        assert found is not None
        first, second = (float(one) for one in re.findall(r"\d\.\d+", numbers)[:2])
        assert first == pytest.approx(area, abs=5e-4)
        beaten = int((sign * RANDOM < sign * area).sum())
        if found["all"]:
            better += 1
            assert beaten == 8
            assert sign * first > sign * second
        elif found["none"]:
            worse += 1
            assert beaten == 0
            assert sign * first < sign * second
        else:
            assert second == pytest.approx(RANDOM.mean(), abs=5e-4)
            assert bool(found["most"]) == (beaten >= 6)
    assert ("Better than chance in both" in head) == (better == 2)
    assert ("Worse than chance in both" in head) == (worse == 2)
    if "one half" in head:
        assert (better if "Better" in head else worse) == 1
    assert (mark_of(verdict) in ("better", "half")) <= (better > 0)
    assert (mark_of(verdict) in ("worse", "worse_half")) <= (worse > 0)


def test_numbers_that_differ_are_written_differently() -> None:
    assert apart(0.38, 0.442) == ("0.380", "0.442")
    assert apart(0.44201, 0.44204) == ("0.44201", "0.44204")
    assert plain(-0.0001) == "0.000"


def test_the_time_that_is_announced_is_what_it_took_last(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = traced(SWIN)
    monkeypatch.setattr(measured, "LAST", {})
    monkeypatch.setattr(measured, "seconds_of_a_run", lambda _trace: 0.5)
    what = [measured.Step(8, ("chefer",)), measured.Step(32, ("chefer", "rollout"))]
    assert measured.seconds(trace, "blur", what) == (pytest.approx(0.3 * 3.0), pytest.approx(3.0))
    clock = iter([0.0, 0.2, 10.0, 10.4])  # 0.2 s for two runs, then 0.4 s for four
    monkeypatch.setattr(measured.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(measured, "_measure", lambda *_given: None)
    assert len(list(measured.measure(trace, Question(0), "blur", what))) == 2
    assert measured.seconds(trace, "blur", what) == (pytest.approx(0.6), pytest.approx(0.6))
    assert measured.seconds(trace, "road", what)[0] < measured.seconds(trace, "road", what)[1]
