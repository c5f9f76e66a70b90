"""Addends of one number as bars around 0: in order or by size, some of them opened into what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from vitviz.components.assets import colours, script, style
from vitviz.words import section

HTML = '<div class="vv"></div>'


@dataclass(frozen=True)
class Bar:
    """One addend. ``inside`` are the parts that it is itself the sum of."""

    number: int
    label: str
    value: float
    inside: tuple[Bar, ...] = ()


def contributions(key: str, bars: Sequence[Bar], chosen: int, on_choose: Callable[[int], None]) -> None:
    """Show the bars with their running sum; ``on_choose`` hears the number of the one that is clicked."""
    mount = st.components.v2.component(
        "vitviz_contributions",
        html=HTML,
        css=style("walk/contributions.css"),
        js=script("walk/contributions.js"),
    )
    data = {
        "bars": [_packed(bar) for bar in bars],
        "chosen": chosen,
        "scale": colours("activation"),
        "words": section("contributions"),
    }
    mount(key=key, data=data, on_part_change=lambda: on_choose(int(st.session_state[key]["part"])))


def _packed(bar: Bar) -> dict[str, object]:
    inside = [_packed(part) for part in bar.inside]
    return {"number": bar.number, "label": bar.label, "value": bar.value, "inside": inside}
