"""All layer norms in a real browser, without any server behind them: maps, strips, charts, and one cursor in all."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.plain_host import arrived
from vitviz.analysis.layer_norm.large_norms import large_norms
from vitviz.analysis.layer_norm.spread import spread
from vitviz.analysis.places import carry
from vitviz.app.topics.layer_norm.part import MAPS, NormsView, pack, part_data
from vitviz.plot.colour import Quantity, scale, span
from vitviz.plot.numbers import short
from vitviz.plot.themes import ACCENT
from vitviz.tracing.norms import NormStatistics

pytestmark = pytest.mark.browser
FINEST = (7, 5)
SWIN = (
    ("embed", FINEST),
    ("a<b>ln1</b>", FINEST),
    ("x.downsample.ln", (4, 3)),
    ("b.ln1", (2, 2)),
    ("ln", None),
)
VIT = tuple((f"blocks.{i}.ln1", FINEST) for i in range(4))
PREFIX = {"swin": (), "vit": ("cls", "reg")}
SIZES = {"swin": SWIN, "vit": VIT}
START = {"swin": (0, 17), "vit": (1, 9)}
MOUNT = """async (data) => {
const { Norms } = await import('/app/topics/layer_norm/norms.js');
for (const name of ['web/picker/picker.css', 'app/topics/layer_norm/norm_map.css', 'web/plotly/chart.css',
  'app/topics/layer_norm/part.css']) {
  document.head.insertAdjacentHTML('beforeend', `<link rel="stylesheet" href="/${name}">`);
}
globalThis.chosen = [];
const root = document.getElementById('root');
root.replaceChildren();
globalThis.data = data;
globalThis.view = new Norms(root, (place) => chosen.push(place));
view.update(data);
await new Promise((done) => setTimeout(done, 200));
}"""
PIXELS = """(canvas) => ({ size: [canvas.height, canvas.width],
rgba: [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data] })"""
# What a chart was given to draw, trace by trace; and its marks and other shapes by name.
TRACES = """(chart) => chart.figure.data.map((trace) => ({ axis: trace.yaxis, of: trace.meta, name: trace.text,
symbol: trace.marker?.symbol ?? 'line', x: [...trace.x], y: [...trace.y], ends: trace.customdata }))"""
SHAPES = """(chart) => Object.fromEntries(chart.figure.layout.shapes.filter(({ name }) => name)
.map((shape) => [shape.name, shape]))"""


def statistics(kind: str) -> tuple[NormStatistics, ...]:
    """Noise for every token of every layer norm; in the second one two tokens have a large norm."""
    random = np.random.default_rng(3)
    found = []
    for at, (name, grid) in enumerate(SIZES[kind]):
        count = 1 if grid is None else len(PREFIX[kind]) + grid[0] * grid[1]
        norm = random.uniform(1, 1.5, count)
        if at == 1:
            norm[[3, 12]] *= 4
        mean, scaled = random.normal(size=count) * (at + 1), random.uniform(0.2, 3, count)
        mean, scaled, norm = (one.astype(np.float32) for one in (mean, scaled, norm))
        found.append(NormStatistics(name, mean, scaled, norm, 1e-5, grid))
    return tuple(found)


def data_of(kind: str, place: tuple[int, int] | None = None, turn: int = 0) -> dict[str, Any]:
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 255, (70, 50, 3), np.uint8))
    at, token = place or START[kind]
    return part_data(NormsView(pack(statistics(kind)), picture, PREFIX[kind], FINEST, at, token, turn))


@pytest.fixture(params=["swin", "vit"])
def kind(request: pytest.FixtureRequest, page: Page) -> str:
    page.evaluate(MOUNT, arrived(page, data_of(request.param)))
    return str(request.param)


def chosen_places(page: Page) -> list[tuple[int, int, int]]:
    return [(place["at"], place["token"], place["turn"]) for place in page.evaluate("chosen")]


def token_there(kind: str, at: int, token: int) -> int:
    grid = SIZES[kind][at][1]
    return 0 if grid is None else carry(token, len(PREFIX[kind]), FINEST, grid)


def point(
    page: Page, target: Locator, row: float, column: float, grid: tuple[int, int], click: bool = False
) -> None:
    """Move to a place of an element that has a grid of so many cells."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    move = page.mouse.click if click else page.mouse.move
    move(box["x"] + box["width"] * column / grid[1], box["y"] + box["height"] * row / grid[0])


