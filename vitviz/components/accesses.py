"""The memory that a small matrix product touches, step by step, in several orders of its loops."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from vitviz.analysis.cache_toy import Touch
from vitviz.components.assets import script, style
from vitviz.words import section

HTML = '<div class="vv"><div class="vv-accesses"></div></div>'


def accesses(key: str, orders: Sequence[tuple[str, str, Sequence[Touch]]], *, n: int, line: int) -> None:
    """Show n x n matrices in lines of ``line`` numbers; an order is its name, a word on it, and all its steps."""
    mount = st.components.v2.component(
        "vitviz_accesses", html=HTML, css=style("accesses.css"), js=script("accesses.js")
    )
    data = {
        "n": n,
        "line": line,
        "orders": [
            {
                "name": name,
                "text": text,
                "total": sum(sum(touch.missed) for touch in touches),
                "touches": [
                    {
                        "ijk": t.ijk,
                        "addresses": t.addresses,
                        "missed": [int(m) for m in t.missed],
                        "kept": t.kept,
                    }
                    for t in touches
                ],
            }
            for name, text, touches in orders
        ],
        "words": section("accesses"),
    }
    mount(key=key, data=data)
