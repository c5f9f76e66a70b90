"""Direct logit attribution on a page: the class score as a sum of parts, and any part opened down to its products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import bench, class_choice, html, links, session, shell, tokens
from vitviz.app.class_names import class_name
from vitviz.app.fragments import token_chosen
from vitviz.app.settings import Setting
from vitviz.app.stream_pass import stream_pass
from vitviz.app.topics.attribution.part import Bar, contributions
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.plot.colour import span
from vitviz.plot.numbers import fixed, short
from vitviz.plot.numbers import in_formula as text
from vitviz.tracing.planned_edit import PlannedEdit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.attribution.logit_attribution import Attribution, Part, Reader, Units
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

ATTRIBUTION = "attribution.parts"
PART = Setting("attribution.part", links.whole)
CHANNEL = Setting("attribution.channel", links.whole)
SOURCES: session.Derived[NDArray[np.float64]] = session.Derived("by token, what a head gives to a class")
UNITS: session.Derived[Units] = session.Derived("by hidden unit, what an MLP gives to a class")
NOT_CHOSEN = -1
LISTED = 6
MAP_SIDE = 230


def show() -> None:
    """The parts of a class score of this person's run, or one sentence where a score is no sum of parts."""
    model = session.entry()
    shell.head(say("attribution.title"), say("attribution.lead"), model)
    if not shell.has_classes(model):
        return
    with st.spinner(say("running")):
        trace = session.trace(model)
    passed = stream_pass(trace)
    if passed.attribution is None:
        from vitviz.analysis.attribution.no_attribution import why_not

        st.info(say(f"attribution.{why_not(trace)}"))
        return
    if model.is_swin:
        count = sum(part.kind == "attention" for part in passed.attribution.parts)
        st.caption(say("attribution.swin", count=count))
    _parts(model, trace, passed.attribution, passed.by)


@st.fragment(key=ATTRIBUTION)
def _parts(model: ModelEntry, trace: Trace, attribution: Attribution, by: tuple[Reader, ...]) -> None:
    """The parts as bars, the chosen one opened, and its vector channel by channel."""
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        target = class_choice.choose_target(model, trace, say("attribution.class"), "attribution")
        scores = attribution.scores(target)
        chosen = min(PART.get(NOT_CHOSEN, model.name), len(scores) - 1)
        chosen = attribution.largest(target) if chosen < 0 else chosen
        contributions(
            f"attribution.bars.{model.name}", _bars(attribution, scores), chosen,
            lambda number: PART.set(number, model.name),
        )  # fmt: skip
    with right:
        _check(attribution, target, trace)
        opened = Chosen(model, trace, attribution, by, target, chosen)
        _opened(opened)
        if edit := opened.switched_off:
            bench.offer(model, [edit], "attribution")
    _channels(model, attribution, target, chosen)


@dataclass(frozen=True)
class Chosen:
    """The part of a run's attribution that is opened, and the class that it gives to."""

    model: ModelEntry
    trace: Trace
    attribution: Attribution
    by: tuple[Reader, ...]
    target: int
    number: int

    @property
    def part(self) -> Part:
        """The chosen part."""
        return self.attribution.parts[self.number]

    @property
    def switched_off(self) -> PlannedEdit | None:
        """What takes the part out of the run; None for one that is no head, attention or MLP."""
        part, block = self.part, self.block
        if block is None or part.kind not in ("head", "attention", "mlp"):
            return None
        which = (part.head,) if part.kind == "head" else ()
        return PlannedEdit(part.kind, self.trace.blocks.index(block), which)

    @property
    def block(self) -> BlockTrace | None:
        """The block that the part belongs to, if any."""
        return next((block for block in self.trace.blocks if block.name == self.part.block), None)


def _bars(attribution: Attribution, scores: NDArray[np.float64]) -> list[Bar]:
    """The parts in the order in which they are added; heads and biases inside their attention."""

    def bar(number: int, inside: tuple[int, ...] = ()) -> Bar:
        inner = tuple(bar(one) for one in inside)
        return Bar(number, _label(attribution.parts[number]), float(scores[number]), inner)

    return [bar(number, inside) for number, inside in attribution.tree]


def _label(part: Part) -> str:
    inner = part.kind in ("head", "bias")
    name = say(f"attribution.{part.kind}", head=part.head)
    return name if inner or not part.block else f"{_short(part.block)} {name}"


def _short(block: str) -> str:
    return block.removeprefix("blocks.") if block.startswith("blocks.") else block.removeprefix("layers.")


def _check(attribution: Attribution, target: int, trace: Trace) -> None:
    total, logit = attribution.total(target), float(attribution.logits[target])
    rows = [
        (say("attribution.sum", count=len(attribution.whole)), fixed(total)),
        (say("attribution.logit", name=class_name(trace, target)), fixed(logit)),
        ("|\u0394|", f"{abs(total - logit):.1e}"),
    ]
    st.html(html.table(rows, numbers=[1]))


