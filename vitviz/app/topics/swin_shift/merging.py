"""Section of the Swin shift page: one place of a patch merging, down to its products, and the order it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html, links, session
from vitviz.app.class_names import class_name
from vitviz.app.settings import Setting
from vitviz.app.source_lines import source
from vitviz.app.topics.swin_shift.stages_part import merge_picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.models.config import SwinV2Config
from vitviz.plot.colour import Quantity, span
from vitviz.plot.numbers import added, fixed, short

if TYPE_CHECKING:
    from vitviz.analysis.patches.projection import Projection
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.analysis.swin_shift.merging import Merge, OtherOrder
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LISTED = 5
LINES: session.Derived[tuple[StepLine, ...]] = session.Derived("lines of a merging")
OTHER_ORDER: session.Derived[OtherOrder] = session.Derived("a merging in another order")
STEP = Setting("swin_shift.merge", str)
PLACE = Setting("swin_shift.merging", links.whole)
CHANNEL = Setting("swin_shift.channel", links.whole)
# Orders of the four (row, column) neighbours that another programmer might have taken.
ORDERS = {
    "published": ((0, 0), (1, 0), (0, 1), (1, 1)),
    "rows": ((0, 0), (0, 1), (1, 0), (1, 1)),
    "clockwise": ((0, 0), (0, 1), (1, 1), (1, 0)),
    "reversed": ((1, 1), (0, 1), (1, 0), (0, 0)),
}


@st.fragment
def show_merging(model: ModelEntry, trace: Trace) -> None:
    """Choose a merging and a place; see its vectors, one output number, and another order."""
    st.header(say("swin_shift.merge_title"), anchor=False)
    steps = [name for name, _ in trace.network.steps() if name.endswith(".downsample")]
    if not steps:
        st.markdown(say("swin_shift.merge_none"))
        return
    post_norm = isinstance(trace.config, SwinV2Config)
    st.markdown(say("swin_shift.merge_lead_v2" if post_norm else "swin_shift.merge_lead"))
    step = STEP.widget(
        lambda key: st.segmented_control(
            say("swin_shift.merge_step"), steps, required=True, format_func=_title, key=key,
            label_visibility="collapsed",
        ),
        steps, steps[0], model.name,
    )  # fmt: skip
    left, right = st.columns([1, 1.55], gap="medium")
    with left:
        place = _choose_place(model, trace, step)
        st.html(source(_code(trace, step), (step, say("code.live_shape"))))
    with right:
        _open(model, trace, step, place)
    if model.config.num_classes:
        _orders(trace, step)


def _title(step: str) -> str:
    stage = int(step.split(".")[1])
    return say("swin_shift.merge_between", first=stage - 1, second=stage)


def _choose_place(model: ModelEntry, trace: Trace, step: str) -> tuple[int, int]:
    from vitviz.analysis.swin_shift.merging import neighbours

    _, height, width, _ = trace[f"{step}.resid_pre"].shape
    four = neighbours(height, width)
    rows, columns, _ = four.shape
    middle = rows // 2 * columns + columns // 2
    index = min(PLACE.get(middle, model.name, step), rows * columns - 1)
    place = divmod(index, columns)
    st.caption(say("swin_shift.merge_choose"))
    merge_picker(
        f"swin_shift.merge.{model.name}.{step}", session.seen(model), four, (height, width), place,
        lambda row, column: PLACE.set(row * columns + column, model.name, step),
    )  # fmt: skip
    return place


def _code(trace: Trace, step: str) -> list[tuple[str, tuple[int, ...] | None]]:
    from vitviz.analysis.segment_lines import step_lines

    def make() -> tuple[StepLine, ...]:
        merging = type(dict(trace.network.steps())[step]).__name__
        return step_lines(trace.lines(trace.segment(step)), f"{merging}.forward")

    return [(line.text, line.shape) for line in session.derived(trace, LINES.at(step), make)]


def _open(model: ModelEntry, trace: Trace, step: str, place: tuple[int, int]) -> None:
    """The vectors of one place, and one output channel as the sum that it is."""
    from vitviz.analysis.swin_shift.merging import merge_at

    merge = merge_at(trace, step, *place)
    channel = min(CHANNEL.get(0, model.name), len(merge.reduced) - 1)
    opened = merge.open(channel)
    each = merge.gathered.size // 4
    facts = {
        "last0": each - 1, "first1": each, "last1": 2 * each - 1,
        "mean": short(merge.mean), "scale": short(merge.scale),
    }  # fmt: skip
    st.caption(say("swin_shift.merge_vectors_v2" if merge.post_norm else "swin_shift.merge_vectors", **facts))
    strips(
        f"swin_shift.vectors.{model.name}.{step}", _strips(merge, opened, channel),
        opened.largest(1)[0].at, lambda index: None, index_name=say("swin_shift.merge_index"),
    )  # fmt: skip
    _sum(opened, channel, merge)
    st.caption(say("swin_shift.merge_output", dim=len(merge.reduced)))
    made = [("reduced", merge.reduced)] if merge.post_norm else []
    strips(
        f"swin_shift.output.{model.name}.{step}",
        [_strip(label, values) for label, values in [*made, ("resid_post", merge.output)]], channel,
        lambda index: CHANNEL.set(index, model.name), index_name=say("swin_shift.merge_channel"),
    )  # fmt: skip


def _strips(merge: Merge, opened: Projection, channel: int) -> list[Strip]:
    return [
        _strip("gathered", merge.gathered),
        *([] if merge.post_norm else [_strip("ln.out", merge.inputs)]),
        _strip(f"w[{channel}]", opened.weights.ravel(), "weight"),
        _strip("x·w", opened.products.ravel().astype(np.float32)),
    ]


def _strip(label: str, values: NDArray[np.float32], quantity: Quantity = "activation") -> Strip:
    return Strip(label, values, span(values, quantity), quantity)


def _sum(opened: Projection, channel: int, merge: Merge) -> None:
    """The output number as the sum over its four patches, and its largest products."""
    first, *others = (fixed(value) for value in opened.sums)
    total = " ".join([first, *(added(text) for text in others)])
    computed = float(merge.reduced[channel])
    x = "x" if merge.post_norm else "LN(x)"
    gap = f"{abs(opened.value - computed):.1e}"
    check = say("swin_shift.merge_check", torch=fixed(computed), gap=gap)
    st.markdown(
        f"{say('swin_shift.merge_sum', channel=channel, x=x)}  \n"
        f"`{total} = {fixed(opened.value)}`  \n{check}. "
        f"{say('swin_shift.merge_largest', count=opened.products.size)}:"
    )
    rows = [
        (
            str(term.at), f"{term.place[0]}, {term.place[1]}",
            short(term.pixel), short(term.weight), fixed(term.product), fixed(term.running),
        )
        for term in opened.largest(LISTED)
    ]  # fmt: skip
    heads = (
        say("swin_shift.merge_term_index"), say("swin_shift.merge_term_place"),
        x, f"w[{channel}]", f"{x}·w", say("patches.column_running"),
    )  # fmt: skip
    st.html(html.table(rows, heads, numbers=range(6)))


def _orders(trace: Trace, step: str) -> None:
    st.subheader(say("swin_shift.order_title"), anchor=False)
    post_norm = isinstance(trace.config, SwinV2Config)
    st.caption(say("swin_shift.order_lead_v2" if post_norm else "swin_shift.order_lead"))
    with st.spinner(say("running")):
        rows = [_order_row(trace, step, name) for name in ORDERS]
    heads = [say(f"swin_shift.order_head_{name}") for name in ("order", "output", "logits", "top")]
    st.html(html.table(rows, ["", *heads], numbers=(1, 2, 3)))


def _order_row(trace: Trace, step: str, name: str) -> list[str]:
    from vitviz.analysis.swin_shift.merging import other_order

    def make() -> OtherOrder:
        return other_order(trace, step, ORDERS[name])

    found = session.derived(trace, OTHER_ORDER.at(step, name), make)
    places = " ".join(f"({row},{column})" for row, column in ORDERS[name])
    output = say("swin_shift.order_of", gap=_gap(found.output_gap), scale=short(found.output_scale))
    logits = say("swin_shift.order_of", gap=_gap(found.logit_gap), scale=short(found.logit_scale))
    return [say(f"swin_shift.order_{name}"), places, output, logits, class_name(trace, found.top)]


def _gap(value: float) -> str:
    return short(value) if value else "0"
