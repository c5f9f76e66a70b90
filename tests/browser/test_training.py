"""The training page in the app: a run is begun, watched, stopped, gone on with and reset; the film is moved."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_a_run_is_watched_stopped_and_reset(visit: Visit) -> None:
    page = visit("training", query="?training.section=live&training.pictures=200&training.batch=8")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile(r"step ([5-9]\d|[1-9]\d\d) of 500"))).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    settle(page)
    slider = page.get_by_role("slider", name="Snapshot")
    expect(slider).to_be_visible()
    last = int(slider.get_attribute("max") or 0)
    assert last >= 1
    slider.fill("0")
    expect(page.get_by_text(f"after 0 steps (0 of {last})")).to_be_visible()
    choose = page.get_by_role("button", name=re.compile("Choose the patch"))
    choose.click(position={"x": 5, "y": 5})  # patch (0, 0)
    expect(page.get_by_text("patch row 0, column 0", exact=True)).to_be_visible()
    expect(page.get_by_text(f"after 0 steps (0 of {last})")).to_be_visible()  # what a person chose stays
    choose.press("ArrowRight")
    expect(page.get_by_text("patch row 0, column 1", exact=True)).to_be_visible()
    assert "training.query=1" in page.url
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_a_step_is_opened(visit: Visit) -> None:
    page = visit("training", query="?training.section=opened&training.place=fc1")
    expect(page.get_by_text("equal to the last bit")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"Sum: .*autograd: .*difference"))).to_be_visible()
    expect(page.locator(".katex")).to_have_count(7)  # a formula that KaTeX cannot read is none
    expect(page.locator(".katex-error")).to_have_count(0)
