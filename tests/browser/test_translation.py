"""The translation page in the app: words are exchanged and typed, steps go by keyboard, pointing asks nothing."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import frames, settle
from tests.browser.pointer import count_messages
from vitviz.worlds.sentence_grammar import read_sentence

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def translated(page: Page, text: str) -> None:
    """The page shows the translation of ``text``, which is the right one, and its address has the sentence."""
    expect(page.locator(".vt")).to_have_attribute("data-answered", text)
    label = page.locator(".vt-alignment")
    expect(label).to_have_attribute("aria-label", f"{text} </s> → {''.join(read_sentence(text).chinese)}</s>")
    settle(page)
    assert parse_qs(urlsplit(page.url).query).get("translation.sentence") == [text]


def test_a_sentence_is_composed_and_no_other_word_gets_in(visit: Visit) -> None:
    page = visit("translation")
    page.get_by_role("button", name="boats", exact=True).click()
    page.locator(".vt-option", has_text="houses").click()
    translated(page, "there are three purple houses left of a mushroom .")
    changed = page.locator(".vt-changed text")
    assert changed.all_text_contents() == ["座", "房", "子"]
    page.get_by_role("button", name="three", exact=True).click()
    page.get_by_role("button", name="two", exact=True).click()
    translated(page, "there are two purple houses left of a mushroom .")
    page.get_by_role("button", name="New sentence").click()
    field = page.locator(".vt-type")
    field.press_sequentially("is th")
    field.press("Enter")
    field.press_sequentially("cat")
    expect(field).to_have_value("ca")
    expect(page.locator(".vt-message")).to_contain_text('"cat" can stand after "is the"')
    field.press("Enter")  # which means none of the words that begin with what is left
    expect(field).to_have_value("ca")
    for word in ("r ", " behind ", "the ", "tree"):
        field.press_sequentially(word)
    field.press("Enter")
    translated(page, "is the car behind the tree ?")


def test_steps_by_keyboard_and_a_hovered_piece_and_an_opened_weight(visit: Visit) -> None:
    page = visit("translation", query="?translation.step=3&translation.head=1")
    stage = page.locator(".vt-stage")
    stage.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".vt-slider output")).to_contain_text("4 of 14: reads 菇, writes 左")
    expect(page.locator(".vt-kept tr").nth(2)).to_contain_text("5,120 B")
    page.keyboard.press("Home")
    expect(page.locator(".vt-slider output")).to_contain_text("0 of 14: reads <s>, writes 一")
    expect(page.locator(".vx-cell h4")).to_contain_text("A[<s> (writes 一), a] = 0.98")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".vx-cell h4")).to_contain_text("A[<s> (writes 一), mushroom]")
    page.keyboard.press("End")
    expect(page.locator(".vt-verdict")).to_contain_text("Right")
    settle(page)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["translation.step"], query["translation.head"]) == (["14"], ["1"])
    count_messages(page)
    page.locator(".vt-box[data-piece='8']").hover()
    frames(page, 3)
    expect(page.locator(".vt-ribbons.vt-on")).to_have_count(1)
    expect(page.locator(".vt-weight").nth(4)).to_have_text("0.69")  # boats, for its measure word
    page.locator(".vt-box[data-word='8']").hover()
    expect(page.locator(".vt-marked")).to_have_count(15)
    assert page.evaluate("window.sent.length") == 0
