"""A real server and a real chromium. Without chromium these tests skip; with VITVIZ_NEED_BROWSER set they fail."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.plain_host import PlainHost, plain_host

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
PATIENCE_MS = 60_000
HOW_TO_GET_IT = "no chromium found: install it with 'apt-get install chromium' to run the browser tests"
SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
expect.set_options(timeout=20_000)  # a busy machine answers late; what is expected is still the same
FINISHED = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("VITVIZ_NEED_BROWSER"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The app's address, served as a newcomer would serve it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        _wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, seconds: float = 60) -> None:
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
            executable_path=chromium, args=[*quiet, "--disable-sync", "--no-first-run"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def host() -> Iterator[PlainHost]:
    """The browser parts' own files, without Streamlit."""
    with plain_host() as serving:
        yield serving


@pytest.fixture
def page(browser: Browser, host: PlainHost) -> Iterator[Page]:
    """An empty page of that host; the test fails where a script of the page did."""
    opened = browser.new_page(viewport={"width": 1100, "height": 900})
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(host.address)
    yield opened
    opened.close()
    assert not faults, faults


Opener = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Opener]:
    """``visit("attention", theme="dark", size="narrow")``: the page, settled. Fails the test on any script error
    of the page and on any request to another machine."""
    contexts, faults = [], []

    def open_it(
        path: str = "", theme: Literal["light", "dark"] = "light", size: str = "wide", query: str = ""
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("request", lambda request: faults.append(request.url) if _elsewhere(request.url) else None)
        page.goto(f"{server}/{path}{query}")
        settle(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not faults, faults


def _elsewhere(url: str) -> bool:
    return not url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))


def settle(page: Page) -> None:
    """Wait until the script has run and what it sent is painted."""
    page.wait_for_selector(FINISHED)
    page.wait_for_timeout(600)
    page.wait_for_selector(FINISHED)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def save(page: Page, name: str) -> None:
    """The whole page as a picture, in a folder that git ignores."""
    SCREENSHOTS.mkdir(exist_ok=True)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 5000))})
    page.wait_for_timeout(300)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)
