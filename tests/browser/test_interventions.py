"""The bench in a browser: three edits made on three pages, one turned off, and the numbers are torch's."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

import vitviz
from tests.browser.app_pages import check, go
from tests.browser.conftest import settle
from tests.browser.pointer import numbers, point
from vitviz.analysis.interventions.effect import effect
from vitviz.analysis.interventions.region import without_region
from vitviz.samples import SAMPLES
from vitviz.tracing.interventions import Edit
from vitviz.tracing.planned_edit import PlannedEdit, ranges_of
from vitviz.tracing.trace import run_edited

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def changes(*texts: str) -> tuple[float, float]:
    """What these edits change in the best class: logit, and percentage points of probability."""
    model = vitviz.load_model("vit-tiny")
    plain = vitviz.trace(model, SAMPLES[0].path)
    edit = sum((PlannedEdit.read(text).edit(lambda _: plain) for text in texts), Edit(()))
    edited = vitviz.trace(model, SAMPLES[0].path, edit)
    best = int(plain.logits.argmax())
    points = 100 * float(edited.probabilities[best] - plain.probabilities[best])
    return float(edited.logits[best] - plain.logits[best]), points


def said(page: Page) -> list[tuple[float, float]]:
    """The lines of the bench: each edit alone, then all together."""
    lines = page.locator(".st-key-bench-list").get_by_text("\u0394 logit").all_inner_texts()
    found = [numbers(line.split(":")[-1]) for line in lines]
    return [(logit, points) for logit, points in found]


def test_three_edits_from_three_pages_one_turned_off(visit: Visit) -> None:
    page = visit("stream")
    page.get_by_role("button", name="Switch off \u2026").click()
    page.get_by_role("button", name="Switch off blocks.6 MLP").click()
    settle(page)
    expect(page.locator("[data-testid=stSidebar]").get_by_text("Bench: 1 edit")).to_be_visible()
    go(page, "mlp")
    page.get_by_role("button", name="Switch off \u2026").click()
    unit = page.get_by_role("button", name=re.compile("^.*Switch off blocks.6 MLP unit"))
    name = re.search(r"unit (\d+)", unit.inner_text())
    assert name
    unit.click()
    settle(page)
    page.locator("[data-testid=stSidebar]").get_by_text("Bench: 2 edits").click()
    page.wait_for_url("**/interventions*")
    settle(page)
    page.get_by_text("Add to the bench").click()
    settle(page)
    page.get_by_role(
        "button", name="Put it on the bench"
    ).click()  # head 0 of the block that was chosen, or the middle
    settle(page)
    check(page)
    assert f"bench=m6%2Cu6.{name[1]}%2Ch6.0" in page.url
    texts = ["m6", f"u6.{name[1]}", "h6.0"]
    expected = [changes(text) for text in texts]
    for found, wanted in zip(said(page), [*expected, changes(*texts)], strict=True):
        assert found == pytest.approx(wanted, abs=6e-3)
    page.locator(".st-key-bench-list label").filter(has_text="head 0").click()
    settle(page)
    found = said(page)
    assert found[-1] == pytest.approx(changes(*texts[:2]), abs=6e-3)
    assert found[-1] != pytest.approx(changes(*texts), abs=6e-3)
    assert f"u6.{name[1]}%2C-h6.0" in page.url
    page.reload()
    settle(page)
    assert said(page) == found


def test_both_runs_stand_in_the_explorer_and_differ_behind_the_edit(visit: Visit) -> None:
    page = visit("interventions?bench=b2,k4.0&block=4")
    panes = page.locator(".vx-query")
    expect(panes).not_to_have_count(0)
    expect(page.get_by_text("with edits", exact=False).first).to_be_visible()
    check(page)
    expect(page.get_by_text("something failed")).to_have_count(0)


# Of the second figure, the stream's lines.
LINE = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])],
  );
  const plots = all(document).filter(({ classList }) => classList.contains("js-plotly-plot"));
  const line = plots[1]?.data?.find(({ name }) => name === "chosen token");
  return line ? [...line.y] : null;
}"""


