"""Step 6: the rest of a block. Attention and MLP only add to a token; what was there stays in the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import html, links, session, tokens
from vitviz.app.settings import BLOCK, Setting
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.path.block_change import BlockChange
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "block"
SIDE = 200
SMALL, LARGE = 0.25, 1.0  # of a token's own length
CHANNEL = Setting("path.block.channel", links.whole)


def show() -> None:
    """One token before a block, what attention and MLP add, and after; the block and the token are the reader's."""
    model = session.entry("vit")
    _block(model, run_step(STEP, model, dim=model.config.embed_dim))


@st.fragment
def _block(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.path.block_change import block_change

    numbers, token = range(len(trace.blocks)), tokens.current(model)
    question = st.container()  # above the figure, and about the block that is chosen in it
    left, right = st.columns([1, 2.9], gap="medium")
    with left:
        at = BLOCK.widget(
            lambda key: st.select_slider(say("path.block.block"), numbers, key=key), numbers, len(numbers) // 2,
            model.name,
        )  # fmt: skip
        grid = tokens.finest(model)
        picker(
            f"path.block.{model.name}", session.seen(model), *grid, token,
            lambda chosen: tokens.choose(model, chosen), prefix=tokens.prefix(model), grid=grid[0] <= 40, width=SIDE,
        )  # fmt: skip
    change = block_change(trace.blocks[at], token)
    with question:
        answered = ask(
            STEP, model, {name: say(f"path.block.{name}") for name in ("small", "middle", "large")},
            lambda: size_of(change.share),
            lambda: say("path.block.because", block=at, token=token, share=f"{change.share:.0%}"),
            of=f"{at} {token}",
        )  # fmt: skip
    with right:
        channel = CHANNEL.get(0, model.name) % change.before.size
        _sum(model, change, channel, answered)
    if answered:
        take_away(STEP)


def size_of(share: float) -> str:
    """Which answer is right for |added| / |before|."""
    return "small" if share < SMALL else "middle" if share < LARGE else "large"


def _sum(model: ModelEntry, change: BlockChange, channel: int, answered: bool) -> None:
    """The five vectors on one scale; one channel and the lengths of each, once somebody has guessed them."""
    vectors = {
        say("path.block.before"): change.before,
        say("path.block.attention"): change.attention,
        say("path.block.middle_sum"): change.middle,
        say("path.block.mlp"): change.mlp,
        say("path.block.after"): change.after,
    }
    limits = span(np.concatenate(list(vectors.values())), "activation")
    strips(
        f"path.block.strips.{model.name}", [Strip(name, vector, limits) for name, vector in vectors.items()],
        channel, lambda index: CHANNEL.set(index, model.name), index_name=say("channel"),
    )  # fmt: skip
    left, right = st.columns([1.1, 1], gap="medium")
    right.caption(
        say(
            "path.block.hidden", dim=change.before.size, units=change.units, negative=f"{change.negative:.0%}"
        )
    )
    if not answered:
        return
    added = change.after - change.before
    table = [
        (say(f"path.block.{name}"), short(float(vector[channel])), short(float(np.linalg.norm(vector))))
        for name, vector in (("before", change.before), ("added", added), ("after", change.after))
    ]
    heads = ("", say("path.block.channel", channel=channel), say("path.block.length"))
    left.html(html.table(table, heads, numbers=(1, 2)))
    right.caption(say("path.block.check", gap=f"{change.gap:.1e}"))
