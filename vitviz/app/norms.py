"""What the pages about layer norms share: one cursor, a layer norm and a token, and the numbers of all norms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN, LargeNorms
from vitviz.app import links, session, tokens
from vitviz.app.fragments import rerun_only
from vitviz.app.settings import Setting
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.web.norms.packing import Cursor, Packed, pack

if TYPE_CHECKING:
    from vitviz.tracing.norms import NormStatistics
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The number of the chosen layer norm, and how often a place was chosen in the browser.
AT = Setting("layer_norm.at", links.whole)
TURN = Setting("layer_norm.turn", links.whole)
PACKED = session.Derived[Packed]("statistics of all layer norms for the browser")


def packed(trace: Trace, statistics: Sequence[NormStatistics]) -> Packed:
    """``pack`` of a run, once."""
    return session.derived(trace, PACKED, lambda: pack(statistics))


def cursor(model: ModelEntry, statistics: Sequence[NormStatistics]) -> Cursor:
    """Where this person is."""
    return Cursor(
        tokens.prefix(model), tokens.finest(model), chosen(model, statistics), tokens.current(model),
        TURN.get(0, model.name),
    )  # fmt: skip


def chosen(model: ModelEntry, statistics: Sequence[NormStatistics]) -> int:
    """Number of the chosen layer norm."""
    return min(AT.get(0, model.name), len(statistics) - 1)


def place_chosen(
    model: ModelEntry, of_norm: Sequence[str], of_token: Sequence[str]
) -> Callable[[int, int, int], None]:
    """The callback of a part with the cursor: it is kept, and the fragments that layer norm or token concern run."""

    def on_choose(at: int, token: int, turn: int) -> None:
        TURN.set(turn, model.name)
        AT.set(at, model.name)
        moved = token != tokens.current(model)
        if moved:
            tokens.choose(model, token)
        if concerned := [*of_norm, *(of_token if moved else ())]:
            rerun_only(*concerned)

    return on_choose


def on_place(
    key: str, packed: Packed, at: Cursor, on_choose: Callable[[int, int, int], None]
) -> Callable[[], None]:
    """Call ``on_choose`` with the layer norm, token and turn that the part mounted as ``key`` sent."""
    count = len(at.prefix) + at.finest[0] * at.finest[1]

    def on_change() -> None:
        place = st.session_state[key]["place"]
        norm = min(len(packed.large) - 1, max(0, int(place["at"])))
        on_choose(norm, min(count - 1, max(0, int(place["token"]))), int(place["turn"]))

    return on_change


def in_words(large: LargeNorms, key: str) -> str:
    """How many tokens stand out, and the largest; ``key`` and ``key_some`` say so, as they are marked there."""
    some = "_some" * (len(large.marked) < len(large.tokens))
    return say(
        f"{key}{some}" if large.tokens else "norms.none_large",
        count=len(large.tokens), marked=len(large.marked), times=f"{TIMES_MEDIAN:g}", median=short(large.median),
        largest=large.largest, ratio=f"{large.ratio:.2f}",
    )  # fmt: skip
