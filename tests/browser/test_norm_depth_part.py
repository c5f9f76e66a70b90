"""All layer norms in a real browser, without any server behind them: strips, charts, and one cursor in all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.norm_cases import (
    FINEST,
    PREFIX,
    SHAPES,
    SIZES,
    START,
    TRACES,
    NormPart,
    check_colours,
    chosen_places,
    cursor,
    point,
    statistics,
    token_there,
)
from vitviz.analysis.layer_norm.large_norms import large_norms
from vitviz.analysis.norm_depth.spread import spread
from vitviz.analysis.places import carry
from vitviz.app import words
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import short
from vitviz.web.norm_depth.payload import STYLES, DepthView, make_bands, norm_depth_data
from vitviz.web.norms.packing import pack

pytestmark = pytest.mark.browser


def data_of(kind: str, place: tuple[int, int] | None = None, turn: int = 0) -> dict[str, Any]:
    found = statistics(kind)
    return norm_depth_data(DepthView(pack(found), make_bands(found), cursor(kind, place, turn)), words)


PART = NormPart("/web/norm_depth/norm_depth.js", "NormDepth", STYLES, data_of)


@pytest.fixture(params=["swin", "vit"])
def kind(request: pytest.FixtureRequest, page: Page) -> str:
    return PART.mount(page, request.param)


def check_place(page: Page, kind: str, at: int, token: int) -> None:
    """Everything that the part shows of a layer norm and a token of the finest map is what numpy says."""
    name, mine = statistics(kind)[at].name, token_there(kind, at, token)
    check_depth(page, kind, at, token)
    expect(page.locator(".vm-current")).to_have_text(name)
    expect(page.locator(".vm-read")).to_contain_text(f"{name}  token {mine}")


def check_depth(page: Page, kind: str, at: int, token: int) -> None:
    every = statistics(kind)
    names = [one.name for one in every]
    for i, name in enumerate(("mean", "scale")):
        *edges, median, line = page.evaluate(f"() => ({TRACES})(view.depth[{i}].chart)")
        chosen = [
            float(getattr(one, name)[token_there(kind, number, token)]) for number, one in enumerate(every)
        ]
        band = spread([getattr(one, name) for one in every])
        assert (line["x"], line["y"], line["name"]) == (list(range(len(every))), chosen, names)
        mark = page.evaluate(f"() => ({SHAPES})(view.depth[{i}].chart).chosen")
        assert (mark["xanchor"], mark["yanchor"]) == (at, chosen[at])
        for trace, expected in zip(edges, (band.low, band.high, band.lower, band.upper), strict=True):
            np.testing.assert_array_equal(trace["y"], expected)
        np.testing.assert_array_equal(median["y"], band.median)
        np.testing.assert_array_equal(median["ends"], np.stack([band.low, band.high], axis=1))
    words = page.evaluate(
        "() => view.depth[0].chart.figure.layout.annotations.map(({ x, text }) => [x, text])"
    )
    assert words == ([[2, "stage 1"]] if kind == "swin" else [])


def test_the_pointer_reads_and_sends_nothing(page: Page, kind: str) -> None:
    lane = page.locator(".vm-lane").nth(2)
    count = len(statistics(kind)[2].norm)
    point(page, lane, 0.5, 4.5, (1, count))
    expect(page.locator(".vm-read")).to_contain_text("token 4:")
    assert page.locator(".vm-read").inner_text().split()[-1] == short(statistics(kind)[2].norm[4])
    page.mouse.move(2, 2)
    check_place(page, kind, *START[kind])
    assert chosen_places(page) == []


@pytest.mark.parametrize("shown", ["norm", "ratio", "scale", "mean"])
def test_strips_show_every_token_on_one_scale(page: Page, kind: str, shown: str) -> None:
    page.locator(".vd-quantity button").nth(["norm", "ratio", "scale", "mean"].index(shown)).click()
    every = statistics(kind)
    values = [one.norm / np.median(one.norm) if shown == "ratio" else getattr(one, shown) for one in every]
    quantity: Quantity = "activation" if shown == "mean" else "attention"
    limits = span(np.concatenate(values), quantity)
    for lane, one, row in zip(page.locator(".vm-lane").all(), every, values, strict=True):
        check_colours(lane.locator("canvas"), row, quantity, limits)
        ticks = lane.locator("i").evaluate_all("(ticks) => ticks.map((tick) => parseFloat(tick.style.left))")
        expected = [100 * token / len(row) for token in large_norms(one.norm).tokens]
        assert ticks == pytest.approx(expected, rel=1e-4)
    assert page.locator(".vd .vm .vv-bar > span").first.inner_text() == short(limits[0])
    pressed = page.locator(".vd-quantity [aria-pressed=true]")
    expect(pressed).to_have_count(1)
    assert chosen_places(page) == []


def test_a_click_on_a_strip_goes_there_and_paints_no_strip_anew(page: Page, kind: str) -> None:
    page.evaluate("() => { globalThis.before = [...document.querySelectorAll('.vm canvas')]; }")
    number, token = 3, 1
    grid = SIZES[kind][number][1]
    assert grid is not None
    count = len(statistics(kind)[number].norm)
    point(page, page.locator(".vm-lane").nth(number), 0.5, token + 0.5, (1, count), click=True)
    finest = carry(token, len(PREFIX[kind]), grid, FINEST)
    assert chosen_places(page) == [(number, finest, 1)]
    check_place(page, kind, number, finest)
    # The same place on a finer strip is already looked at: only the layer norm changes.
    other = token_there(kind, 0, finest)
    point(
        page,
        page.locator(".vm-lane").nth(0),
        0.5,
        other + 0.5,
        (1, len(statistics(kind)[0].norm)),
        click=True,
    )
    assert chosen_places(page)[-1] == (0, finest, 2)
    page.locator(".vm-lanes").focus()
    page.keyboard.press("ArrowDown")
    assert len(chosen_places(page)) == 2
    page.keyboard.press("Enter")
    assert chosen_places(page)[-1][0] == 1
    assert page.evaluate(
        "() => [...document.querySelectorAll('.vm canvas')].every((one, i) => one === before[i])"
    )


def test_an_answer_to_an_earlier_choice_does_not_move_the_cursor_back(page: Page, kind: str) -> None:
    page.locator(".vm-lanes").focus()
    for key in ("ArrowDown", "Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    at, token, turn = chosen_places(page)[-1]
    assert (at, turn) == (START[kind][0] + 2, 2)
    PART.answer(page, kind, (at - 1, token), 1)
    check_place(page, kind, at, token)
    PART.answer(page, kind, (0, 4), 2)  # chosen elsewhere since
    check_place(page, kind, 0, 4)


def test_names_are_text(page: Page) -> None:
    PART.mount(page, "swin", (1, 3))
    expect(page.locator(".vm-current")).to_have_text("a<b>ln1</b>")
    assert page.locator(".vm-names b").count() == 0
