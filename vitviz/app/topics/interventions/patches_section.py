"""Patches: paint a region of the picture, take it away, and see whether it matters more than a region by chance."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from vitviz.app import links, session
from vitviz.app.class_names import naming
from vitviz.app.progress import in_steps
from vitviz.app.settings import Setting
from vitviz.app.topics.interventions.changes import choose_score, scores
from vitviz.app.topics.interventions.patches_exports import exports
from vitviz.app.topics.interventions.region_part import region_part
from vitviz.app.topics.interventions.removal_choice import DROP, choose_removal, other_image
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.interventions import chance_dots
from vitviz.plot.numbers import fixed
from vitviz.tracing.planned_edit import numbers_of, ranges_of

if TYPE_CHECKING:
    from torch import Tensor

    from vitviz.analysis.interventions.region import RandomRegions, Removed
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def read(text: str) -> str:
    """A region as a link has it, in one way of writing it.

    Raises:
        ValueError: if the text is none.
    """
    return ranges_of(links.numbers(text))


REGION = Setting("interventions.patches", read)
REMOVED: session.Derived[Removed] = session.Derived("what a region changes")
CONTROL: session.Derived[Removed] = session.Derived("what random regions change")


class Chosen(NamedTuple):
    """The region and how it is removed."""

    patches: tuple[int, ...]
    how: str
    other: str
    image: Tensor | None


def show(model: ModelEntry, trace: Trace) -> None:
    """The picture to paint on, the changes beside it, the control, and what can be taken along."""
    from vitviz.analysis.faithfulness.cells import cell_grid

    if not trace.has_classes:
        st.info(say("interventions.no_classes"))
        return
    grid = cell_grid(trace)
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how, other = choose_removal(trace)
        image = other_image(model, trace, other) if other else None
        if other and image is None:
            st.info(say("interventions.other_gone"))
            return
        text = REGION.get("", model.name)
        chosen = Chosen(tuple(n for n in numbers_of(text) if n < grid[0] * grid[1]), how, other, image)

        def paint(painted: str) -> None:
            with contextlib.suppress(ValueError):  # no text that the part sends
                REGION.set(read(painted), model.name)

        region_part(model, trace, grid, ranges_of(chosen.patches), how, image, paint)
    with right:
        target, quantity = choose_score(model, trace)
        if not chosen.patches:
            st.markdown(say("interventions.patches_empty"))
            return
        _changes(model, trace, grid, chosen, target, quantity)


def _changes(
    model: ModelEntry, trace: Trace, grid: tuple[int, int], chosen: Chosen, target: int, quantity: str
) -> None:
    """The bars of the classes, then the control as soon as it is there."""
    from vitviz.analysis.interventions.region import random_regions, without_region

    patches, how, other, image = chosen

    def make() -> Removed:
        return without_region(trace, patches, how, image)  # type: ignore[arg-type]

    try:
        found = session.derived(trace, REMOVED.at(patches, how, other), make)
    except ValueError:  # the library's sentence is in English
        all_dropped = how == DROP and len(patches) == grid[0] * grid[1]
        st.info(say("interventions.patches_nothing_left") if all_dropped else say("interventions.not_here"))
        return
    scores(trace, found, target, quantity, "interventions.patches_")
    regions = random_regions(patches, grid)
    control = _control(trace, chosen, regions)
    if regions.kind == "none":
        st.caption(say("interventions.patches_kind.none"))
    else:
        _beside_chance(trace, found, control, regions, target, quantity)
    exports(model, trace, chosen.patches, how, other, found, control)


def _control(trace: Trace, chosen: Chosen, regions: RandomRegions) -> Removed:
    """What the random regions change, (R, K)."""
    import torch

    from vitviz.analysis.interventions.region import compared, logits_without
    from vitviz.analysis.interventions.sweep import rows_at_once

    def make() -> Removed:
        count = len(regions.masks)
        if not count:
            return compared(trace.logits, trace.logits.new_empty(0, len(trace.logits)))
        batches = logits_without(trace, regions.masks, chosen.how, chosen.image)  # type: ignore[arg-type]
        steps = -(-count // rows_at_once(trace.blocks[0]["resid_pre"]))
        done = in_steps(batches, steps, say("interventions.patches_running", count=count))
        return compared(trace.logits, torch.cat(list(done)))

    return session.derived(trace, CONTROL.at(chosen.patches, chosen.how, chosen.other), make, own_turns=True)


def _beside_chance(
    trace: Trace, found: Removed, control: Removed, regions: RandomRegions, target: int, quantity: str
) -> None:
    """The chosen class's change beside those that random regions make."""
    logits = quantity == "logit"
    change = float((found.delta_logits if logits else found.delta_probabilities)[target])
    draws = (control.delta_logits if logits else control.delta_probabilities)[:, target]
    count = len(draws)
    figure = chance_dots.describe(
        change, draws,
        (say("interventions.patches_yours"), say("interventions.patches_random", count=count)),
        x_title=say(f"interventions.patches_{quantity}_of", name=naming(trace)(target)),
        label=say("interventions.patches_chance_label"),
    )  # fmt: skip
    st.markdown(say("interventions.patches_chance"))
    chart("interventions.patches_chance", figure)
    as_far = int((draws * np.sign(change) >= abs(change)).sum())
    written = [change, float(draws.mean()), float(draws.min()), float(draws.max())]
    yours, mean, low, high = (fixed(each, 4) if logits else fixed(100 * each, 2) for each in written)
    st.markdown(
        say(
            f"interventions.patches_against.{quantity}", change=yours, mean=mean, low=low, high=high,
            as_far=as_far, count=count,
        )
    )  # fmt: skip
    kind = regions.kind.replace(" ", "_")
    st.caption(say(f"interventions.patches_kind.{kind}", count=count))
