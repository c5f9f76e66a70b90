"""Class maps against captum, and against the papers' formulas over hooks on timm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity.class_maps import ROWS, Row

pytest.importorskip("timm")
pytest.importorskip("captum")
pytestmark = pytest.mark.parity

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}-{row.family}-{row.title}")
def test_equals_the_other_code(row: Row) -> None:
    assert row.gap() <= row.tolerance


def test_the_page_has_every_row() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").partition("## Class maps")[2]
    page = page.partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert [tuple(row[:3]) for row in cells] == [(row.method, row.family, row.title) for row in ROWS]
    assert all(float(cell[3]) <= row.tolerance for cell, row in zip(cells, ROWS, strict=True))
