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
from tests.browser.pointer import numbers
from vitviz.analysis.interventions.region import without_region
from vitviz.samples import SAMPLES
from vitviz.tracing.interventions import Edit
from vitviz.tracing.planned_edit import PlannedEdit, ranges_of

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
    settle(page)
    check(page)
    expect(page.locator(".vv-readout").first).to_contain_text("24 of 196")
    patches = [14 * row + column for row in range(4, 9) for column in range(5, 10)][1:]
    assert f"interventions.patches={ranges_of(patches)}" in unquote(page.url)
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
