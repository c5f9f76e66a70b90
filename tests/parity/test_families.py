"""Our ViTs of every family against timm's and those of transformers: scores, blocks, patterns, at two sizes."""

from __future__ import annotations

import pytest

from tests.parity.families import ROWS
from tests.parity.observe import TOLERANCE
from tests.parity.rows import Row

pytest.importorskip("timm")
pytest.importorskip("transformers")
pytestmark = pytest.mark.parity


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_equals_the_original(row: Row) -> None:
    for size, gaps in zip(row.sizes, row.gaps(), strict=True):
        assert gaps.worst <= TOLERANCE, (size, gaps)
