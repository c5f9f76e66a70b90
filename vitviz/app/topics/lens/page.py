"""Logit lens: class scores read off every token after every block, on one cursor, and one reading with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, links, session, settings, shell, tokens
from vitviz.app.class_names import class_name, naming
from vitviz.app.markup import as_text
from vitviz.app.pictures import small_picture_url
from vitviz.app.progress import in_steps
from vitviz.app.settings import Setting
from vitviz.app.topics.lens.part import lens as lens_part
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, in_brackets
from vitviz.plot.numbers import in_formula as text
from vitviz.web.lens.payload import LensView

if TYPE_CHECKING:
    from vitviz.analysis.lens.logit_lens import Depth, Lens
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

DEPTHS: session.Derived[tuple[Depth, ...]] = session.Derived("every class at every depth")
READINGS: session.Derived[Lens] = session.Derived("the lens of a class")
DEPTH = Setting("lens.depth", links.whole)
# The token that was current when the model's own reading was chosen.
OWN = Setting("lens.own", links.signed)
CHANNEL = Setting("lens.channel", links.whole)
# In place of that token: nothing was chosen yet; a token's reading was.
UNDECIDED, NOT_OWN = -1, -2


def show() -> None:
    """Every class read at every depth of this person's run once, then the browser part and one reading opened."""
    model = session.entry()
    from vitviz.analysis.class_scores.class_heads import reads_tokens

    shell.head(say("lens.title"), say("lens.lead_swin" if model.is_swin else "lens.lead"), model)
    if not shell.has_classes(model):
        return
    if not reads_tokens(model.config):
        st.info(say("lens.other_pooling"))
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    found = session.derived(trace, DEPTHS, lambda: _read(trace), own_turns=True)
    _readings(model, trace, found)


def _read(trace: Trace) -> tuple[Depth, ...]:
    from vitviz.analysis.lens.logit_lens import depth_names, depths

    return tuple(in_steps(depths(trace), len(depth_names(trace)), say("lens.reading")))


@st.fragment
def _readings(model: ModelEntry, trace: Trace, found: tuple[Depth, ...]) -> None:
    """The browser part with its cursor, and below it what is read where the cursor is fixed."""
    from vitviz.analysis.lens.logit_lens import (
        blocks_before,
        choose_classes,
        lens,
        map_size,
        own_reading,
    )

    target = class_choice.target(model, trace)
    before = int(own_reading(trace))
    grid = map_size(trace)
    depth = min(DEPTH.get(len(found) - 1, model.name), len(found) - 1)
    reading = _reading(model, grid, before)
    followed = session.derived(
        trace, READINGS.at(target), lambda: lens(trace, found, choose_classes(found, [target]))
    )

    def on_choose(reading: int, depth: int, target: int) -> None:
        DEPTH.set(depth, model.name)
        settings.CLASS.set(target, model.name)
        if reading >= before:
            tokens.choose(model, reading - before, grid)
        # The first reading is the model's own: the mean, the class token, or both of DeiT's.
        OWN.set(NOT_OWN if reading else tokens.current(model), model.name)

    first = [say("lens.part.own")] * before + list(tokens.prefix(model))
    picture = session.seen(model)
    view = LensView(
        followed,
        naming(trace),
        small_picture_url(picture),
        picture.width / picture.height,
        grid,
        first,
        blocks_before(trace),
        reading=reading,
        depth=depth,
        target=target,
    )
    lens_part(f"lens.{model.name}", view, on_choose)
    kind = "_swin" if model.is_swin else "" if "cls" in tokens.prefix(model) else "_patches"
    st.caption(say(f"lens.try{kind}"))
    class_choice.choose_target(model, trace, say("lens.class"), "lens.class")
    st.markdown(say("lens.pitfalls_swin" if model.is_swin else _pitfalls(trace)))
    if reading >= before:
        drawn = followed.logits[depth, reading, followed.classes.index(target)]
        _opened(model, trace, found[depth].name, reading - before, target, float(drawn))
    else:
        st.caption(say("lens.own_help"))


def _pitfalls(trace: Trace) -> str:
    from vitviz.analysis.class_scores.class_heads import trained_pooling

    pooling = trained_pooling(trace.config)
    return f"lens.pitfalls_{pooling if pooling in ('mean', 'both') else 'token'}"


def _reading(model: ModelEntry, grid: tuple[int, int], before: int) -> int:
    """Where the cursor is: the model's own reading at first and where it was chosen last, else the current token."""
    own = OWN.get(UNDECIDED, model.name)
    if own in (UNDECIDED, tokens.current(model)):
        return 0
    return before + tokens.current(model, grid)


def _opened(model: ModelEntry, trace: Trace, depth: str, token: int, target: int, drawn: float) -> None:
    """The reading under the fixed cursor as formulas, computed in float64, beside the float32 one that is ``drawn``."""
    from vitviz.analysis.lens.logit_lens import open_reading

    steps = open_reading(trace, depth, token, target)
    name = as_text(class_name(trace, target))
    st.subheader(say("lens.opened", token=token, depth=depth, name=name), anchor=False)
    total = text(steps.products.sum())
    for formula in (
        rf"\mu = {text(steps.mean)}, \quad s = \sqrt{{\sigma^2 + \epsilon}} = {text(steps.scale)}"
        rf" \quad \Rightarrow \quad y_j = \frac{{x_j - \mu}}{{s}}\,\gamma_j + \beta_j",
        rf"z_c = \sum_j W_{{cj}}\,y_j + b_c = {total} + {in_brackets(steps.bias)} = {text(steps.logit)}",
        rf"p_c = e^{{z_c - \log\sum_k e^{{z_k}}}} = e^{{{text(steps.logit)} - {in_brackets(steps.lse)}}}"
        rf" = {text(steps.probability)}",
    ):
        st.markdown(rf"$\displaystyle {formula}$")
    st.caption(say("lens.check", shown=fixed(drawn), gap=f"{abs(drawn - steps.logit):.1e}"))
    channel = CHANNEL.get(int(np.argmax(np.abs(steps.products))), model.name) % len(steps.products)
    rows = [
        Strip("y", steps.features, span(steps.features, "activation")),
        Strip("W", steps.weights, span(steps.weights, "weight"), "weight"),
        Strip("W\u00b7y", steps.products, span(steps.products, "activation")),
    ]
    strips(
        f"lens.strips.{model.name}", rows, channel, lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip
