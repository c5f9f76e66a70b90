"""One layer norm in a real browser, without any server behind it: maps, chart, and one cursor in all."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.norm_cases import (
    FINEST,
    PIXELS,
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
from vitviz.analysis.places import carry
from vitviz.app.topics.layer_norm.part import STYLES, NormView, part_data
from vitviz.plot.colour import span
from vitviz.plot.numbers import short
from vitviz.plot.themes import ACCENT
from vitviz.tracing.norms import NormStatistics
from vitviz.web.norms.packing import MAPS, pack

pytestmark = pytest.mark.browser


def data_of(kind: str, place: tuple[int, int] | None = None, turn: int = 0) -> dict[str, Any]:
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (70, 50, 3), np.uint8))
    found = statistics(kind)
    return part_data(NormView(pack(found), found[0], picture, cursor(kind, place, turn)))


PART = NormPart("/app/topics/layer_norm/layer_norms.js", "LayerNorms", STYLES, data_of)


@pytest.fixture(params=["swin", "vit"])
def kind(request: pytest.FixtureRequest, page: Page) -> str:
    return PART.mount(page, request.param)


def check_place(page: Page, kind: str, at: int, token: int) -> None:
    """Everything that the part shows of a layer norm and a token of the finest map is what numpy says."""
    every = statistics(kind)
    norm, first, mine = every[at], len(PREFIX[kind]), token_there(kind, at, token)
    expect(page.locator(".vn-at")).to_have_text(norm.name)
    slider = page.locator(".vn-which input")
    assert (slider.input_value(), slider.get_attribute("aria-valuetext")) == (str(at), norm.name)
    if norm.grid is not None:
        place = f"token {mine} = " + (
            PREFIX[kind][mine]
            if mine < first
            else "patch ({}, {})".format(*divmod(mine - first, norm.grid[1]))
        )
        expect(page.locator(".vn-top .vv-readout").first).to_have_text(place)
        for i, (name, quantity) in enumerate(MAPS.items()):
            values = getattr(norm, name)
            limits = span(values, quantity)
            tile = page.locator(".vn-maps > div").nth(i)
            canvas = tile.locator(".vv-frame canvas")
            assert canvas.evaluate(PIXELS)["size"] == list(norm.grid)
            check_colours(canvas, values[first:], quantity, limits)
            expect(tile.locator(".vv-readout")).to_have_text(f"{place}   {short(values[mine])}")
            low, high = tile.locator(".vv-bar > span").all_inner_texts()
            assert (low, high) == (short(limits[0]), short(limits[1]))
            large = [one for one in large_norms(norm.norm).tokens if one >= first]
            assert tile.locator(".vv-marked").count() == len(large)
    check_tokens_chart(page, norm, mine, PREFIX[kind] if norm.grid else ())


def check_tokens_chart(page: Page, norm: NormStatistics, mine: int, prefix: tuple[str, ...]) -> None:
    found = page.evaluate(f"() => ({TRACES})(view.one.chart)")
    marks = page.evaluate(f"() => ({SHAPES})(view.one.chart)")
    large = large_norms(norm.norm)
    places = {
        "patches": list(range(len(prefix), len(norm.norm))),
        "prefix": list(range(len(prefix))),
        "large": list(large.tokens),
    }
    for axis, quantity in (("y", "mean"), ("y2", "scale"), ("y3", "norm")):
        values = getattr(norm, quantity)
        traces = {one["of"]["tokens"]: one for one in found if one["axis"] == axis}
        assert {whose: one["x"] for whose, one in traces.items()} == places
        for whose, one in traces.items():
            np.testing.assert_array_equal(one["y"], values[places[whose]])
        assert len({one["symbol"] for one in traces.values()}) == 3
        mark = marks[quantity]
        assert (mark["xanchor"], mark["yanchor"], mark["fillcolor"]) == (mine, values[mine], ACCENT)
    assert (marks["threshold"]["y0"], marks["threshold"]["y1"]) == (2 * large.median, 2 * large.median)
    top = page.evaluate("() => view.one.chart.figure.layout.yaxis3.range")
    assert top == [0, pytest.approx(1.08 * max(2 * large.median, float(norm.norm.max())))]


def test_everything_follows_the_arrow_keys_of_the_slider(page: Page, kind: str) -> None:
    at, token = START[kind]
    check_place(page, kind, at, token)
    page.locator(".vn-which input").focus()
    for turn, number in enumerate(range(at + 1, len(SIZES[kind])), start=1):
        page.keyboard.press("ArrowRight")
        check_place(page, kind, number, token)
        assert chosen_places(page)[-1] == (number, token, turn)
    page.keyboard.press("ArrowRight")  # there is no further one
    assert len(chosen_places(page)) == len(SIZES[kind]) - 1 - at
    pooled = SIZES[kind][-1][1] is None
    assert page.locator(".vn-maps").is_visible() != pooled
    assert page.locator(".vn-still").is_visible() == pooled
    assert page.get_by_text("This layer norm comes after pooling").is_visible() == pooled


def test_a_token_is_chosen_in_every_map_and_followed_back(page: Page, kind: str) -> None:
    number = 2
    page.locator(".vn-which input").fill(str(number))
    grid = SIZES[kind][number][1]
    assert grid is not None
    prefix = len(PREFIX[kind])
    for i, (row, column) in zip(range(4), itertools.product((0, grid[0] - 1), (0, grid[1] - 1)), strict=True):
        point(page, page.locator(".vn-top .vv-frame").nth(i), row + 0.5, column + 0.5, grid, click=True)
        token = carry(prefix + row * grid[1] + column, prefix, grid, FINEST)
        assert chosen_places(page)[-1][:2] == (number, token)
        check_place(page, kind, number, token)
    page.locator(".vn-top .vv-frame").nth(2).focus()
    page.keyboard.press("ArrowUp")
    token = carry(prefix + (grid[0] - 2) * grid[1] + grid[1] - 1, prefix, grid, FINEST)
    assert chosen_places(page)[-1][:2] == (number, token)
    if prefix:
        page.get_by_role("button", name="reg").nth(3).click()
        check_place(page, kind, number, 1)
        assert page.get_by_role("button", name="reg").nth(3).evaluate("(chip) => chip.matches(':focus')")


def test_the_pointer_reads_and_sends_nothing(page: Page, kind: str) -> None:
    norm, first = statistics(kind)[START[kind][0]], len(PREFIX[kind])
    tile = page.locator(".vn-maps > div").nth(1)
    point(page, tile.locator(".vv-frame"), 2.5, 3.5, FINEST)
    token = first + 2 * FINEST[1] + 3
    assert tile.locator(".vv-readout").inner_text().split()[-1] == short(norm.variance[token])
    page.mouse.move(2, 2)
    check_place(page, kind, *START[kind])
    assert chosen_places(page) == []


def test_an_answer_to_an_earlier_choice_does_not_move_the_cursor_back(page: Page, kind: str) -> None:
    page.locator(".vn-which input").fill("2")
    page.locator(".vn-which input").fill("3")
    token = START[kind][1]
    PART.answer(page, kind, (2, token), 1)
    check_place(page, kind, 3, token)
    page.evaluate("() => view.update(data)")  # what came first again: another theme
    check_place(page, kind, 3, token)
    PART.answer(page, kind, (0, 4), 2)  # chosen elsewhere since
    check_place(page, kind, 0, 4)


def test_the_same_numbers_are_read_once(page: Page, kind: str) -> None:
    page.evaluate("() => { globalThis.read = view.cursor.statistics; }")
    PART.answer(page, kind, (1, 3), 0)
    assert page.evaluate("() => view.cursor.statistics === read")
    check_place(page, kind, 1, 3)


def test_names_are_text(page: Page) -> None:
    PART.mount(page, "swin", (1, 3))
    expect(page.locator(".vn-at")).to_have_text("a<b>ln1</b>")
    assert page.locator(".vn-at b").count() == 0
