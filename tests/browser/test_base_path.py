"""The app below a path: with ``server.baseUrlPath``, and behind proxies that keep the path or take it away."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.app_pages import check, go
from tests.browser.conftest import Visit, serve, settle
from tests.browser.proxy import proxy

pytestmark = pytest.mark.browser
BELOW = "/viz"


@pytest.fixture(scope="module")
def server_below() -> Iterator[str]:
    """The address of a server that is told that it is below a path."""
    with serve("--server.baseUrlPath", BELOW.strip("/")) as address:
        yield f"{address}{BELOW}"


def check_app(visit: Visit, address: str) -> None:
    """Modules, pictures and the explorer's numbers come from below the path, and the first map is there."""
    answered: list[Response] = []

    def note(response: Response) -> None:
        answered.append(response)

    visit.context.on("response", note)
    try:
        page = visit("attention", at=address)
        expect(page.locator(".vx-picture .vx-readout").first).to_contain_text("looks most at")
        check(page)
        assert page.locator(".vx-overlay").first.evaluate(
            "(c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value)"
        )
        go(page, "patches")
        check(page)
        reload(page)
    finally:
        visit.context.remove_listener("response", note)
    own = [urlsplit(one.url).path for one in answered if "/api/" in one.url]
    for ending in (".js", ".png", ".bin"):
        assert any(path.endswith(ending) for path in own), ending
    assert all(path.startswith(f"{BELOW}/api/") for path in own)
    assert all(one.ok for one in answered if "/api/" in one.url)


def reload(page: Page) -> None:
    """The address of a page below the path leads to that page."""
    page.reload()
    settle(page)
    expect(page.locator(".vv-frame").first).to_be_visible()


def test_a_base_path(visit: Visit, server_below: str) -> None:
    check_app(visit, server_below)


def test_a_proxy_that_keeps_the_path(visit: Visit, server_below: str) -> None:
    port = urlsplit(server_below).port
    assert port is not None
    with proxy(port, BELOW, strip=False) as address:
        check_app(visit, address)


def test_a_proxy_that_takes_the_path_away(visit: Visit, server: str) -> None:
    port = urlsplit(server).port
    assert port is not None
    with proxy(port, BELOW, strip=True) as address:
        check_app(visit, address)
