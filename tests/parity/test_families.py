"""Our ViTs of every family against timm's and those of transformers: scores, blocks, patterns, at two sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.parity.families import ROWS
from tests.parity.observe import TOLERANCE
from tests.parity.rows import Row
from tests.parity.scenes import SCENE_ROWS

pytest.importorskip("timm")
pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

ROOT = Path(__file__).parents[2]
# Only rows of whole models name a size of picture; other tables may have an "x" in their words.
SIZE_CELL = re.compile(r"\| \d+ x \d+ \|")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_equals_the_original(row: Row) -> None:
    for size, gaps in zip(row.sizes, row.gaps(), strict=True):
        assert gaps.worst <= TOLERANCE, (size, gaps)


def test_the_page_has_every_row_below_the_tolerance() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if SIZE_CELL.search(line)]
    expected = [(row.family, row.title, f"{h} x {w}") for row in ROWS for h, w in row.sizes]
    expected += [(row.family, row.title, f"{row.size[0]} x {row.size[1]}") for row in SCENE_ROWS]
    assert [tuple(row[:3]) for row in cells] == expected
    assert all(float(figure) <= TOLERANCE for row in cells for figure in row[3:])
