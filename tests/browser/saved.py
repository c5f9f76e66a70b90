"""What a page was sent, and the files that its figures are saved as, opened again."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Download, Locator, Page, TimeoutError, WebSocket, expect

from vitviz.payload import ARRAY, MAGIC, unpack

PICTURES = ("PNG", "SVG")
# Parts of a page that draw something and offer no file of it, and pieces of HTML with numbers or pictures.
UNSAVED = """() => [...[...document.querySelectorAll("[data-testid=stMain] *")]
  .filter(({ shadowRoot }) => shadowRoot?.querySelector(".vv canvas, .vv svg, .vv img"))
  .filter(({ shadowRoot }) => !shadowRoot.querySelector(".vv-save"))
  .map(({ shadowRoot }) => shadowRoot.querySelector(".vv")),
  ...[...document.querySelectorAll("[data-testid=stMain] [data-testid=stHtml] :is(table, img, svg, figure)")]
  .filter((piece) => !piece.closest(".vv-save, .vvf:has(+ .vv-save)"))]
  .map(({ innerHTML }) => innerHTML.slice(0, 200))"""
# What pieces of HTML bring: cells, the numbers behind what is written in them, and what drawings are made of.
CELL, VALUE, COLUMNS = rb"<td[^>]*>([^<]*)</td>", rb'data-value="([^"]+)"', rb'data-columns="([^"]+)"'


class Sent:
    """Every array, and every number of nested data, that a page's parts were sent."""

    def __init__(self) -> None:
        self.arrays: list[NDArray[Any]] = []
        self.numbers: set[float] = set()

    def follow(self, page: Page) -> None:
        """Read what arrives on this page from now on."""
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._take)

    def _take(self, frame: bytes | str) -> None:
        data = frame if isinstance(frame, bytes) else b""
        for found in re.finditer(re.escape(MAGIC), data):
            header, arrays = unpack(data[found.start() :])
            self.arrays += arrays.values()
            self.numbers.update(numbers_in(header.get("data")))
        for found in (*re.finditer(CELL, data), *re.finditer(VALUE, data)):
            self.numbers.update(number_of(found[1].decode()))
        for found in re.finditer(COLUMNS, data):
            self.numbers.update(numbers_in(json.loads(html.unescape(found[1].decode()))))

    def holds(self, values: NDArray[Any]) -> bool:
        """Whether these numbers stand in one array that was sent, one after another and to the last bit."""
        return any(
            one.dtype == values.dtype and values.tobytes() in one.tobytes() for one in self.arrays
        ) or self.knows(values)

    def knows(self, values: NDArray[Any]) -> bool:
        """Whether each of them was sent, or nearly: browser and Python may differ in the last bit of an exp."""
        missing = values[~np.isnan(values)].astype(np.float64)
        for one in (np.fromiter(self.numbers, np.float64), *self.arrays):
            if not missing.size:
                return True
            missing = missing[~among(missing, one.astype(np.float64).ravel())]
        return not missing.size


def among(
    values: NDArray[np.float64], sent: NDArray[np.float64], tolerance: float = 1e-14
) -> NDArray[np.bool_]:
    """Which of ``values`` (M,) are in ``sent``: processors round exp in their own ways, by a bit of a double."""
    if not sent.size:
        return np.zeros(values.shape, np.bool_)
    in_order = np.sort(sent)
    after = np.searchsorted(in_order, values).clip(0, len(in_order) - 1)
    nearest = np.stack([in_order[after], in_order[np.maximum(after - 1, 0)]])  # (2, M)
    found: NDArray[np.bool_] = np.isclose(nearest, values, rtol=tolerance, atol=0).any(axis=0)
    return found


def number_of(text: str) -> set[float]:
    """The number that a cell writes, if it is one."""
    with contextlib.suppress(ValueError):
        return {float(text.strip().replace(",", "").replace("\u2212", "-"))}
    return set()


def numbers_in(data: Any) -> Iterator[float]:
    """All numbers of nested data."""
    if isinstance(data, dict):
        if ARRAY not in data:
            for value in data.values():
                yield from numbers_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from numbers_in(value)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield float(data)


@dataclass
class Saved:
    """One figure's files, opened again."""

    name: str
    about: dict[str, dict[str, str]] = field(default_factory=dict)  # by kind of file
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    table: dict[str, list[str]] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)
    colours: int = 0

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column of the table; none where it is one of words."""
        try:
            return np.array([float(cell) if cell else np.nan for cell in self.table[column]])
        except ValueError:
            return np.zeros(0)


def open_all(page: Page) -> None:
    """Open what is folded up."""
    folded = page.locator("[data-testid=stMain] details:not([open]) > summary")
    for _ in range(folded.count()):
        if folded.count():  # one may have opened or gone with another
            folded.first.click()


def save_all(page: Page, opener: Locator, folder: Path) -> list[Saved]:
    """Save every figure of a part as every kind of file that is offered."""
    opener.focus()
    page.keyboard.press("Enter")
    rows = page.locator(".vv-save-list:popover-open .vv-save-figure")
    expect(rows).not_to_have_count(0)
    found = []
    for row in rows.all():
        saved = Saved(row.get_attribute("aria-label") or "")
        for button in row.get_by_role("button").all():
            kind = button.inner_text()
            download = downloaded(page, button)
            path = folder / "figure"
            download.save_as(path)
            assert download.suggested_filename.endswith(f".{kind.lower()}")
            saved.about[kind] = READERS[kind](path, saved)
        found.append(saved)
    page.keyboard.press("Escape")
    expect(page.locator(".vv-save-list:popover-open")).to_have_count(0)
    return found


def downloaded(page: Page, button: Locator) -> Download:
    """What a click on a button saves.

    A browser asks before a tenth download that nobody clicked for, and a click counts for five seconds: where a busy
    machine takes longer to make the file, it is asked for once more.
    """
    for _ in range(2):
        try:
            with page.expect_download(timeout=20_000) as download:
                button.click()
        except TimeoutError as error:
            last = error
        else:
            return download.value
    raise last


def _png(path: Path, saved: Saved) -> dict[str, str]:
    with Image.open(path) as picture:
        saved.size = picture.size
        small = picture.convert("RGB").resize((128, 128), Image.Resampling.NEAREST)
        saved.colours = len(small.getcolors(small.width * small.height) or [])
        return {str(key): str(text) for key, text in picture.text.items()}  # type: ignore[attr-defined]


def _svg(path: Path, saved: Saved) -> dict[str, str]:
    root = ElementTree.parse(path).getroot()
    space = root.tag.removesuffix("svg")
    assert all(
        (image.get("href") or "").startswith("data:image/png;") for image in root.iter(f"{space}image")
    )
    return _lines((root.findtext(f"{space}metadata") or "").splitlines())


def _csv(path: Path, saved: Saved) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    head, *rows = csv.reader(io.StringIO("\n".join(lines[len(comments) :])))
    saved.table = {name: [row[i] for row in rows] for i, name in enumerate(head)}
    return _lines(comments)


def _npz(path: Path, saved: Saved) -> dict[str, str]:
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
    with np.load(path, allow_pickle=False) as file:
        saved.arrays = {name: file[name] for name in file.files if name != "about"}
        return _lines(file["about"].tolist())


def _lines(lines: list[str]) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines)


READERS = {"PNG": _png, "SVG": _svg, "CSV": _csv, "NPZ": _npz}
