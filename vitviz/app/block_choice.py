"""The block that pages about blocks are at: one for all of them, chosen on a slider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app.settings import BLOCK
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.zoo.registry import ModelEntry


def choose_block(model: ModelEntry, names: Sequence[str]) -> int:
    """Number of the chosen block; the middle one until a person chooses, on this page or on another."""
    numbers = range(len(names))
    return BLOCK.widget(
        lambda key: st.select_slider(
            say("choose.block", count=len(names)), numbers, key=key, format_func=names.__getitem__
        ),
        numbers, len(names) // 2, model.name, keep=False,
    )  # fmt: skip
