"""One session walks through all pages, in both languages, with another picture and either model."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_pages import PATHS, check, go, open_section, sections
from tests.browser.conftest import Visit, draw_all, settle
from tests.language import check_language
from vitviz.app import pages, words

pytestmark = pytest.mark.browser
# Pages of models with a world of their own show no picture of a person's.
OWN_WORLD = [pages.address_of(topic) for topic in pages.PLACES[pages.OWN_WORLD]]
# All that a person reads or a screen reader speaks, in shadow roots too; not code, which is nobody's language.
TEXTS = """() => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return found.push(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (node.matches?.("script, style, code, pre, .katex, .vv-code, [data-testid=stHeader]")) return;
    const spoken = ["aria-label", "aria-valuetext", "title", "alt", "placeholder"];
    found.push(...spoken.map((name) => node.getAttribute?.(name) ?? ""));
    for (const root of [node.shadowRoot, node]) for (const child of root?.childNodes ?? []) walk(child);
  };
  walk(document.body);
  return found.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""


def choose(page: Page, box: str, language: str, option: str) -> None:
    """Choose in the side bar, in the box ``picture`` or ``model``."""
    page.get_by_role("combobox", name=words.table()[f"sidebar.{box}"][language], exact=True).click()
    page.get_by_role("option", name=option).first.click()
    settle(page)


# The pages in English with a ViT are those of test_looks.py; those in Chinese with a Swin are in app/test_language.py.
@pytest.mark.parametrize(("language", "model"), [("en", "Swin, C 48"), ("zh", "ViT-Ti")])
def test_all_pages_in_one_session(visit: Visit, language: str, model: str) -> None:
    page = visit("stream" if language == "zh" else "loss")
    if language == "zh":
        page.get_by_role("radio", name=words.LANGUAGES["zh"]).click()
        settle(page)
    choose(page, "picture", language, "Photographer (grey)" if language == "en" else "摄影师")
    choose(page, "model", language, model)
    for path in PATHS:
        go(page, path)
        for number in sections(path):
            open_section(page, path, number)
            check(page)
            check_language(page.evaluate(TEXTS), language)
        if language == "zh":
            draw_all(page, f"{path or 'path-start'}-zh-{model.split()[0].strip(',')}")
        if path not in OWN_WORLD:
            expect(page.locator("[data-testid=stSidebar]")).to_contain_text("photographer_gray.png")


def test_the_shifted_block_of_one_swin_page_is_shown_by_the_other_and_back(visit: Visit) -> None:
    page = visit("swin-shift", query="?model=swin-mini")
    for path in ("swin-reach", "swin-shift", "swin-reach"):
        go(page, path)
        check(page)
        page.mouse.wheel(0, 4000)
        settle(page)
        check(page)


def test_a_token_goes_along_from_page_to_page(visit: Visit) -> None:
    page = visit("patches", query="?model=vit-tiny")
    frame = page.locator(".vv-frame").first
    box = frame.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 3.5 / 14, box["y"] + box["height"] * 5.5 / 14)
    page.mouse.move(2, 2)
    settle(page)
    for path, selector, said in (
        ("layer-norm", ".vn-top .vv-readout", "token 74 = patch (5, 3)"),
        ("attention", ".vx-readout", "(5, 3) looks most at"),
        ("mlp", "[data-testid=stMain]", "token 74"),
        ("", ".vv-readout", "token 74 = patch (5, 3)"),
    ):
        go(page, path)
        expect(page.locator(selector).first).to_contain_text(said)


def test_a_patch_is_chosen_by_click_and_by_keyboard_and_kept_on_other_pages(visit: Visit) -> None:
    page = visit("patches")
    frame = page.locator(".vv-frame").first
    box = frame.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 3.5 / 14, box["y"] + box["height"] * 5.5 / 14)
    readout = page.locator(".vv-readout").first
    expect(readout).to_contain_text("token 74 = patch (5, 3)")  # 1 cls + 5*14 + 3
    settle(page)
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.mouse.move(2, 2)
    settle(page)
    expect(readout).to_contain_text("token 89 = patch (6, 4)")
    go(page, "attention")
    expect(page.locator(".vx-readout").first).to_contain_text("(6, 4) looks most at")
    page.locator(".vx-frame").first.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('token=88')")
    settle(page)
    go(page, "overview")
    expect(page.locator(".vv-readout").first).to_contain_text("token 88 = patch (6, 3)")
