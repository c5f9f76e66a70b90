"""The theme and the presentation: chosen without losing the session, kept by the address, right under the pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUIET, Visit, settle

pytestmark = pytest.mark.browser
GROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
# Controls of our own that a finger would miss.
SMALL = """() => [...document.querySelectorAll("[data-testid=stMain] *")].flatMap(({ shadowRoot }) =>
  [...(shadowRoot?.querySelectorAll("button, select, summary, input") ?? [])]
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width && (box.width < 43.5 || box.height < 43.5) && one.closest(":popover-open, .vv"))
    .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`))"""
# The same of Streamlit's own controls in the side bar, once that is open, and of links.
SMALL_THEIRS = """() => [...document.querySelectorAll(
    "[data-testid=stSidebar] :is(button, summary), [data-testid=stMain] [data-testid=stPageLink] a")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && (width < 43.5 || height < 43.5))
  .filter(([one]) => !one.closest("[data-testid=stSelectbox]"))
  .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 20, 22)"


def ground(page: Page, colour: str) -> None:
    """The page, and the parts in it, have this background."""
    page.wait_for_function(f"{GROUND} === '{colour}'")
    settle(page)


def test_a_theme_is_chosen_and_kept_by_the_address(visit: Visit) -> None:
    page = visit("convolution", query="?theme=dark&present=x")
    expect(page.get_by_test_id("stToast").filter(has_text="present = x")).to_have_count(1)
    ground(page, DARK)
    page.evaluate("window.same = true")
    page.get_by_label("Theme").select_option("light")
    page.wait_for_function("location.search.includes('theme=light')")
    ground(page, LIGHT)
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_label("Theme").select_option("system")
    ground(page, DARK)
    page.wait_for_function("!location.search.includes('theme')")
    assert page.evaluate("window.same"), "a theme is chosen without loading the page again"


def test_a_presentation_is_larger_and_the_pointer_still_reads_what_it_is_over(visit: Visit) -> None:
    page = visit("convolution", query="?model=vit-tiny")
    sidebar = page.get_by_test_id("stSidebar")
    page.keyboard.press("p")
    page.wait_for_function("location.search.includes('present=1')")
    settle(page)
    expect(sidebar).to_be_hidden()
    filters = page.locator(".vv-filters-host").first
    canvas = filters.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    width = canvas.evaluate("(canvas) => canvas.offsetWidth")
    assert box["width"] / width == pytest.approx(1.3, abs=0.01)
    outline = filters.locator(".vv-filter-outline")
    y = box["y"] + 12
    for x in range(
        int(box["x"] + box["width"] / 2), int(box["x"] + box["width"]), 8
    ):  # there are gaps between filters
        page.mouse.move(x, y)
        if outline.is_visible():
            break
    marked = outline.bounding_box()
    assert marked is not None
    assert marked["x"] <= x <= marked["x"] + marked["width"]
    assert marked["y"] <= y <= marked["y"] + marked["height"]
    page.reload()
    settle(page)
    expect(sidebar).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('present')")
    expect(sidebar).to_be_visible()
    expect(page.locator("#vv-leave")).to_be_hidden()


def test_a_chart_in_a_presentation_reads_the_point_under_the_pointer(visit: Visit) -> None:
    page = visit("loss", query="?model=vit-tiny&present=1")
    chart = page.locator(".vc-frame").last
    chart.scroll_into_view_if_needed()
    settle(page)
    point = chart.locator(".scatterlayer .point").nth(3)
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(chart.locator(".hovertext")).not_to_have_count(0)
    near = chart.locator(".hovertext").first.bounding_box()
    assert near is not None
    assert abs(near["x"] - box["x"]) < 250
    expect(chart.locator(".vc-spoken")).not_to_be_empty()


def test_a_phone_has_the_language_at_hand_words_for_fingers_and_large_targets(
    browser: Browser, server: str
) -> None:
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en"
    )
    phone.add_init_script(QUIET)
    page = phone.new_page()
    page.goto(f"{server}/attention?model=vit-tiny")
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Touch any patch")
    expect(main.locator(".vx-frame").first).to_be_visible()
    small = page.evaluate(SMALL)
    assert small == []
    opener = page.get_by_test_id("stExpandSidebarButton")
    opener.tap()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    page.wait_for_function(f"() => ({SMALL_THEIRS})().length === 0")  # it slides in
    page.touchscreen.tap(380, 700)
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    for _ in range(2):
        main.locator(".vx-frame").first.tap()
        page.evaluate("window.untilQuiet(false)")
        expect(sidebar).to_have_attribute("data-collapsed", "true")
    for top, floats in ((400, False), (0, True)):  # nothing lies over what is read
        main.evaluate("(main, top) => main.scrollTo(0, top)", top)
        expect(page.locator("#vv-language")).to_be_visible(visible=floats)
        expect(opener).to_be_visible(visible=floats)
    page.locator("#vv-language").tap()
    expect(page.locator("#vv-language")).to_have_text("English")
    expect(main).to_contain_text("将手指移到任一图像块上")
    phone.close()
