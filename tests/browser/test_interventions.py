"""The bench in a browser: three edits made on three pages, one turned off, and the numbers are torch's."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

import vitviz
from tests.browser.app_pages import check, go
from tests.browser.conftest import settle
from tests.browser.pointer import numbers
from vitviz.samples import SAMPLES
from vitviz.tracing.interventions import Edit
from vitviz.tracing.planned_edit import PlannedEdit

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
