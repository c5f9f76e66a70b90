"""Point at a place of an element, and read the numbers of what is said there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page


def point(page: Page, target: Locator, across: float, down: float, click: bool = False) -> None:
    """Move to a place of an element, given as shares of its width and height."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    move = page.mouse.click if click else page.mouse.move
    move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def numbers(text: str) -> list[float]:
    """All numbers of a text, in its order; a minus sign may be the typographic one."""
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text.replace("\u2212", "-"))]


def count_messages(page: Page) -> None:
    """Count from now on what the page sends over its socket."""
    page.evaluate("""() => {
      window.sent = [];
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (...a) { window.sent.push(1); return send.apply(this, a); };
    }""")