def moved(text: str, patch: int) -> list[float]:
    """How far an edit moves the stream of a patch, behind 0, 1, ... blocks."""
    plain = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    edited = run_edited(plain, PlannedEdit.read(text).edit(lambda _: plain))
    return [float(change[1 + patch]) for change in effect(plain, edited).stream]


def test_the_line_of_the_chosen_token_follows_a_click_in_the_explorer(visit: Visit) -> None:
    page = visit("interventions?bench=b2&token=100")
    page.wait_for_function(LINE)
    assert page.evaluate(LINE) == pytest.approx(moved("b2", 99), abs=1e-5)
    point(page, page.locator(".vx-frame").first, 1.5 / 14, 2.5 / 14, click=True)
    settle(page)
    assert "token=30&" in page.url
    page.locator("h1").scroll_into_view_if_needed()
    expected = moved("b2", 29)
    page.wait_for_function(f"(last) => Math.abs(({LINE})().at(-1) - last) < 1e-5", arg=expected[-1])
    assert page.evaluate(LINE) == pytest.approx(expected, abs=1e-5)


def test_names_can_be_read_whole_and_both_figures_are_in_sight(visit: Visit) -> None:
    page = visit("interventions?bench=h3.1,-u2.5~samples,t1.3-5~x0.5")
    page.wait_for_function(LINE)
    names = page.locator(".st-key-bench-list [data-testid=stCheckbox] [data-testid=stMarkdownContainer]")
    expect(names).to_have_count(3)
    for name in names.all():
        assert name.evaluate("(each) => each.scrollWidth <= each.clientWidth + 1"), name.inner_text()
    page.set_viewport_size({"width": 1280, "height": 800})
    settle(page)
    for figure in page.locator(".js-plotly-plot").all():
        box = figure.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def corner(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where a patch of a 14 x 14 grid lies on the screen."""
    box = page.locator(".vv-region-stage").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (column + 0.5) / 14, box["y"] + box["height"] * (row + 0.5) / 14


def test_a_rectangle_is_painted_and_its_numbers_are_torchs(visit: Visit) -> None:
    page = visit("interventions?interventions.section=patches")
    page.locator(".vv-region-stage").scroll_into_view_if_needed()
    page.mouse.move(*corner(page, 4, 5))
    page.mouse.down()
    page.mouse.move(*corner(page, 6, 6))
    page.mouse.move(*corner(page, 8, 9), steps=4)
    page.mouse.up()
    page.mouse.click(
        *corner(page, 4, 5)
    )  # at once: made from what was painted, not from what the server knows
    patches = [14 * row + column for row in range(4, 9) for column in range(5, 10)][1:]
    written = f"interventions.patches={ranges_of(patches)}"
    page.wait_for_url(
        lambda url: written in unquote(url)
    )  # not only the rectangle, which may be sent alone first
    settle(page)
    check(page)
    expect(page.locator(".vv-readout").first).to_contain_text("24 of 196")
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    found = without_region(trace, patches)
    best = int(trace.logits.argmax())
    said = page.get_by_text("Your region: \u0394 logit").inner_text()
    assert numbers(said)[0] == pytest.approx(float(found.delta_logits[best]), abs=6e-5)
    page.reload()
    settle(page)
    expect(page.locator(".vv-readout").first).to_contain_text("24 of 196")
    assert page.get_by_text("Your region: \u0394 logit").inner_text() == said


def test_keys_paint_invert_and_clear(visit: Visit) -> None:
    page = visit("interventions?interventions.section=patches")
    stage = page.locator(".vv-region-stage")
    stage.focus()
    for key in ("ArrowDown", "ArrowRight", "Space", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        stage.press(key)
    settle(page)
    readout = page.locator(".vv-readout").first
    expect(readout).to_contain_text("5 of 196")
    page.wait_for_url(re.compile("interventions.patches=15-17_30-31"))
    page.get_by_role("button", name="invert").click()
    settle(page)
    expect(readout).to_contain_text("191 of 196")
    expect(
        page.get_by_text("what it leaves is moved").or_(page.get_by_text("without a shape"))
    ).to_be_visible()
    page.get_by_role("button", name="clear", exact=True).click()
    settle(page)
    expect(page.get_by_text("Nothing is removed yet")).to_be_visible()
    assert "interventions.patches=" not in page.url
