"""Charts in a real browser, without any server: numbers as Python writes them, marks where the values are."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect
from vitviz.web.chart.charts import (
    ACCENT,
    Area,
    Axis,
    Bars,
    Chart,
    Dots,
    Level,
    Line,
    Note,
    Panel,
    Symbol,
    Upright,
)

from tests.browser.conftest import SCREENSHOTS
from tests.browser.plain_host import PlainHost
from vitviz.app.widgets.chart import plain
from vitviz.app.words import section

pytestmark = pytest.mark.browser
RANDOM = np.random.default_rng(5)
MOUNT = """async (chart) => {
const { Chart } = await import('/web/chart/chart.js');
document.head.insertAdjacentHTML('beforeend', '<link rel="stylesheet" href="/web/chart/chart.css">');
const root = document.getElementById('root');
root.replaceChildren();
globalThis.chart = new Chart(root);
globalThis.chart.update(chart);
}"""
FORMATTED = """async ([values, specs]) => {
const { formatted } = await import('/web/chart/numbers.js');
return specs.map((spec) => values.map((value) => formatted(value, spec)));
}"""
TICKS = """async ([axis, span]) => {
const { ticks } = await import('/web/chart/scale.js');
return ticks(axis, span);
}"""
PLACES = """() => chart.told.map((one) => Array.from({ length: one.count }, (_, i) => {
const { left, right, top, bottom } = chart.places[one.panel];
const [x, y] = one.at(i);
return [(x - left) / (right - left), (bottom - y) / (bottom - top)];
}))"""


def mount(page: Page, chart: Chart) -> None:
    page.evaluate(MOUNT, {"chart": plain(chart), "words": section("chart")})


def steps(count: int = 30) -> NDArray[np.float64]:
    return RANDOM.standard_normal(count).cumsum()


@pytest.mark.parametrize("spec", [".3g", ".4g", ".6g", ".0f", ".3f", ".6f", ".1e", ".0e", ".1%", ".0%"])
def test_numbers_are_written_as_python_writes_them(page: Page, spec: str) -> None:
    exponents = RANDOM.uniform(-9, 9, 200)
    values = [0.0, 1.0, -1.0, 0.0001, 1e5, *(RANDOM.choice([-1, 1], 200) * 10**exponents).tolist()]
    [written] = page.evaluate(FORMATTED, [values, [spec]])
    expected = [format(value, spec).replace("-", "\u2212") for value in values]
    assert written == expected


@pytest.mark.parametrize("span", [(0.0, 1.0), (-3.2, 7.9), (1e-4, 9e-4), (2.0, 4e6), (-0.02, 0.31)])
@pytest.mark.parametrize("log", [False, True])
def test_ticks_are_round_few_and_inside(page: Page, span: tuple[float, float], log: bool) -> None:
    if log and span[0] <= 0:
        span = (0.5, span[1] * 100)
    axis = plain(Axis(log=log))
    told = page.evaluate(TICKS, [axis, list(span)])
    values = [value for value, _ in told]
    assert 2 <= len(values) <= 9
    assert values == sorted(values)
    assert span[0] <= min(values)
    assert max(values) <= span[1] * (1 + 1e-9)
    for value, word in told:
        assert float(word.replace("\u2212", "-")) == pytest.approx(value, rel=0.01, abs=1e-12)
        if value:  # 1, 2 or 5 before the powers of ten, or whole numbers of such steps
            step = values[1] - values[0] if not log else value
            assert re.match(r"[125](\.0*)?e|9\.9", f"{abs(step):.6e}")


@pytest.mark.parametrize(("log", "beside"), [(False, False), (True, False), (False, True)])
def test_every_point_is_where_its_value_is(page: Page, log: bool, beside: bool) -> None:
    x = np.arange(1.0, 31.0)
    ys = [np.exp(steps()) if log else steps() for _ in range(2)]
    low, high = min(y.min() for y in ys), max(y.max() for y in ys)
    axis = Axis("y", span=(float(low), float(high)), log=log)
    panels = [Panel(axis, [Line(x, y, hover="{y:.3f}")]) for y in ys]
    mount(page, Chart(panels, 300, Axis("x", span=(1, 30), log=log), beside=beside))
    scale = np.log if log else np.asarray
    for found, y in zip(page.evaluate(PLACES), ys, strict=True):
        expected_x = (scale(x) - scale(1.0)) / (scale(30.0) - scale(1.0))
        expected_y = (scale(y) - scale(low)) / (scale(high) - scale(low))
        np.testing.assert_allclose(found, np.stack([expected_x, expected_y], axis=1), atol=1e-9)


def test_an_axis_without_a_span_holds_all_marks(page: Page) -> None:
    y = np.array([3.0, 9.0, np.nan, 4.0])
    marks = [Area([0, 1, 2], [1.0, 2.0, 2.0], [5.0, 11.0, 6.0]), Line(np.arange(4), y, hover="{y:.1f}")]
    mount(page, Chart([Panel(Axis("y", from_zero=True), marks)], 200))
    [place] = page.evaluate("() => chart.places.map(({ up, across }) => ({ up, across }))")
    assert place["up"][0] == 0
    assert 11 < place["up"][1] < 12
    assert place["across"] == [0, 3]
    [told] = page.evaluate(PLACES)
    assert told[2][1] is None or np.isnan(told[2][1])


def test_the_pointer_and_the_arrow_keys_tell_the_numbers(page: Page) -> None:
    y = steps()
    marks = [
        Line(
            np.arange(30),
            y,
            hover="{x}: {y:.5g} of {name}",
            fields={"name": [f"block {i}" for i in range(30)]},
        ),
        Dots([3], y[[3]], ACCENT, hover="dot {y:.3f}"),
    ]
    mount(page, Chart([Panel(Axis("y"), marks)], 240, says="A chart."))
    frame, tip = page.locator(".vc-frame"), page.locator(".vc-tip")
    assert (frame.get_attribute("aria-label") or "").startswith("A chart.")
    expect(tip).to_be_hidden()
    box = frame.bounding_box()
    assert box is not None
    x, at = page.evaluate("() => chart.told[0].at(17)")
    page.mouse.move(box["x"] + x, box["y"] + at)
    expect(tip).to_have_text(f"17: {y[17]:.5g} of block 17".replace("-", "\u2212"))
    page.mouse.move(box["x"] + x, box["y"] + box["height"] + 40)
    expect(tip).to_be_hidden()
    frame.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(tip).to_have_text(f"1: {y[1]:.5g} of block 1".replace("-", "\u2212"))
    page.keyboard.press("ArrowDown")
    expect(tip).to_have_text(f"dot {y[3]:.3f}".replace("-", "\u2212"))


def test_bars_stand_on_zero_and_tell_their_ends(page: Page) -> None:
    counts, edges = np.histogram(RANDOM.standard_normal(500), 20)
    mount(
        page,
        Chart([Panel(Axis("count"), [Bars(edges, counts, hover="{low:.2f} to {high:.2f}: {y:.0f}")])], 200),
    )
    frame = page.locator(".vc-frame")
    box = frame.bounding_box()
    assert box is not None
    x, y = page.evaluate("() => chart.told[0].at(12)")
    page.mouse.move(box["x"] + x, box["y"] + y + 2)
    expected = f"{edges[12]:.2f} to {edges[13]:.2f}: {counts[12]}".replace("-", "\u2212")
    expect(page.locator(".vc-tip")).to_have_text(expected)
    floor = page.evaluate("() => chart.places[0].bottom - chart.places[0].y(0)")
    assert 0 <= floor < 12


@pytest.mark.parametrize("width", [390, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mark_is_drawn_and_stays_inside(
    browser: Browser, host: PlainHost, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 700}, color_scheme=scheme)
    page.goto(host.address)
    y = steps()
    symbols: list[Symbol] = ["circle", "circle-open", "diamond", "square", "x"]
    marks = [
        Upright(4, ACCENT, to=9, opacity=0.2), Upright(20), Level(0.0, dash="dot"),
        Area(np.arange(30), y - 1, y + 1), Line(np.arange(30), y, ACCENT, dash="dashdot", symbol="square-open"),
        *(Dots([i], y[[i]], symbol=symbol) for i, symbol in enumerate(symbols)),
        Note("<b>a note</b>", 22, float(y[22]), shift=(3, 5)), Note("left", None, 0.0),
    ]  # fmt: skip
    panels = [
        Panel(Axis("y"), marks),
        Panel(Axis("z", log=True), [Line(np.arange(1, 31), np.exp(y), name="grows")]),
    ]
    mount(page, Chart(panels, 320, Axis("x"), uprights=[Upright(12)], headings=[(12, "from here")]))
    assert page.locator(".vc-chart text", has_text="<b>a note</b>").count() == 1  # as text, not as markup
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    inside = page.evaluate("""() => { const box = document.querySelector('.vc-frame').getBoundingClientRect();
      return [...document.querySelectorAll('.vc-chart text')].every((text) => {
        const own = text.getBoundingClientRect();
        return own.left >= box.left - 1 && own.right <= box.right + 1 && own.bottom <= box.bottom + 1; }); }""")
    assert inside
    assert page.locator(".vc-chart path[stroke-dasharray='7 3 2 3']").count() == 1
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"chart_{scheme}_{width}.png")
    page.close()


def test_a_chart_that_was_hidden_is_drawn_when_it_appears(page: Page) -> None:
    page.evaluate("document.getElementById('root').style.display = 'none'")
    mount(page, Chart([Panel(Axis("y"), [Line([0, 1], [0.0, 1.0])])], 200))
    assert page.locator(".vc-chart path").count() == 0
    page.evaluate("document.getElementById('root').style.display = ''")
    expect(page.locator(".vc-chart path").first).to_be_attached()
