"""The sweep: every head, MLP or patch switched off, one by one; a map of what each one changes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from vitviz.app import bench, callbacks, class_choice, links, networks, session
from vitviz.app.class_names import naming
from vitviz.app.settings import Setting
from vitviz.app.topics.interventions import sweep_run
from vitviz.app.topics.interventions.changes import QUANTITIES, QUANTITY
from vitviz.app.topics.interventions.map_part import ChangeMap, change_map, largest_colour
from vitviz.app.topics.interventions.removal_choice import DROP, choose_removal, other_image
from vitviz.app.topics.interventions.sections import open_bench
from vitviz.app.topics.interventions.sweep_samples import sample_means
from vitviz.app.words import say
from vitviz.plot.numbers import fixed
from vitviz.tracing.planned_edit import PlannedEdit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vitviz.analysis.interventions.sweep import Place, Sweep
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PARTS = ("heads", "mlps", "patches")
HOWS = ("zero", "mean", "samples")
PART = Setting("interventions.sweep", links.one_of(PARTS))
HOW = Setting("interventions.sweep_how", links.one_of(HOWS))
CELL = Setting("interventions.cell", links.whole)  # one of the map's, counted row by row
NO_CELL = 999_999
SWEEP: session.Derived[Sweep] = session.Derived("a sweep, as far as it has come")
LOOK_AGAIN = 0.5  # seconds between two looks at a sweep that runs
FINEST = 16  # rows of patches that a Swin's picture is cut into


def show(model: ModelEntry, trace: Trace) -> None:
    """The choices, the map and what follows a click."""
    if not trace.has_classes:
        st.info(say("interventions.no_classes"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = PART.widget(
            lambda key: st.segmented_control(
                say("interventions.sweep.part"), PARTS, key=key, required=True,
                format_func=lambda name: say(f"interventions.sweep.{name}"),
            ),
            PARTS, PARTS[0],
        )  # fmt: skip
        how, other = _how(model, trace, part)
        quantity = QUANTITY.widget(
            lambda key: st.segmented_control(
                say("interventions.sweep.quantity"), QUANTITIES, key=key, required=True,
                format_func=lambda name: say(f"interventions.{name}"),
            ),
            QUANTITIES, QUANTITIES[0],
        )  # fmt: skip
    left, right = st.columns([1.5, 1], gap="medium")
    with right:
        where = "interventions.sweep.class"
        target = class_choice.choose_target(model, trace, say("interventions.class"), where)
    sweep = _sweep(model, trace, part, how, other)
    if sweep is None:
        return
    going = sweep_run.running()
    light = networks.lane_of_run(trace) == "light"
    if going is not None and going.sweep is not sweep:
        sweep_run.stop()
        going = None
    if going is None and sweep.done == 0 and light and part != "patches" and not sweep_run.was_begun(sweep):
        going = sweep_run.start(sweep, trace)
    # A fragment that looks again by itself has to be made as one: start and end of a sweep run the page once.
    every = LOOK_AGAIN if going is not None else None
    with left:
        st.fragment(_watch, run_every=every)(model, trace, sweep, target, quantity, going is not None)
    with right, st.expander(say("interventions.python")):
        st.code(_python(model, sweep, other), language="python")


def _how(model: ModelEntry, trace: Trace, part: str) -> tuple[str, str]:
    """What stands in for a part, and the picture that it is taken from where it is another one's."""
    if part != "patches":
        how = HOW.widget(
            lambda key: st.selectbox(
                say("interventions.how"), HOWS, key=key, width=260,
                format_func=lambda name: say(f"interventions.sweep.how.{name}"),
            ),
            HOWS, HOWS[0],
        )  # fmt: skip
        return how, ""
    return choose_removal(trace)


def _sweep(model: ModelEntry, trace: Trace, part: str, how: str, other: str) -> Sweep | None:
    """The sweep of these choices, as far as it has come; None where it cannot be made."""
    from vitviz.analysis.interventions import sweep as analysis

    image = other_image(model, trace, other) if other else None
    if other and image is None:
        st.info(say("interventions.other_gone"))
        return None
    means = sample_means(model, trace, part) if how == "samples" else None

    def make() -> Sweep:
        if part == "heads":
            return analysis.head_sweep(trace, how, means)  # type: ignore[arg-type]
        if part == "mlps":
            return analysis.mlp_sweep(trace, how, means)  # type: ignore[arg-type]
        return analysis.patch_sweep(trace, how, image, _grid(trace, how))  # type: ignore[arg-type]

    return session.derived(trace, SWEEP.at(part, how, other), make)


