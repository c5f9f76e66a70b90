"""What all applied edits change together: class scores as bars, and the stream through depth as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import streamlit as st

from vitviz.app import class_choice, links, tokens
from vitviz.app.class_names import naming
from vitviz.app.settings import Setting
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.interventions import change_bars, stream_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vitviz.analysis.interventions.effect import Effect
    from vitviz.tracing.planned_edit import PlannedEdit
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

QUANTITIES = ("logit", "probability")
QUANTITY = Setting("interventions.quantity", links.one_of(QUANTITIES))
LISTED = 8  # classes
STREAM = "bench-stream"  # the fragment of what follows the chosen token


class Scores(Protocol):
    """Class scores after a change, and what it changed, (K,) each."""

    @property
    def logits(self) -> NDArray[np.float32]:
        """Scores of the changed run."""
        ...

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Their softmax."""
        ...

    @property
    def delta_logits(self) -> NDArray[np.float32]:
        """Changed minus plain."""
        ...

    @property
    def delta_probabilities(self) -> NDArray[np.float32]:
        """Changed minus plain."""
        ...


class Shown(NamedTuple):
    """What is applied, and what it changes; None while nothing is, or where it cannot be. ``empty``: the bench is."""

    together: Effect | None
    applied: list[PlannedEdit]
    empty: bool


def changes(model: ModelEntry, trace: Trace, shown: Shown) -> int | None:
    """Show both; the class that is looked at, None for a model without classes."""
    target = None
    with st.container(gap="xsmall"):
        if shown.together is None:
            st.caption(say("interventions.nothing_classes" if trace.has_classes else "interventions.nothing"))
        if trace.has_classes and not shown.empty:
            target, quantity = choose_score(model, trace, drawn=shown.together is not None)
            if shown.together is not None:
                scores(trace, shown.together, target, quantity)
        if shown.together is not None:
            _stream(model, shown.together, shown.applied)
    return target


def choose_score(model: ModelEntry, trace: Trace, *, drawn: bool = True) -> tuple[int, str]:
    """The class that is looked at, and whether its logit or its probability: asked where one of them is ``drawn``."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width="stretch"):
            where = "interventions.class"
            target = class_choice.choose_target(model, trace, say("interventions.class"), where)
        if not drawn:
            return target, QUANTITIES[0]
        quantity = QUANTITY.widget(
            lambda key: st.segmented_control(
                say("interventions.quantity"), QUANTITIES, key=key, required=True,
                format_func=lambda name: say(f"interventions.{name}"), label_visibility="collapsed",
            ),
            QUANTITIES, QUANTITIES[0],
        )  # fmt: skip
    return target, quantity


def scores(trace: Trace, found: Scores, target: int, quantity: str, words: str = "interventions.") -> None:
    """The classes that changed most, and the chosen one; ``words`` begin the keys of what is said about them."""
    logits = quantity == "logit"
    after = found.logits if logits else found.probabilities
    delta = found.delta_logits if logits else found.delta_probabilities
    order = np.argsort(-np.abs(delta), kind="stable")[:LISTED].tolist()
    classes = order if target in order else [*order[:-1], target]
    name = naming(trace)
    figure = change_bars.describe(
        [name(each) for each in classes], (after - delta)[classes], after[classes], classes.index(target),
        x_title=say(f"{words}{quantity}_axis"), label=say(f"{words}scores"),
    )  # fmt: skip
    chart(f"{words}scores", figure)
    best = int(found.logits.argmax())
    before = int(trace.logits.argmax())
    key = f"{words}best_stays" if best == before else f"{words}best_changes"
    values = {
        "name": name(best),
        "p": f"{100 * float(found.probabilities[best]):.1f} %",
        "before": name(before),
    }
    st.caption(say(key, **values))


@st.fragment(key=STREAM)
def _stream(model: ModelEntry, found: Effect, applied: list[PlannedEdit]) -> None:
    """Relative change of the chosen token, of the class token where there is one, and of the patches on average."""
    series: dict[str, Sequence[float] | NDArray[np.float64]] = {
        say("interventions.token"): [
            float(change[tokens.current(model, grid)])
            for change, grid in zip(found.stream, found.grids, strict=True)
        ],
        say("token.mean"): found.of_patches(),
    }
    if "cls" in tokens.prefix(model):
        series[say("token.cls")] = [float(change[0]) for change in found.stream]
    figure = stream_lines.describe(
        series, [edit.block for edit in applied],
        x_title=say("interventions.depth_axis"), label=say("interventions.stream"),
    )  # fmt: skip
    with st.container(gap="xsmall"):
        st.markdown(say("interventions.stream"))
        chart("interventions.stream", figure)
