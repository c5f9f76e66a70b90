"""Figures in a real browser, without any server: what plotly.js draws, what it is read by, and what it must not do."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS, frames
from tests.browser.plain_host import PlainHost, arrived
from vitviz.analysis.mlp.activations import gelu
from vitviz.app.words import section
from vitviz.plot.depth import length_lines, share_lines
from vitviz.plot.drawing import Description
from vitviz.plot.hidden import activation_curve
from vitviz.plot.marks import Axis, Note, Panel, Panels, band, bars, cursor, dots, level, line, upright
from vitviz.plot.panels import below
from vitviz.plot.themes import ACCENT

pytestmark = pytest.mark.browser
RANDOM = np.random.default_rng(5)
BLOCKS = [f"blocks.{i}" for i in range(12)]
MOUNT = """async ([figure, words]) => {
const { Chart } = await import('/web/plotly/chart.js');
document.head.insertAdjacentHTML('beforeend', '<link rel="stylesheet" href="/web/plotly/chart.css">');
globalThis.chart?.destroy();
const root = document.getElementById('root');
globalThis.chart = new Chart(root.appendChild(document.createElement('div')));
globalThis.chart.update(figure, words);
}"""
DRAWN = "() => globalThis.chart?.drawn && globalThis.chart.pending === false"
POINTS = "() => chart.div.data.map(({ x, y }) => [[...x], [...y]])"
COUNT = """async () => {
const { plotly } = await import('/web/plotly/plotly.js');
const lib = await plotly();
globalThis.calls = [];
for (const name of ['newPlot', 'react', 'relayout']) {
  const own = lib[name];
  lib[name] = (...args) => { calls.push(name); return own.apply(lib, args); };
} }"""


def mount(page: Page, figure: Description, wait: bool = True) -> None:
    page.evaluate(MOUNT, arrived(page, [figure, section("chart")]))
    if wait:
        page.wait_for_function(DRAWN)


def update(page: Page, figure: Description) -> None:
    page.evaluate(
        "([figure, words]) => chart.update(figure, words)", arrived(page, [figure, section("chart")])
    )
    page.wait_for_function(DRAWN)


def steps(count: int = 12) -> NDArray[np.float64]:
    return RANDOM.standard_normal(count).cumsum()


def lengths(at: int, values: NDArray[np.float64]) -> Description:
    panels = {
        name: {"after": values.tolist(), "mlp": (2 * values).tolist()} for name in ("one", "two", "three")
    }
    return length_lines.describe(panels, BLOCKS, at, {4: "stage 1"})


def test_every_number_is_drawn_as_it_was_given(page: Page) -> None:
    values = np.abs(steps())
    figure = lengths(3, values)
    mount(page, figure)
    drawn = page.evaluate(POINTS)
    for (x, y), trace in zip(drawn, figure["data"], strict=True):
        np.testing.assert_array_equal(x, trace["x"])
        np.testing.assert_array_equal(y, trace["y"])
    assert page.evaluate("() => chart.div._fullLayout.shapes.length") == len(figure["layout"]["shapes"])


def test_a_point_is_where_its_value_is(page: Page) -> None:
    y = steps()
    span = (float(y.min()), float(y.max()))
    panel = Panel(Axis(span=span), [line(range(12), y, symbol="circle", hover="%{y}")])
    mount(page, below(Panels([panel], 300, Axis(span=(0, 11)))))
    places = page.locator(".scatterlayer .point").evaluate_all(
        "(all) => all.map((one) => { const { x, y } = one.getAttribute('transform').match(/"
        "translate\\((?<x>[^,]+),(?<y>[^)]+)\\)/).groups; return [Number(x), Number(y)]; })"
    )
    wide, high = page.evaluate(
        "() => [chart.div._fullLayout.xaxis._length, chart.div._fullLayout.yaxis._length]"
    )
    expected = np.stack([np.arange(12) / 11 * wide, (span[1] - y) / (span[1] - span[0]) * high], axis=1)
    np.testing.assert_allclose(places, expected, atol=0.011)


def test_the_pointer_and_the_arrow_keys_read_the_numbers(page: Page) -> None:
    values = np.abs(steps()) + 1
    figure = lengths(3, values)
    mount(page, figure)
    frame, spoken = page.locator(".vc-frame"), page.locator(".vc-spoken")
    label = frame.get_attribute("aria-label") or ""
    assert label.startswith(figure["layout"]["meta"]["label"])
    assert section("chart")["help"] in label
    frame.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(spoken).to_have_text(f"blocks.1: after {values[1]:.4g}")
    expect(page.locator(".hovertext .nums")).to_have_text(f"blocks.1: after {values[1]:.4g}")
    page.keyboard.press("ArrowDown")
    expect(spoken).to_have_text(f"blocks.5: after {values[5]:.4g}")  # the same line after the break
    page.keyboard.press("Escape")
    expect(spoken).to_have_text("")
    x, y = page.evaluate(
        """() => { const { left, top } = chart.div.getBoundingClientRect();
        const { xaxis: x, yaxis: y } = chart.div._fullLayout;
        const value = chart.div.data[0].y[2];
        return [left + x._offset + x.d2p(2), top + y._offset + y.d2p(value)]; }"""
    )
    page.mouse.move(x + 3, y + 1)
    expect(spoken).to_have_text(f"blocks.2: after {values[2]:.4g}")


def test_keys_that_it_does_not_know_go_on_to_the_page(page: Page) -> None:
    mount(page, lengths(3, np.abs(steps())))
    page.evaluate(
        "() => { globalThis.heard = []; addEventListener('keydown', ({ key }) => heard.push(key)); }"
    )
    page.locator(".vc-frame").focus()
    for key in ("ArrowRight", "x"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["x"]


def test_only_what_is_different_is_drawn_anew(page: Page) -> None:
    page.evaluate(COUNT)
    values = np.abs(steps())
    mount(page, lengths(3, values))
    page.evaluate("() => { globalThis.arrays = chart.div.data.map(({ y }) => y); }")
    update(page, lengths(5, values))
    update(page, lengths(5, values))
    assert page.evaluate("calls") == ["newPlot", "relayout"]
    assert page.evaluate("() => chart.div._fullLayout.shapes[0].x0") == 5
    update(page, lengths(5, values + 1))
    assert page.evaluate("calls") == ["newPlot", "relayout", "react"]
    panels = {"first": (values.tolist(), (2 * values).tolist()), "second": (values.tolist(), values.tolist())}
    mount(page, share_lines.describe(panels, BLOCKS, 1))
    page.evaluate("() => { globalThis.arrays = chart.div.data.map(({ y }) => y); }")
    panels["second"] = ((values + 1).tolist(), values.tolist())
    update(page, share_lines.describe(panels, BLOCKS, 1))
    same = page.evaluate("() => chart.div.data.map(({ y }, i) => y === arrays[i])")
    assert same == [True, True, True, False]


def test_what_a_person_zoomed_into_stays_when_a_cursor_moves(page: Page) -> None:
    values = np.abs(steps())
    mount(page, lengths(3, values))
    box = page.locator(".vc-frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 105, steps=4)
    page.mouse.up()
    page.wait_for_function("() => chart.div._fullLayout.xaxis.range[1] < 11")
    zoomed = page.evaluate("() => chart.div._fullLayout.xaxis.range")
    update(page, lengths(5, values))
    update(page, lengths(5, values + 1))
    assert page.evaluate("() => chart.div._fullLayout.xaxis.range") == zoomed


def test_out_of_sight_nothing_is_drawn_until_it_comes_near(page: Page) -> None:
    page.evaluate("document.getElementById('root').style.paddingTop = '3000px'")
    mount(page, lengths(3, np.abs(steps())), wait=False)
    frames(page, 6)
    assert page.evaluate("() => chart.drawn") is None
    assert page.locator(".vc-frame").evaluate("(frame) => frame.clientHeight") == 230  # its room is kept
    page.locator(".vc-frame").scroll_into_view_if_needed()
    page.wait_for_function(DRAWN)


def test_hidden_it_waits_until_it_has_a_width(page: Page) -> None:
    page.evaluate("document.getElementById('root').style.display = 'none'")
    mount(page, lengths(3, np.abs(steps())), wait=False)
    frames(page, 6)
    assert page.evaluate("() => chart.drawn") is None
    page.evaluate("document.getElementById('root').style.display = ''")
    page.wait_for_function(DRAWN)


def test_it_follows_the_width_of_the_page(page: Page) -> None:
    mount(page, lengths(3, np.abs(steps())))
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function("() => chart.div._fullLayout.width < 390 && chart.div._fullLayout.height === 460")
    assert page.locator(".vc-frame").evaluate("(frame) => frame.clientHeight") == 460
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_pictures_can_be_taken_and_nothing_leaves_the_machine(page: Page, host: PlainHost) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    mount(page, lengths(3, np.abs(steps())))
    page.locator(".vc-frame").hover()
    buttons = page.locator(".modebar-btn")
    titles = buttons.evaluate_all("(all) => all.map(({ dataset }) => dataset.title)")
    words = section("chart")
    assert titles == [words[name] for name in ("png", "svg", "zoom", "pan", "reset")]
    for number, ending in enumerate(("png", "svg")):
        with page.expect_download() as download:
            buttons.nth(number).click()
        assert download.value.suggested_filename == f"vitviz.{ending}"
    assert page.locator("[data-attr=cloud], .modebar-btn--logo").count() == 0
    assert all(url.startswith((host.address, "data:", "blob:")) for url in asked)


def test_another_language_comes_with_its_words(page: Page) -> None:
    figure = lengths(3, np.abs(steps()))
    mount(page, figure)
    words = {name: f"word {name}" for name in section("chart")}
    page.evaluate("([figure, words]) => chart.update(figure, words)", arrived(page, [figure, words]))
    page.wait_for_function("() => document.querySelector('.modebar-btn').dataset.title === 'word png'")
    titles = page.locator(".modebar-btn").evaluate_all("(all) => all.map(({ dataset }) => dataset.title)")
    assert titles == ["word png", "word svg", "word zoom", "word pan", "word reset"]


def test_destroyed_it_leaves_nothing(page: Page) -> None:
    mount(page, lengths(3, np.abs(steps())))
    page.evaluate("() => chart.destroy()")
    assert page.locator("#root *").count() == len(page.locator("#root > div").all())
    page.set_viewport_size({"width": 600, "height": 900})
    frames(page, 6)


def test_in_a_shadow_root_it_has_plotlys_rules(page: Page) -> None:
    figure = arrived(page, lengths(3, np.abs(steps())))
    page.evaluate(
        """async (figure) => {
        const { Chart } = await import('/web/plotly/chart.js');
        const shadow = document.getElementById('root').attachShadow({ mode: 'open' });
        globalThis.chart = new Chart(shadow.appendChild(document.createElement('div')));
        chart.update(figure, {}); }""",
        figure,
    )
    page.wait_for_function(DRAWN)
    styles = page.evaluate(
        """() => { const svg = getComputedStyle(chart.div.querySelector('.main-svg:nth-of-type(3)'));
        const bar = getComputedStyle(chart.div.querySelector('.modebar-container'));
        return [svg.position, bar.position, getComputedStyle(chart.div.querySelector('.modebar-group')).opacity]; }"""
    )
    assert styles == ["absolute", "absolute", "0"]


def everything() -> Description:
    """A figure with every kind of mark."""
    y = steps(30)
    counts, edges = np.histogram(RANDOM.standard_normal(500), 20)
    x = np.arange(30)
    upper = Panel(
        Axis("y"),
        [
            *band(x, y - 1, y + 1),
            line(x, y, ACCENT, dash="dashdot", symbol="square-open", name="walks", hover="%{y:.3f}"),
            *(
                dots([i], y[[i]], symbol=symbol)
                for i, symbol in enumerate(("circle", "diamond", "x-thin-open"))
            ),
        ],
        [upright(4, ACCENT, to=9, opacity=0.2), level(0, dash="dot"), cursor(12, float(y[12]), hollow=True)],
        [Note("<i>a note</i>", 22, float(y[22]), shift=(3, 5)), Note("left", None, 0.0)],
        heading="a heading",
    )
    grows = line(np.arange(1, 31), np.exp(y), name="grows", hover="%{y:.3g}")
    lower = Panel(Axis("z", log=True, count=3, style="power"), [grows])
    counted = Panel(Axis("n", from_zero=True), [bars(edges * 4 + 15, counts, hover="%{y}")])
    return below(Panels([upper, lower, counted], 420, Axis("x"), [upright(20)], [(12, "from here")], "All."))


@pytest.mark.parametrize("width", [390, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mark_is_drawn_and_stays_inside(
    browser: Browser, host: PlainHost, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
    page.goto(host.address)
    mount(page, everything())
    inside: dict[str, Any] = page.evaluate(
        """() => { const box = document.querySelector('.vc-frame').getBoundingClientRect();
      return [...document.querySelectorAll('.vc-frame text')].filter((text) => {
        const own = text.getBoundingClientRect();
        return own.width && (own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1); })
        .map((text) => text.textContent); }"""
    )
    assert not inside
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".scatterlayer .js-line").count() >= 2
    assert page.locator(".barlayer .point").count() == 20
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"chart_{scheme}_{width}.png")
    page.close()


def test_of_many_dots_in_one_place_one_is_drawn(page: Page) -> None:
    pre = RANDOM.standard_normal(768)
    figure = activation_curve.describe(pre, gelu(pre), "gelu", 5)
    mount(page, figure)
    [[units, places]] = page.evaluate(
        "() => chart.div.data.filter(({ mode }) => mode === 'markers').map(({ text, x }) => [text, [...x]])"
    )
    assert 100 < len(units) < 768
    assert places == [pre[int(unit)] for unit in units]
    widest = max(np.abs(np.array(places) - x).min() for x in pre)  # what is not drawn lies under what is
    assert widest < 3 * (pre.max() - pre.min()) / 900
