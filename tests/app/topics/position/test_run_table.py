"""The table of runs says each run's own softmax, ranks and differences."""

import re

import numpy as np
import pytest
import torch

from vitviz.app.topics.position.run_table import Run, run_table

FIRST = np.array([3.0, 1.0, 0.5, -1.0, 0.0, -2.0, -3.0], np.float32)
SECOND = np.array([0.0, 1.0, 0.5, -1.0, 0.0, 4.0, -3.0], np.float32)


def cells(markup: str) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", markup, flags=re.S)
    return [
        [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row)]
        for row in rows
    ]


def test_shown_numbers() -> None:
    rows = cells(run_table([Run("a", FIRST, "x"), Run("b", SECOND)], lambda i: f"c{i}", "class", "gap"))
    p, q = (100 * torch.from_numpy(logits).softmax(0) for logits in (FIRST, SECOND))
    by_name = {row[0]: row for row in rows}
    assert rows[0][0] == "class"
    for index in range(6):
        _, first, second = by_name[f"c{index}"]
        assert float(first.split(" %")[0]) == pytest.approx(p[index].item(), abs=0.051)
        assert float(second.split(" %")[0]) == pytest.approx(q[index].item(), abs=0.051)
        change = float(second.split()[-1].replace("\u2212", "-"))
        assert change == pytest.approx((q[index] - p[index]).item(), abs=0.051)
    assert "#1" in by_name["c0"][1]
    assert "#1" in by_name["c5"][2]
    assert float(by_name["gap"][2].replace("\u2212", "-")) == pytest.approx(6.0)


def test_names_are_no_markup() -> None:
    markup = run_table([Run("<b>", FIRST, "<i>")], lambda i: "<script>", "<u>", "<s>")
    assert not re.search(r"<(b|i|script|u|s)>", markup)
