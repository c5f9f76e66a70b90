"""The race of windows against global attention: watched and stopped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def test_the_race_can_be_watched_and_stopped(visit: Visit) -> None:
    page = visit("swin-cost", query="?model=swin-mini")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ of 16 points measured"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Measure")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"(Stopped after \d+|times\. The formulas say)")).first
    ).to_be_visible()
