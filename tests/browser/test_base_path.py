"""The app below a path, behind a real nginx: one that keeps the path, with two servers, and one that takes it away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.app_pages import check, go
from tests.browser.conftest import ROOT, Visit, serve, settle
from tests.browser.nginx import SITE, nginx
from vitviz.samples import SAMPLES

pytestmark = pytest.mark.browser
BELOW = "/viz"


@pytest.fixture(scope="module")
def two_servers() -> Iterator[tuple[int, int]]:
    """The ports of two servers that are told that they are below a path."""
    below = ("--server.baseUrlPath", BELOW.strip("/"))
    with serve(*below) as one, serve(*below) as other:
        yield port_of(one), port_of(other)


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port is not None
    return port


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
        page.locator("[data-testid=stFileUploader] input").set_input_files(SAMPLES[1].path)
        expect(page.locator("[data-testid=stSidebar] .vvc b")).to_have_text(SAMPLES[1].file)
        settle(page)
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


def test_two_servers_and_a_path_that_is_kept(
    visit: Visit, two_servers: tuple[int, int], tmp_path: Path
) -> None:
    with nginx(tmp_path, two_servers) as proxy:
        check_app(visit, proxy.address)
        asked = [line.server for line in proxy.answered if line.status != "404"]
    assert len(asked) > 20
    assert len(set(asked)) == 1  # a visitor stays with one server


def test_a_path_that_is_taken_away(visit: Visit, server: str, tmp_path: Path) -> None:
    away = {"proxy_pass http://vitviz;": "proxy_pass http://vitviz/;"}
    with nginx(tmp_path, (port_of(server), port_of(server)), away) as proxy:
        check_app(visit, proxy.address)


def test_without_sticky_sessions_a_sentence_says_so_and_nothing_is_asked_for_ever(
    visit: Visit, two_servers: tuple[int, int], tmp_path: Path
) -> None:
    """The page has its session on one server, and its numbers are asked of the other."""
    other = f"""location /viz/api/ {{
        proxy_pass http://127.0.0.1:{two_servers[1]};
        proxy_set_header Host $http_host;
    }}
    location /viz/ {{"""
    split = {"hash $vitviz_visitor consistent;": "", "location /viz/ {": other}
    with nginx(tmp_path, (two_servers[0], two_servers[0]), split) as proxy:
        page = visit("attention", at=proxy.address)
        expect(page.locator(".vx-problem")).to_contain_text("sticky sessions")
        settle(page, payloads=True)
        numbers = [line.status for line in proxy.answered if line.path.endswith(".bin")]
    visit.faults.clear()  # they are what this test is about
    assert 0 < len(numbers) < 40  # three times, of a few layers at once
    assert set(numbers) == {"421"}


def test_the_documentation_has_the_configuration_that_is_tested() -> None:
    text = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    assert f"```nginx\n{SITE.read_text(encoding='utf-8')}```" in text