def _grid(trace: Trace, how: str) -> tuple[int, int]:
    """Into how many patches the picture is cut: a Swin's are joined until there are not too many."""
    rows, columns = trace.patch_grid
    height, width = trace.kept["image"].shape[-2:]
    while how != DROP and rows > FINEST and height % (rows // 2) == 0 and width % (columns // 2) == 0:
        rows, columns = rows // 2, columns // 2
    return rows, columns


def _watch(
    model: ModelEntry, trace: Trace, sweep: Sweep, target: int, quantity: str, was_running: bool
) -> None:
    """The buttons, how far it is, the map of what is there, and the part that was clicked."""
    going = sweep_run.running() if was_running else None
    if was_running and going is None:
        st.rerun()
    total = len(sweep.places)
    with st.container(horizontal=True, vertical_alignment="center"):
        if going is not None:
            key = "interventions.sweep.stop"
            st.button(say("interventions.sweep.stop"), key=key, on_click=callbacks.named(key, sweep_run.stop))
            st.progress(sweep.done / total, say("interventions.sweep.progress", done=sweep.done, total=total))
        elif not sweep.finished:
            key = "interventions.sweep.start"
            words = f"interventions.sweep.{'go_on' if sweep.done else f'start.{sweep.part}'}"
            if st.button(say(words, total=total), key=key):
                sweep_run.start(sweep, trace)
                st.rerun()
            if sweep.done:
                st.caption(say("interventions.sweep.stopped", done=sweep.done, total=total))
    change = sweep.delta_logits(target) if quantity == "logit" else sweep.delta_probabilities(target)
    place = _map(model, trace, sweep, change.numpy(), quantity, target)
    if place is not None:
        _chosen(model, trace, sweep, place, target)
    if sweep.part != "patches":
        st.caption(say("interventions.sweep.keep"))
    if sweep.done:
        beyond = float(np.nanmax(np.abs(change.numpy()))) > largest_colour(change.numpy())
        more = f" {say('interventions.sweep.beyond')}" if beyond else ""
        st.caption(_largest(trace, sweep, change.numpy(), quantity, target) + more)
        st.download_button(
            "CSV", lambda: as_csv(trace, sweep, target), f"vitviz-{model.name}-sweep-{sweep.part}.csv", "text/csv",
            on_click="ignore", key="interventions.sweep.csv",
        )  # fmt: skip


def _map(
    model: ModelEntry, trace: Trace, sweep: Sweep, change: NDArray[np.floating], quantity: str, target: int
) -> Place | None:
    """Draw it; the part that is chosen."""
    from vitviz.analysis.interventions.sweep import Place

    # MLPs are a strip: the blocks lie beside each other.
    across = sweep.part == "mlps"
    at = [(0, place.block) if across else (place.block, place.at) for place in sweep.places]
    rows, columns = (1 + max(numbers) for numbers in zip(*at, strict=True))
    values = np.full((rows, columns), np.nan)
    for (row, column), value in zip(at, change, strict=True):
        values[row, column] = value
    counts = [sum(row == r for r, _ in at) for row in range(rows)]
    setting = CELL.get(NO_CELL, model.name, sweep.part)
    chosen = divmod(setting, columns) if setting < rows * columns else None
    if chosen is not None and chosen not in at:
        chosen = None

    def choose(row: int, column: int) -> None:
        CELL.set(row * columns + column, model.name, sweep.part)
        if sweep.part != "patches":
            block, number = (column, 0) if across else (row, column)
            bench.add(model, _edit(sweep, Place(block, number)))

    change_map(
        f"interventions.sweep.{sweep.part}.{model.name}",
        ChangeMap(
            values, counts, say(f"interventions.sweep.cell.{sweep.part}"),
            say(f"interventions.sweep.bar.{quantity}", name=naming(trace)(target)),
            say(f"interventions.sweep.map.{sweep.part}"),
            (say("interventions.sweep.fell"), say("interventions.sweep.rose")),
            {"heads": (say("block"), say("interventions.sweep.head")), "mlps": ("", say("block"))}.get(
                sweep.part, ("", "")
            ),
            session.seen(model) if sweep.part == "patches" else None, chosen,
        ),
        choose,
    )  # fmt: skip
    return sweep.places[at.index(chosen)] if chosen is not None else None


def _edit(sweep: Sweep, place: Place) -> PlannedEdit:
    """The edit of the bench that a part of the sweep is."""
    if sweep.part == "heads":
        return PlannedEdit("head", place.block, (place.at,), sweep.how)  # type: ignore[arg-type]
    return PlannedEdit("mlp", place.block, (), sweep.how)  # type: ignore[arg-type]


def _chosen(model: ModelEntry, trace: Trace, sweep: Sweep, place: Place, target: int) -> None:
    """The numbers of the part that was clicked, and its edit on the bench."""
    number = sweep.places.index(place)
    if number < sweep.done:
        probability = float(sweep.delta_probabilities(target)[number])
        best = int(sweep.logits[number].argmax())
        st.markdown(
            say(
                "interventions.sweep.chosen", what=_name(trace, sweep, place),
                logit=fixed(float(sweep.delta_logits(target)[number]), 4), probability=fixed(100 * probability, 2),
                best=naming(trace)(best),
            )
        )  # fmt: skip
    if sweep.part != "patches":
        with st.container(horizontal=True, vertical_alignment="center"):
            bench.offer(model, [_edit(sweep, place)], "sweep")
            if bench.peek(model):
                key = "interventions.sweep.see"
                st.button(say(key), key=key, icon=":material/tune:", on_click=callbacks.named(key, _to_bench))


def _to_bench() -> None:
    """From a fragment's callback: the whole page, with the bench open."""
    open_bench()
    st.rerun()


def _name(trace: Trace, sweep: Sweep, place: Place) -> str:
    if sweep.part == "patches":
        return say("interventions.sweep.patch", row=place.block, column=place.at)
    title = trace.blocks[place.block].title
    return (
        f"{title} {say('interventions.sweep.head')} {place.at}" if sweep.part == "heads" else f"{title} MLP"
    )


def _largest(trace: Trace, sweep: Sweep, change: NDArray[np.floating], quantity: str, target: int) -> str:
    """The part whose absence changes the class most, of those that are computed."""
    number = int(np.nanargmax(np.abs(change)))
    value = fixed(float(change[number]), 4) if quantity == "logit" else fixed(100 * float(change[number]), 2)
    return say(
        f"interventions.sweep.largest.{quantity}", what=_name(trace, sweep, sweep.places[number]), change=value,
        name=naming(trace)(target),
    )  # fmt: skip


def as_csv(trace: Trace, sweep: Sweep, target: int) -> str:
    """Every part that is computed: where it is, its change of the class's logit and probability, the best class."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    names = ["row", "column"] if sweep.part == "patches" else ["block", sweep.part.removesuffix("s")]
    write.writerow([*names, "how", "class", "delta_logit", "delta_probability", "best_class"])
    logits, probabilities = sweep.delta_logits(target), sweep.delta_probabilities(target)
    for number, place in enumerate(sweep.places[: sweep.done]):
        best = trace.class_name(int(sweep.logits[number].argmax()))
        changes = [repr(logits[number].item()), repr(probabilities[number].item())]
        write.writerow([place.block, place.at, sweep.how, trace.class_name(target), *changes, best])
    return text.getvalue()


def _python(model: ModelEntry, sweep: Sweep, other: str) -> str:
    """The same in Python, to copy."""
    made = {"heads": "head_sweep", "mlps": "mlp_sweep", "patches": "patch_sweep"}[sweep.part]
    name = model.source.where if model.source.kind in ("hub", "file") else model.name
    lines = ["import vitviz", f"from vitviz.analysis.interventions.sweep import {made}", ""]
    lines += [f"model = vitviz.load_model({name!r})", 'trace = vitviz.trace(model, "picture.jpg")']
    given = f'trace, "{sweep.how}"'
    if sweep.how == "samples":
        lines.insert(1, "from vitviz.samples import SAMPLES")
        lines += ["samples = vitviz.trace(model, [sample.path for sample in SAMPLES])"]
        given += ", samples"
    if sweep.part == "patches":
        if other:
            lines += ['other = vitviz.trace(model, "other.jpg")["image"]']
        grid = (1 + sweep.places[-1].block, 1 + sweep.places[-1].at)
        given += (", other" if other else ", None") + f", {grid}"
    lines += [f"sweep = {made}({given})", "for done in sweep.steps():", "    print(done, len(sweep.places))"]
    return "\n".join([*lines, "print(sweep.delta_logits(int(sweep.plain.argmax())))", ""])
