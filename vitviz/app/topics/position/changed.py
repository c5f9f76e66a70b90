"""Positions removed, patches shuffled: real runs of the same model on the same picture, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.analysis.position.class_changes import gap, position_use
from vitviz.analysis.position.patch_shuffle import piece_sides, shuffle, shuffled_picture
from vitviz.app import html, links, session, shell, tokens
from vitviz.app.class_names import naming
from vitviz.app.pictures import picture_url
from vitviz.app.progress import block_by_block
from vitviz.app.session import Derived
from vitviz.app.settings import Setting
from vitviz.app.topics.position.run_table import Run, run_table
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.position.runs import Change
    from vitviz.models.config import ViTConfig
    from vitviz.models.vit import VisionTransformer
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 200
FORMULA = {
    "removed": "x",
    "contents": "\u03a0x + e",
    "tokens": "\u03a0(x + e)",
    "removed_shuffled": "\u03a0x",
}
Logits = dict[str, "NDArray[np.float32]"]
CHANGED: Derived[Logits] = Derived("class scores of runs with changed positions")
PIECE = Setting("position.piece", links.whole)
SEED = Setting("position.seed", links.whole)


@st.fragment
def changed(model: ModelEntry, trace: Trace) -> None:
    """The classes of real runs without positions and with shuffled patches, and why whole tokens may be shuffled."""
    config = cast("ViTConfig", model.config)
    bare = config.position == "none"
    left, right = st.columns([1.2, 3.4], gap="medium")
    with left:
        side = _choose_side(model)
        seed = _choose_seed(model)
    order = shuffle(tokens.finest(model), side, seed)
    with left:
        levels = shuffled_picture(np.asarray(session.seen(model)), order, config.patch_size)
        address = picture_url(Image.fromarray(levels))
        st.html(html.image(address, say("position.shuffled_picture"), PICTURE_SIDE))
    with right:
        if not shell.has_classes(model):
            return
        st.markdown(say("position.changed_lead"))
        logits = _run(trace, order, side, seed)
        plain = Run(say("position.as_it_is"), trace.logits.numpy(), "x" if bare else "x + e")
        runs = [Run(say(f"position.{change}"), values, FORMULA[change]) for change, values in logits.items()]
        st.html(run_table([plain, *runs], naming(trace), say("position.class"), say("position.gap")))
        st.caption(say("position.table_help"))
        if not bare:
            _how_much(plain, logits)
    _why(config, plain, logits)


def _choose_side(model: ModelEntry) -> int:
    """The side, in patches, of the pieces that change places."""
    sides = [side for side in piece_sides(tokens.finest(model)) if side < min(tokens.finest(model))] or [1]
    return PIECE.widget(
        lambda key: st.segmented_control(
            say("position.piece"), sides, format_func=lambda side: f"{side} x {side}", key=key, required=True
        ),
        sides, sides[0], model.name,
    )  # fmt: skip


def _choose_seed(model: ModelEntry) -> int:
    seed = SEED.get(0, model.name)
    if st.button(say("position.again"), key=f"position.seed.{model.name}.button"):
        seed += 1
        SEED.set(seed, model.name)
    st.caption(say("position.seed", seed=seed))
    return seed


def _run(trace: Trace, order: NDArray[np.int64], side: int, seed: int) -> Logits:
    """The model once for each change, on the very pixels of the trace; kept for as long as the trace is."""
    network = cast("VisionTransformer", trace.network)

    def make() -> Logits:
        import torch

        from vitviz.analysis.position.runs import changed_logits, changes

        wanted: tuple[Change, ...] = changes(network)
        image, moved = trace["image"], torch.from_numpy(order)
        done: Logits = {}
        text = say("position.running_changed", count=len(wanted))
        with block_by_block(len(wanted) * len(network.blocks), text) as watch:
            for change in wanted:
                with session.gate():
                    done[change] = changed_logits(network, image, change, moved, watch).numpy()
        return done

    return session.derived(trace, CHANGED.at(side, seed), make, own_turns=True)


def _how_much(plain: Run, logits: Logits) -> None:
    """Whether the model makes use of positions on this picture: not every one does."""
    use = position_use(plain.logits, logits)
    st.markdown(say("position.little" if use.little else "position.much", share=f"{100 * use.moved:.1f}"))


def _why(config: ViTConfig, plain: Run, logits: Logits) -> None:
    """Why shuffling whole tokens does nothing, with how little it did here."""
    st.subheader(say("position.why"), anchor=False)
    st.markdown(
        r"$\mathrm{softmax}\!\left(\frac{(\Pi q)(\Pi k)^\top}{\sqrt d}\right) \Pi v"
        r" = \Pi\, \mathrm{softmax}\!\left(\frac{q k^\top}{\sqrt d}\right) \Pi^\top \Pi v"
        r" = \Pi\, \mathrm{softmax}\!\left(\frac{q k^\top}{\sqrt d}\right) v$"
    )
    read = say(f"position.read_{config.pool}")
    tokens_gap = gap(logits["tokens"], plain.logits)
    contents_gap = gap(logits["contents"], plain.logits)
    st.markdown(
        say("position.why_text", read=read, tokens=f"{tokens_gap:.1e}", contents=short(contents_gap))
        if config.position != "none"
        else say("position.why_none", read=read, tokens=f"{tokens_gap:.1e}", contents=f"{contents_gap:.1e}")
    )
    if "removed_shuffled" in logits:
        order_gap = gap(logits["removed_shuffled"], logits["removed"])
        st.markdown(say("position.bag", gap=f"{order_gap:.1e}"))
    st.caption(say("position.try_changed"))
