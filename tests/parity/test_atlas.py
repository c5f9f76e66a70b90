"""The figures of an atlas against loops over timm's own attention."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity.atlas import ROWS, Row
from tests.parity.observe import TOLERANCE

pytest.importorskip("timm")
pytestmark = pytest.mark.parity

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.figure}-{row.family}")
def test_equals_the_loops(row: Row) -> None:
    assert row.gap() <= TOLERANCE


def test_the_page_has_every_row() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").partition("## Atlas")[2]
    page = page.partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert [tuple(row[:2]) for row in cells] == [(row.figure, row.family) for row in ROWS]
    assert all(float(cell[2]) <= TOLERANCE for cell in cells)