def _opened(chosen: Chosen) -> None:
    """What the chosen part is made of: patches for a head, hidden units for an MLP, a formula for each."""
    part, block = chosen.part, chosen.block
    given = float(chosen.attribution.scores(chosen.target)[chosen.number])
    title = _label(part) if part.kind not in ("head", "bias") else f"{_short(part.block)} {_label(part)}"
    st.markdown(f"**{title}**: {fixed(given)}")
    if part.kind == "constant":
        st.markdown(rf"$\displaystyle \sum_j W_{{cj}}\,\beta_j + b_c = {text(given)}$")
        st.caption(say("attribution.constant_help"))
        return
    st.markdown(
        rf"$\displaystyle \frac{{1}}{{s}} \sum_{{j=1}}^{{{chosen.attribution.vectors.shape[-1]}}}"
        rf" (y_j - \bar y)\,\gamma_j\,W_{{cj}} = {text(given)}$"
    )
    if part.kind in ("head", "attention") and block is not None:
        _sources(chosen, block)
        if part.kind == "attention":
            st.caption(say("attribution.attention_help"))
    elif part.kind == "mlp" and block is not None:
        _units(chosen, block)
    else:
        st.caption(say(f"attribution.{part.kind}_help"))


def _sources(chosen: Chosen, block: BlockTrace) -> None:
    """From which tokens one head, or all heads of a block, took what they give."""
    from vitviz.analysis.attribution.adding import has_layer_scale
    from vitviz.analysis.attribution.logit_attribution import head_sources
    from vitviz.analysis.attribution.source_rest import source_rest

    model = chosen.model
    heads = [chosen.part.head] if chosen.part.kind == "head" else range(block.num_heads)
    sources = np.zeros(1)
    for head in heads:
        what = SOURCES.at(block.name, head, chosen.target)
        make = partial(head_sources, block, head, chosen.by, chosen.target)
        sources = sources + session.derived(block.trace, what, make)
    first = len(tokens.prefix(model))
    grid = block.map_size
    picker(
        f"attribution.sources.{model.name}", session.seen(model), *grid, tokens.current(model, grid),
        token_chosen(model, ATTRIBUTION, grid=grid), prefix=tokens.prefix(model),
        overlay=Overlay(sources, span(sources, "activation"), "activation", opacity=0.8), grid=False, width=MAP_SIDE,
    )  # fmt: skip
    added = r"\lambda_1 \odot v_j W_O" if has_layer_scale(block) else "v_j W_O"
    st.caption(say("attribution.sources", added=added, total=fixed(float(sources.sum()))))
    if first:
        names, value = ", ".join(tokens.prefix(model)), fixed(float(sources[:first].sum()))
        st.caption(say("attribution.from_prefix", names=names, value=value))
    rest = source_rest(chosen.attribution, chosen.number, chosen.target, float(sources.sum()))
    if rest.bias or rest.padding:
        which = "rest" if rest.bias and rest.padding else "bias" if rest.bias else "padding"
        st.caption(
            say(
                f"attribution.sources_{which}", bias=fixed(rest.bias), padding=fixed(rest.padding),
                given=fixed(rest.given),
            )
        )  # fmt: skip


def _units(chosen: Chosen, block: BlockTrace) -> None:
    """The hidden units of the chosen MLP that give most to the class."""
    from vitviz.analysis.attribution.adding import has_layer_scale
    from vitviz.analysis.attribution.logit_attribution import mlp_units
    from vitviz.analysis.mlp.largest_terms import largest_terms

    what = UNITS.at(block.name, chosen.target)
    units = session.derived(chosen.trace, what, lambda: mlp_units(block, chosen.by, chosen.target))
    found = largest_terms(units.given, LISTED)
    rows: list[tuple[str, ...]] = [
        (str(i), short(units.value[i]), short(units.worth[i]), fixed(units.given[i])) for i in found.indices
    ]
    rows += [
        ("", "", say("attribution.more_units", count=found.others), fixed(found.rest)),
        ("", "", say("attribution.fc2_bias"), fixed(units.bias)),
    ]
    heads = (
        say("attribution.unit"),
        *(say(f"attribution.{name}") for name in ("value", "worth", "product")),
    )
    st.html(html.table(rows, heads, numbers=range(4)))
    scaled = say("attribution.scaled") if has_layer_scale(block) else ""
    st.caption(say("attribution.units_help", scaled=scaled))


def _channels(model: ModelEntry, attribution: Attribution, target: int, chosen: int) -> None:
    """The part's vector, the class's direction and their products, channel by channel."""
    if attribution.parts[chosen].kind == "constant":
        return
    rows: list[Strip] = []
    for number, direction in enumerate(attribution.directions[:, target]):
        vector, mark = attribution.vectors[number, chosen], "'" * number
        rows += [
            Strip(f"y/s{mark}", vector, span(vector, "activation")),
            Strip(f"u{mark}", direction, span(direction, "weight"), "weight"),
        ]
    products = attribution.products(chosen, target).sum(axis=0)
    rows.append(Strip("y/s \u00b7 u", products, span(products, "activation")))
    two = len(attribution.directions) > 1
    st.caption(say("attribution.channels_two" if two else "attribution.channels"))
    channel = min(CHANNEL.get(int(np.argmax(np.abs(products))), model.name), len(products) - 1)
    strips(
        f"attribution.strips.{model.name}", rows, channel,
        lambda index: CHANNEL.set(index, model.name), index_name=say("channel"),
    )  # fmt: skip
