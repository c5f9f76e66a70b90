"""Direct logit attribution on a page: the class score as a sum of parts, and any part opened down to its products."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import class_choice, html, session, tokens
from vitviz.app.fragments import token_chosen
from vitviz.app.topics.stream.contributions_part import Bar, contributions
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, short
from vitviz.plot.numbers import in_formula as text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.stream.logit_attribution import Attribution, Part, Reader
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The parts of the page that a token concerns: what is above this section, and the section itself.
LOOK, PARTS = "stream.overview", "stream.attribution"
LISTED = 6
MAP_SIDE = 230


@st.fragment(key=PARTS)
def logit_parts(
    model: ModelEntry, trace: Trace, attribution: Attribution | None, by: tuple[Reader, ...]
) -> None:
    """The section; one sentence where a score is no sum of parts."""
    st.header(say("stream.attribution.title"), anchor=False)
    if attribution is None:
        st.info(say("stream.attribution.pre_logits"))
        return
    st.markdown(say("stream.attribution.lead"))
    if model.is_swin:
        st.caption(
            say("stream.attribution.swin", count=sum(part.kind == "attention" for part in attribution.parts))
        )
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        target = class_choice.choose_target(
            model, trace, say("stream.attribution.class"), "stream.attribution"
        )
        scores = attribution.scores(target)
        setting = f"stream.part.{model.name}"
        # The default is the part that gives most; heads of it are one press away.
        most = int(attribution.whole[np.argmax(np.abs(scores[attribution.whole]))])
        chosen = min(session.setting(setting, -1), len(scores) - 1)
        chosen = most if chosen < 0 else chosen
        contributions(
            f"stream.bars.{model.name}", _bars(attribution.parts, scores), chosen,
            lambda number: session.set_setting(setting, number),
        )  # fmt: skip
    with right:
        _check(attribution, target, trace)
        _opened(model, trace, attribution, by, target, chosen, float(scores[chosen]))
    _channels(model, attribution, target, chosen)


def _bars(parts: tuple[Part, ...], scores: NDArray[np.float64]) -> list[Bar]:
    """The parts in the order in which they are added; heads and biases inside their attention."""
    inside: dict[str, list[Bar]] = {}
    for number, part in enumerate(parts):
        if part.kind in ("head", "bias"):
            inside.setdefault(part.block, []).append(_bar(number, part, scores))
    return [
        _bar(number, part, scores, tuple(inside[part.block]) if part.kind == "attention" else ())
        for number, part in enumerate(parts)
        if part.kind not in ("head", "bias")
    ]


def _bar(number: int, part: Part, scores: NDArray[np.float64], inside: tuple[Bar, ...] = ()) -> Bar:
    return Bar(number, _label(part), float(scores[number]), inside)


def _label(part: Part) -> str:
    inner = part.kind in ("head", "bias")
    name = say(f"stream.attribution.{part.kind}", head=part.head)
    return name if inner or not part.block else f"{_short(part.block)} {name}"


def _short(block: str) -> str:
    return block.removeprefix("blocks.") if block.startswith("blocks.") else block.removeprefix("layers.")


def _check(attribution: Attribution, target: int, trace: Trace) -> None:
    total, logit = attribution.total(target), float(attribution.logits[target])
    rows = [
        (say("stream.attribution.sum", count=len(attribution.whole)), fixed(total)),
        (say("stream.attribution.logit", name=trace.class_name(target)), fixed(logit)),
        ("|\u0394|", f"{abs(total - logit):.1e}"),
    ]
    st.html(html.table(rows, numbers=[1]))


def _opened(
    model: ModelEntry, trace: Trace, attribution: Attribution, by: tuple[Reader, ...], target: int,
    chosen: int, given: float,
) -> None:  # fmt: skip
    """What the chosen part is made of: patches for a head, hidden units for an MLP, a formula for each."""
    part = attribution.parts[chosen]
    title = _label(part) if part.kind not in ("head", "bias") else f"{_short(part.block)} {_label(part)}"
    st.markdown(f"**{title}**: {fixed(given)}")
    if part.kind == "constant":
        st.markdown(rf"$\displaystyle \sum_j W_{{cj}}\,\beta_j + b_c = {text(given)}$")
        st.caption(say("stream.attribution.constant_help"))
        return
    st.markdown(
        rf"$\displaystyle \frac{{1}}{{s}} \sum_{{j=1}}^{{{attribution.vectors.shape[-1]}}}"
        rf" (y_j - \bar y)\,\gamma_j\,W_{{cj}} = {text(given)}$"
    )
    block = next((block for block in trace.blocks if block.name == part.block), None)
    if part.kind in ("head", "attention") and block is not None:
        heads = [part.head] if part.kind == "head" else range(block.num_heads)
        _sources(model, block, heads, by, target)
        if part.kind == "attention":
            st.caption(say("stream.attribution.attention_help"))
    elif part.kind == "mlp" and block is not None:
        _units(trace, block, by, target)
    else:
        st.caption(say(f"stream.attribution.{part.kind}_help"))


def _sources(
    model: ModelEntry, block: BlockTrace, heads: Iterable[int], by: tuple[Reader, ...], target: int
) -> None:
    """From which tokens some heads of a block took what they give."""
    from vitviz.analysis.stream.logit_attribution import head_sources

    sources = np.zeros(1)
    for head in heads:
        what = f"sources of {block.name} {head} {target}"
        sources = sources + session.derived(block.trace, what, partial(head_sources, block, head, by, target))
    first = len(tokens.prefix(model))
    x = block["resid_pre"]
    rows_columns = (x.shape[1], x.shape[2]) if model.is_swin else tokens.finest(model)
    overlay = Overlay(sources, span(sources, "activation"), "activation", opacity=0.8)
    picker(
        f"stream.sources.{model.name}", session.seen(model), *rows_columns, tokens.current(model, rows_columns),
        token_chosen(model, LOOK, PARTS, grid=rows_columns), prefix=tokens.prefix(model), overlay=overlay,
        grid=False, width=MAP_SIDE,
    )  # fmt: skip
    st.caption(say("stream.attribution.sources", total=fixed(float(sources.sum()))))
    if first:
        prefix = sum(float(value) for value in sources[:first])
        st.caption(
            say("stream.attribution.from_prefix", names=", ".join(tokens.prefix(model)), value=fixed(prefix))
        )


def _units(trace: Trace, block: BlockTrace, by: tuple[Reader, ...], target: int) -> None:
    from vitviz.analysis.stream.logit_attribution import mlp_units

    units = session.derived(trace, f"units of {block.name} {target}", lambda: mlp_units(block, by, target))
    order = np.argsort(-np.abs(units.given), kind="stable")[:LISTED]
    rows = [(str(i), short(units.value[i]), short(units.worth[i]), fixed(units.given[i])) for i in order]
    rest = float(units.given.sum() - units.given[order].sum())
    rows += [
        ("", "", say("stream.attribution.more_units", count=len(units.given) - LISTED), fixed(rest)),
        ("", "", say("stream.attribution.fc2_bias"), fixed(units.bias)),
    ]
    heads = (
        say("stream.unit"),
        say("stream.attribution.value"),
        say("stream.attribution.worth"),
        say("stream.attribution.product"),
    )
    st.html(html.table(rows, heads, numbers=range(4)))
    st.caption(say("stream.attribution.units_help"))


def _channels(model: ModelEntry, attribution: Attribution, target: int, chosen: int) -> None:
    """The part's vector, the class's direction and their products, channel by channel."""
    if attribution.parts[chosen].kind == "constant":
        return
    setting = f"stream.channel.{model.name}"
    rows: list[Strip] = []
    products = np.zeros(attribution.vectors.shape[-1])
    for number, direction in enumerate(attribution.directions[:, target]):
        vector = attribution.vectors[number, chosen]
        products = products + vector * direction
        sign = "'" * number
        rows += [
            Strip(f"y/s{sign}", vector, span(vector, "activation")),
            Strip(f"u{sign}", direction, span(direction, "weight"), "weight"),
        ]
    rows.append(Strip("y/s \u00b7 u", products, span(products, "activation")))
    st.caption(
        say(
            "stream.attribution.channels"
            if len(attribution.directions) == 1
            else "stream.attribution.channels_two"
        )
    )
    strips(
        f"stream.strips.{model.name}", rows, session.setting(setting, int(np.argmax(np.abs(products)))),
        lambda index: session.set_setting(setting, index), index_name=say("channel"),
    )  # fmt: skip
