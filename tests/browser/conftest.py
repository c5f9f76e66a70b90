"""A real server and a real chromium. Without chromium these tests skip; with VITVIZ_NEED_BROWSER set they fail.

Each process of the tests has one server, one chromium and one context in it, whose cache stays warm from page to page.
A page has a Streamlit session of its own, so nothing that one test chose is there in the next. All pages are in one
process of chromium, which knows the scripts already: opening a page takes three quarters of the processor time.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect, sync_playwright

from tests.browser.plain_host import PlainHost, plain_host

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
PATIENCE_MS = 60_000
# Without windows of its own the first takes half the processor time of the others.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_IT = f"no chromium found: 'apt-get install {BROWSERS[0]}' lets the browser tests run"
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
expect.set_options(timeout=PATIENCE_MS)  # a busy machine answers late; what is expected is still the same
QUIET = (Path(__file__).parent / "quiet.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of chromium."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("VITVIZ_NEED_BROWSER"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The app's address, served as a newcomer would serve it."""
    with serve() as address:
        yield address


@contextmanager
def serve(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server of the app with further options of ``streamlit run``; its address, without a path.

    ``environment`` is set besides what these tests run in.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        base = (
            options[options.index("--server.baseUrlPath") + 1] + "/"
            if "--server.baseUrlPath" in options
            else ""
        )
        wait_for(f"{address}/{base}_stcore/health")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the server did not answer within {seconds} s")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One chromium for all tests."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium, args=[*quiet, "--disable-sync", "--no-first-run", "--process-per-site"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def context(browser: Browser, host: PlainHost) -> Iterator[BrowserContext]:
    """The context of all pages of the app, with one open page: the process ends with its last page."""
    made = browser.new_context(reduced_motion="no-preference")
    made.new_page().goto(host.address)
    made.set_default_timeout(PATIENCE_MS)
    made.add_init_script(QUIET)
    made.on("request", _begun)
    made.on("requestfinished", _ended)
    made.on("requestfailed", _ended)
    yield made
    made.close()


@pytest.fixture(scope="session")
def host() -> Iterator[PlainHost]:
    """The browser parts' own files, without Streamlit."""
    with plain_host() as serving:
        yield serving


@pytest.fixture
def page(context: BrowserContext, host: PlainHost) -> Iterator[Page]:
    """An empty page of that host; the test fails where a script of the page did."""
    opened = context.new_page()
    opened.set_viewport_size({"width": 1100, "height": 900})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(host.address)
    yield opened
    opened.close()
    assert not faults, faults


Theme = Literal["light", "dark"]


class Visit:
    """``visit("attention", theme="dark", size="narrow")``: a page of the app, settled.

    It keeps what went wrong in any of its pages: script errors, requests that failed, requests to another machine.
    """

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.context, self.server = context, server
        self.pages: list[Page] = []
        self.faults: list[str] = []

    def __call__(
        self, path: str = "", theme: Theme = "light", size: str = "wide", query: str = "", at: str = ""
    ) -> Page:
        """Open ``path``; ``at`` is another server's address."""
        page = self.context.new_page()
        self.pages.append(page)
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.goto(f"{at or self.server}/{path}{query}")
        settle(page)
        return page

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:")):
            self.faults.append(f"asked another machine: {request.url}")

    def _answered(self, response: Response) -> None:
        # 410 is the explorer's answer for numbers that are no longer kept: it asks for the new ones. Below the
        # address of a page Streamlit first looks for its server in vain.
        expected = response.status == 410 or re.search(r"/[\w-]+/_stcore/(health|host-config)$", response.url)
        if response.status >= 400 and not expected:
            self.faults.append(f"{response.status} for {response.url}")

    def close(self) -> None:
        """Close the pages; fail if anything went wrong."""
        for page in self.pages:
            page.close()
        assert not self.faults, self.faults


@pytest.fixture
def visit(context: BrowserContext, server: str) -> Iterator[Visit]:
    """Opens pages of the app; fails the test on whatever ``Visit`` keeps."""
    opener = Visit(context, server)
    yield opener
    opener.close()


# What a page cannot see of itself: modules that it imports, style sheets, pictures.
FILES = {"script", "stylesheet", "image", "font"}
_asked: WeakKeyDictionary[Page, int] = WeakKeyDictionary()
_on_their_way: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def _begun(request: Request) -> None:
    if request.resource_type in FILES:
        page = request.frame.page
        _asked[page] = _asked.get(page, 0) + 1
        _on_their_way.setdefault(page, set()).add(request)


def _ended(request: Request) -> None:
    if request.resource_type in FILES:
        _on_their_way.setdefault(request.frame.page, set()).discard(request)


def settle(page: Page, payloads: bool = False) -> None:
    """Wait until the page is quiet, see quiet.js, and all files that it asked for have arrived.

    With ``payloads`` also until nothing more is fetched ahead.
    """
    end = time.monotonic() + PATIENCE_MS / 1000
    page.wait_for_function("() => window.untilQuiet !== undefined")
    while True:
        before = _asked.get(page, 0)
        page.evaluate("(payloads) => window.untilQuiet(payloads)", payloads)
        waiting = _on_their_way.get(page, set())
        if not waiting and _asked.get(page, 0) == before:
            return
        assert time.monotonic() < end, f"never arrived: {[request.url for request in waiting]}"


def frames(page: Page, count: int = 2) -> None:
    """Let so many animation frames pass: what a pointer or a key changed is painted."""
    page.evaluate(
        """async (count) => {
          for (let i = 0; i < count; i++) await new Promise((done) => requestAnimationFrame(done));
        }""",
        count,
    )


def draw_all(page: Page, name: str) -> None:
    """Have the whole page in sight once, so that every chart is drawn; with VITVIZ_SCREENSHOTS kept as a picture."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 5000))})
    settle(page)
    if os.environ.get("VITVIZ_SCREENSHOTS"):
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)
