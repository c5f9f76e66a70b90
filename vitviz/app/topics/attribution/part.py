"""Addends of one number as bars around 0: in order or by size, some of them opened into what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from vitviz.app.component import colours, component
from vitviz.app.words import section


@dataclass(frozen=True)
class Bar:
    """One addend. ``inside`` are the addends that it is itself the sum of."""

    number: int
    label: str
    value: float
    inside: tuple[Bar, ...] = ()


def contributions(key: str, bars: Sequence[Bar], chosen: int, on_choose: Callable[[int], None]) -> None:
    """Show the bars with their running sum; ``on_choose`` is called with the number of the one that is clicked."""
    mount = component("app/topics/attribution/part.js")
    data = {
        "bars": [_packed(bar) for bar in bars],
        "chosen": chosen,
        "scale": colours("activation"),
        "words": section("attribution.bars"),
    }
    mount(key=key, data=data, on_part_change=lambda: on_choose(int(st.session_state[key]["part"])))


def _packed(bar: Bar) -> dict[str, object]:
    inside = [_packed(part) for part in bar.inside]
    return {"number": bar.number, "label": bar.label, "value": bar.value, "inside": inside}
