"""Pieces of HTML: every text is escaped, and a table keeps the numbers behind what it writes for whoever saves it."""

from __future__ import annotations

import json
import re
from html import unescape

from vitviz.app import html
from vitviz.plot.numbers import fixed, percent, short


def test_a_cell_keeps_all_digits_of_a_rounded_number() -> None:
    third = 1 / 3
    shown = html.table([("a<b", short(third), fixed(third, 2), percent(third))], ("", "x"), numbers=(1,))
    assert "a&lt;b" in shown
    assert re.findall(r">([^<>]+)</td>", shown) == ["a&lt;b", "0.3333", "0.33", "33.3 %"]
    assert [float(value) for value in re.findall('data-value="([^"]+)"', shown)] == [third] * 3


def test_bars_keep_their_shares() -> None:
    shown = html.bars([("cat", 0.123456789, 0.5)], ("softmax", "calibrated"))
    assert [float(value) for value in re.findall('data-value="([^"]+)"', shown)] == [0.123456789, 0.5]
    assert "data-drawn" in shown


def test_a_drawing_keeps_its_columns() -> None:
    columns = {'"quoted"': ["<b>", 1.5], "n": [1, 2]}
    found = re.search('data-columns="([^"]+)"', html.figure("<i></i>", columns))
    assert found is not None
    assert json.loads(unescape(found[1])) == columns
