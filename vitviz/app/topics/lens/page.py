"""Logit lens: class scores read off every token after every block, on one cursor, and one reading with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, session, shell, tokens
from vitviz.app.topics.lens.part import lens as lens_part
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from vitviz.analysis.lens.logit_lens import Depth
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# In place of the token that was current when the model's own reading was chosen.
UNDECIDED, NOT_OWN = -1, -2


def show() -> None:
    """Every class read at every depth of this person's run once, then the browser part and one reading opened."""
    model = session.entry()
    shell.head(say("lens.title"), say("lens.lead"), model)
    with st.spinner(say("running")):
        trace = session.trace(model)
    found = session.derived(trace, "lens", lambda: _read(trace))
    _readings(model, trace, found)


def _read(trace: Trace) -> tuple[Depth, ...]:
    """One depth at a time: any other choice of the person ends it at the next one."""
    from vitviz.analysis.lens.logit_lens import depth_names, depths

    count, done = len(depth_names(trace)), []
    bar = st.progress(0.0, say("lens.reading"))
    steps = depths(trace)
    while True:
        with session.gate():
            depth = next(steps, None)
        if depth is None:
            break
        done.append(depth)
        bar.progress(len(done) / count, say("lens.reading"))
    bar.empty()
    return tuple(done)


@st.fragment
def _readings(model: ModelEntry, trace: Trace, found: tuple[Depth, ...]) -> None:
    """The browser part with its cursor, and below it what is read where the cursor is fixed."""
    from vitviz.analysis.lens.logit_lens import choose_classes, lens, map_size, own_reading

    target = class_choice.target(model, trace)
    before = int(own_reading(trace))
    grid = map_size(trace)
    depth = min(session.setting(_depth_key(model), len(found) - 1), len(found) - 1)
    reading = _reading(model, grid, before)
    followed = session.derived(
        trace, f"lens of {target}", lambda: lens(trace, found, choose_classes(found, [target]))
    )

    def on_choose(reading: int, depth: int, target: int) -> None:
        session.set_setting(_depth_key(model), depth)
        session.set_setting(f"class.{model.name}", target)
        if reading >= before:
            tokens.choose(model, reading - before, grid)
        # The first reading is the model's own: the mean, the class token, or both of DeiT's.
        session.set_setting(_own_key(model), NOT_OWN if reading else tokens.current(model))

    first = [say("lens.part.own")] * before + list(tokens.prefix(model))
    lens_part(
        f"lens.{model.name}", followed, trace.class_name, session.seen(model), grid, first,
        reading=reading, depth=depth, target=target, on_choose=on_choose,
    )  # fmt: skip
    st.caption(say("lens.try_swin" if model.is_swin else "lens.try"))
    class_choice.choose_target(model, trace, say("lens.class"), "lens.class")
    st.markdown(say("lens.pitfalls_swin" if model.is_swin else _pitfalls(trace)))
    if reading >= before:
        drawn = followed.logits[depth, reading, followed.classes.index(target)]
        _opened(model, trace, found[depth].name, reading - before, target, float(drawn))
    else:
        st.caption(say("lens.own_help"))


def _pitfalls(trace: Trace) -> str:
    from vitviz.analysis.loss.class_heads import trained_pooling

    return "lens.pitfalls_mean" if trained_pooling(trace.config) == "mean" else "lens.pitfalls_token"


def _reading(model: ModelEntry, grid: tuple[int, int], before: int) -> int:
    """Where the cursor is: the model's own reading at first and where it was chosen last, else the current token."""
    own = session.setting(_own_key(model), UNDECIDED)
    if own in (UNDECIDED, tokens.current(model)):
        return 0
    return before + tokens.current(model, grid)


def _opened(model: ModelEntry, trace: Trace, depth: str, token: int, target: int, drawn: float) -> None:
    """The reading under the fixed cursor as formulas, computed in float64, beside the float32 one that is ``drawn``."""
    from vitviz.analysis.lens.logit_lens import open_reading

    steps = open_reading(trace, depth, token, target)
    name = trace.class_name(target)
    st.subheader(say("lens.opened", token=token, depth=depth, name=name), anchor=False)
    total = text(steps.products.sum())
    for formula in (
        rf"\mu = {text(steps.mean)}, \quad s = \sqrt{{\sigma^2 + \epsilon}} = {text(steps.scale)}"
        rf" \quad \Rightarrow \quad y_j = \frac{{x_j - \mu}}{{s}}\,\gamma_j + \beta_j",
        rf"z_c = \sum_j W_{{cj}}\,y_j + b_c = {total} + ({text(steps.bias)}) = {text(steps.logit)}",
        rf"p_c = e^{{z_c - \log\sum_k e^{{z_k}}}} = e^{{{text(steps.logit)} - ({text(steps.lse)})}}"
        rf" = {text(steps.probability)}",
    ):
        st.markdown(rf"$\displaystyle {formula}$")
    st.caption(say("lens.check", shown=fixed(drawn), gap=f"{abs(drawn - steps.logit):.1e}"))
    setting = f"lens.channel.{model.name}"
    channel = session.setting(setting, int(np.argmax(np.abs(steps.products)))) % len(steps.products)
    rows = [
        Strip("y", steps.features, span(steps.features, "activation")),
        Strip("W", steps.weights, span(steps.weights, "weight"), "weight"),
        Strip("W\u00b7y", steps.products, span(steps.products, "activation")),
    ]
    strips(
        f"lens.strips.{model.name}", rows, channel, lambda index: session.set_setting(setting, index),
        index_name=say("channel"),
    )  # fmt: skip


def _depth_key(model: ModelEntry) -> str:
    return f"lens.depth.{model.name}"


def _own_key(model: ModelEntry) -> str:
    return f"lens.own.{model.name}"
