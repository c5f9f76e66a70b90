"""The page on text in a browser: attention over words follows the pointer without the server, with torch's weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.pointer import count_messages, numbers
from vitviz.app.topics.text.inputs import word_pieces, writer
from vitviz.tracing.trace import run_tokens

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
TEXT = "She was very happy to see him"
LAYER, HEAD = 1, 2


def test_attention_over_words_is_torchs_and_needs_no_server(visit: Visit) -> None:
    ids = torch.tensor([word_pieces().ids(TEXT)])
    weights = run_tokens(writer(), ids).blocks[LAYER].pattern(head=HEAD)  # (N, N)
    asked = {
        "text.section": "attention", "text.who": "writer", "text.text": TEXT, "text.at": f"{LAYER}.{HEAD}.1r",
    }  # fmt: skip
    page = visit("text", query=f"?{urlencode(asked)}")
    words, line = page.locator(".wa-word"), page.locator(".wa-reading")
    count_messages(page)
    words.nth(4).hover()
    expect(line).to_contain_text("to (4) looks most at")
    shown = [float(text) for text in page.locator(".wa-weight").all_inner_texts()[:5]]
    assert shown == pytest.approx(weights[4, :5].tolist(), abs=6e-3)
    assert numbers(line.inner_text())[2] == pytest.approx(weights[4].max().item(), rel=1e-3)
    expect(words.nth(5)).to_have_class(re.compile("wa-masked"))
    assert page.evaluate("window.sent.length") == 0

    words.nth(4).click()
    words.nth(2).click()
    opened = page.locator(".vx-cell")
    expect(opened.locator("h4")).to_contain_text("A[to (4), very (2)]")
    assert numbers(opened.locator("h4").inner_text())[-1] == pytest.approx(weights[4, 2].item(), rel=1e-3)
    page.locator(".wa-words").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(opened.locator("h4")).to_contain_text("A[to (4), happy (3)]")
    page.keyboard.press("x")
    expect(line).to_contain_text("A[happy (3), to (4)]: masked")
    expect(opened).to_contain_text("A = ")
    page.wait_for_url(re.compile(r"text\.at=1\.2\.4\.3cp"))
    page.reload()
    settle(page)
    expect(opened.locator("h4")).to_contain_text("A[happy (3), to (4)] = 0.000")


def test_a_cell_of_the_large_map_opens_its_weight_on_a_phone(visit: Visit) -> None:
    page = visit(
        "text", query="?text.section=attention&text.text=They+were+glad.&text.at=0.1.0r", size="narrow"
    )
    stage = page.locator(".wa-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    expect(page.locator(".wa-reading")).to_contain_text("A[[SEP] (5), [SEP] (5)] =")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".vx-cell h4")).to_contain_text("A[[SEP] (5), [SEP] (5)] =")