def check_colours(
    canvas: Locator, values: NDArray[np.floating], quantity: Quantity, limits: tuple[float, float]
) -> None:
    drawn = canvas.evaluate(PIXELS)
    got = np.array(drawn["rgba"]).reshape(-1, 4)
    level = np.round((values - limits[0]) * 255 / (limits[1] - limits[0])).clip(0, 255).astype(int)
    np.testing.assert_allclose(
        got[:, :3], scale(quantity, "light").astype(int)[level], atol=3
    )  # a step at a tie
    assert (got[:, 3] == 255).all()


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
    check_depth(page, kind, at, token)
    expect(page.locator(".vm-current")).to_have_text(norm.name)
    expect(page.locator(".vm-read")).to_contain_text(f"{norm.name}  token {mine}")


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


def test_the_pointer_reads_and_tells_nobody(page: Page, kind: str) -> None:
    norm, first = statistics(kind)[START[kind][0]], len(PREFIX[kind])
    tile = page.locator(".vn-maps > div").nth(1)
    point(page, tile.locator(".vv-frame"), 2.5, 3.5, FINEST)
    token = first + 2 * FINEST[1] + 3
    assert tile.locator(".vv-readout").inner_text().split()[-1] == short(norm.variance[token])
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
    page.locator(".vn-quantity button").nth(["norm", "ratio", "scale", "mean"].index(shown)).click()
    every = statistics(kind)
    values = [one.norm / np.median(one.norm) if shown == "ratio" else getattr(one, shown) for one in every]
    quantity: Quantity = "activation" if shown == "mean" else "attention"
    limits = span(np.concatenate(values), quantity)
    for lane, one, row in zip(page.locator(".vm-lane").all(), every, values, strict=True):
        check_colours(lane.locator("canvas"), row, quantity, limits)
        ticks = lane.locator("i").evaluate_all("(ticks) => ticks.map((tick) => parseFloat(tick.style.left))")
        expected = [100 * token / len(row) for token in large_norms(one.norm).tokens]
        assert ticks == pytest.approx(expected, rel=1e-4)
    assert page.locator(".vn .vm .vv-bar > span").first.inner_text() == short(limits[0])
    pressed = page.locator(".vn-quantity [aria-pressed=true]")
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
    page.locator(".vn-which input").fill("2")
    page.locator(".vn-which input").fill("3")
    token = START[kind][1]
    page.evaluate("(data) => view.update(data)", arrived(page, data_of(kind, (2, token), turn=1)))
    check_place(page, kind, 3, token)
    page.evaluate("() => view.update(data)")  # what came first again: another theme
    check_place(page, kind, 3, token)
    page.evaluate(
        "(data) => view.update(data)", arrived(page, data_of(kind, (0, 4), turn=2))
    )  # chosen elsewhere since
    check_place(page, kind, 0, 4)


def test_the_same_numbers_are_read_once(page: Page, kind: str) -> None:
    page.evaluate("() => { globalThis.read = view.statistics; }")
    page.evaluate("(data) => view.update(data)", arrived(page, data_of(kind, (1, 3), turn=0)))
    assert page.evaluate("() => view.statistics === read")
    check_place(page, kind, 1, 3)


def test_names_are_text(page: Page) -> None:
    page.evaluate(MOUNT, arrived(page, data_of("swin", (1, 3))))
    expect(page.locator(".vn-at")).to_have_text("a<b>ln1</b>")
    assert page.locator(".vn-at b, .vm-names b").count() == 0
