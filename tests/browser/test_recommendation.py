"""The recommendation page in the app: a flight left out or swapped moves the answers, hovering asks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.browser.conftest import frames, settle
from tests.browser.pointer import count_messages
from vitviz.analysis.recommendation.flights import flights
from vitviz.models.sasrec import SasRec
from vitviz.zoo.sequence_models import load_sequence_model

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
AIRCRAFT = 3281


def said(items: torch.Tensor) -> str:
    """The first line of SASRec's answer to a row."""
    network = cast(SasRec, load_sequence_model("sasrec-mini").network)
    share = network(items[None])[0, -1].softmax(dim=0)
    best = int(share.argmax())
    return f"1. {flights().codes[best]} {share[best]:.3f}"


def first_line(page: Page) -> str:
    """The same on the page, after the number that stood there before a change."""
    line = page.locator(".vr-next").first.locator(".vr-next-line").first
    value = line.locator(".vr-value").inner_text().split("\u2192")[-1]
    return f"{line.locator('.vv-mono').first.inner_text()} {value}"


def answered(page: Page, edits: str) -> None:
    """Wait for the answer to a changed row, in the page and in its address."""
    expect(page.locator(".vr-aircraft")).to_have_attribute("data-answered", f"{AIRCRAFT} {edits}")
    settle(page)
    assert parse_qs(urlsplit(page.url).query).get("recommendation.edits", [""])[0] == edits


def test_a_flight_left_out_and_swapped_moves_the_answer_and_undo_brings_it_back(visit: Visit) -> None:
    page = visit("recommendation", query=f"?recommendation.aircraft={AIRCRAFT}")
    row = flights().rows[AIRCRAFT][-51:-1]
    answered(page, "")
    assert first_line(page) == said(row)
    page.get_by_role("button", name="leave out").click()
    answered(page, "49-")
    assert first_line(page) == said(row[:-1])
    page.locator(".vr-strip").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("combobox", name="swap for").select_option("BOS")
    answered(page, "48BOS,49-")
    boston = torch.tensor([*row[:48], flights().codes.index("BOS") + 1])
    assert first_line(page) == said(boston)
    page.reload()
    answered(page, "48BOS,49-")
    assert first_line(page) == said(boston)
    page.get_by_role("button", name="put back").click()
    answered(page, "49-")
    page.get_by_role("button", name="undo").click()
    answered(page, "48BOS,49-")
    page.get_by_role("button", name="all as it was").click()
    answered(page, "")
    assert first_line(page) == said(row)


def test_hovering_asks_nothing_and_says_what_is_there(visit: Visit) -> None:
    page = visit("recommendation", query=f"?recommendation.view=gru&recommendation.aircraft={AIRCRAFT}")
    answered(page, "")
    count_messages(page)
    page.locator(".vr-chip").nth(7).hover()
    expect(page.locator(".vr-read")).to_contain_text("Flight 7, ")
    page.locator(".vr-hit").nth(4).hover()
    expect(page.locator(".vr-read")).to_contain_text(f"{flights().codes[4]}: ")
    frames(page, 3)
    assert page.evaluate("window.sent.length") == 0


def test_a_cell_is_chosen_by_keys_and_another_draw_has_another_seed(visit: Visit) -> None:
    page = visit("recommendation", query="?recommendation.view=losses&recommendation.loss=bpr")
    page.locator(".vr-grid-box").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".vr-opened")).to_contain_text("The row: aircraft 224")
    page.get_by_role("button", name="draw again").click()
    expect(page.locator(".vr-losses")).to_contain_text("seed 1")
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["recommendation.case"] == ["1"]
