"""Every page in both themes, wide and narrow, without an error or a scroll bar below, and judged by axe-core."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.browser.app_pages import PATHS, check, open_section, sections
from tests.browser.conftest import ROOT, SIZES, Theme, Visit, draw_all, settle

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What is Streamlit's own and cannot be set.
NOT_OURS = {"[data-testid=stSidebarNavItems]": "groups of the navigation are a div between ul and li"}
VIOLATIONS = """async (excluded) => {
  const { violations } = await axe.run({ exclude: excluded }, { resultTypes: ["violations"] });
  const node = ({ html, any, all, none }) =>
    `${[...any, ...all, ...none].map(({ message }) => message).join("; ")}: ${html.slice(0, 200)}`;
  // The box of st.code scrolls without being in the tab order, which is Streamlit's own too.
  const inCode = ([place]) => typeof place === "string" && document.querySelector(place)?.closest(".stCode");
  const ours = (id, { target }) => id !== "scrollable-region-focusable" || !inCode(target);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.filter((one) => ours(id, one)).map((one) => `${id}: ${node(one)}`));
}"""
# What a page is about is in sight at 1280 x 800 without scrolling.
IN_SIGHT = {"swin-shift": "canvas.vs-map"}


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.exists():
        how = "no axe-core found: 'npm ci' installs it"
        if os.environ.get("VITVIZ_NEED_BROWSER"):
            pytest.fail(how)
        pytest.skip(how)
    return AXE.read_text(encoding="utf-8")


def check_access(page: Page, axe: str) -> None:
    """axe-core finds nothing serious or critical in what is ours of the page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate(VIOLATIONS, [[selector] for selector in NOT_OURS])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_looks_right(visit: Visit, axe: str, path: str) -> None:
    page = visit(path)
    for size, theme, other in (("wide", "light", "dark"), ("narrow", "dark", "light")):
        page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
        change_theme(page, theme)
        for number in sections(path):
            open_section(page, path, number)
            check(page)
            if size == "wide" and path in IN_SIGHT:
                box = page.locator(IN_SIGHT[path]).bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= 800
            draw_all(page, f"{path or 'path-start'}-{number}-{theme}-{size}")
            check(page)
            check_access(page, axe)
        change_theme(page, other)
        check(page)
        draw_all(page, f"{path or 'path-start'}-{number}-{other}-{size}")


def change_theme(page: Page, theme: Theme) -> None:
    """As a person's system does."""
    page.emulate_media(color_scheme=theme)
    settle(page)
