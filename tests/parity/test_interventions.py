"""Every intervention against the same change made by forward hooks on timm's modules, everything random."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.parity.interventions import BLOCK, ROWS, TOKENS, UNITS, Hook, Row, pair
from tests.parity.observe import TOLERANCE, gap
from vitviz.tracing.edits import edit_part
from vitviz.tracing.interventions import Edit
from vitviz.tracing.trace import Trace, run_edited, run_trace

pytest.importorskip("timm")
pytestmark = pytest.mark.parity

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.part}-{row.how}-{row.family}-{row.title}")
def test_equals_the_change_by_hand(row: Row) -> None:
    found = row.found()
    assert found.gap <= TOLERANCE
    assert found.change > 10 * TOLERANCE  # an edit without an effect would equal anything


@pytest.mark.parametrize("family", ["vit", "swin"])
def test_switching_a_block_off_passes_its_input_on(family: str) -> None:
    of = pair(family)
    given = of.watched(of.block, of.image, before=True)
    found = of.held(edit_part("block", BLOCK), Hook(of.block, lambda x: given))
    assert found.gap <= TOLERANCE < found.change


@pytest.mark.parametrize("family", ["vit", "swin"])
def test_several_edits_from_a_block_on_are_the_whole_run_to_the_last_bit(family: str) -> None:
    of = pair(family)
    edit = edit_part("mlp", 1) + edit_part("tokens", BLOCK, TOKENS) + edit_part("unit", 3, UNITS)

    def trace(edit: Edit) -> Trace:
        return run_trace(of.network, of.image, intervention=edit)

    assert torch.equal(run_edited(of.plain, edit).logits, trace(edit).logits)
    assert gap(trace(edit).logits, trace(edit_part("mlp", 1)).logits) > 1e-3


def test_the_page_has_every_row() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").partition("## Interventions")[2]
    page = page.partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert [tuple(row[:4]) for row in cells] == [(row.part, row.how, row.family, row.title) for row in ROWS]
    assert all(float(cell[5]) <= TOLERANCE < float(cell[4]) for cell in cells)
