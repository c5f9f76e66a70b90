"""The live run: switches, buttons, curves that grow, and what the network makes of one picture from step to step."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.app import html
from vitviz.app.pictures import picture_url
from vitviz.app.topics.training import lab as labs
from vitviz.app.topics.training import recipe
from vitviz.app.topics.training.film import film
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say, section
from vitviz.plot.training import RunCurves, training_curves, training_norms

if TYPE_CHECKING:
    from vitviz.app.topics.training.lab import Lab
    from vitviz.train.lab import LabRun

LOOK_AGAIN = 1.0  # seconds between two looks at a run that goes on
CLASSES = 6
EXAMPLES, ACROSS, SHOWN = 24, 8, 64  # pictures before a run, how many in a row, and their side in pixels
BUTTON = 116  # pixels
MOST_POINTS = 400  # of a line: beyond, only every n-th batch is drawn


def live() -> None:
    """The whole section; it looks again by itself while a run goes on."""
    st.markdown(say("training.live_lead"))
    lab = labs.mine()
    running = lab is not None and lab.running
    # A fragment that looks again by itself has to be made as one: start and end of a run run the page once.
    st.fragment(_watch, run_every=LOOK_AGAIN if running else None)(running)


def _watch(was_running: bool) -> None:
    lab = labs.mine()
    running = lab is not None and lab.running
    if lab is None:
        above = st.container()  # the button comes before the switches, which it needs
        configs = recipe.choose(fixed=False)
        with above:
            if st.button(say("training.start"), key="training.start", width=BUTTON):
                labs.begin(configs)
                st.rerun()
        st.html(html.image(picture_url(examples()), say("training.examples"), ACROSS * SHOWN))
    else:
        buttons, status = st.columns([1, 2.2], gap="medium")
        with buttons:
            _buttons(lab, running)
        with status:
            _status(lab, running)
        _curves(lab)
        with st.expander(say("training.switches")):
            recipe.choose(fixed=True)
    if running != was_running:
        st.rerun()


def _buttons(lab: Lab, running: bool) -> None:
    """Stop or go on, where there is more to come; reset."""
    with st.container(horizontal=True):
        if running:
            st.button(say("training.stop"), key="training.stop", on_click=lab.stop, width=BUTTON)
        elif not lab.ended and st.button(say("training.go_on"), key="training.go_on", width=BUTTON):
            lab.go()
            st.rerun()
        if st.button(say("training.reset"), key="training.reset", width=BUTTON):
            labs.reset()
            st.rerun()


def _status(lab: Lab, running: bool) -> None:
    """A bar, and in words where each run is."""
    done, of = sum(run.done for run in lab.runs), sum(run.config.steps for run in lab.runs)
    progress = lab.progress
    if running and not done and progress is not None and progress.what == "drawing":
        text = say("training.drawing", done=progress.done, of=progress.of)
        st.progress(progress.done / progress.of, text)
        return
    memory = f"{lab.nbytes / 2**20:.1f}"
    text = say("training.progress", done=lab.runs[0].done, of=lab.runs[0].config.steps, cpu=f"{lab.cpu_seconds:.0f}",
               seconds=f"{lab.seconds:.0f}", memory=memory)  # fmt: skip
    st.progress(done / of, text)
    said = [_said(run) for run in lab.runs if run.evaluations]
    if said:
        st.markdown("  \n".join(said))


def _said(run: LabRun) -> str:
    last = run.evaluations[-1]
    name = recipe.named(run.config)
    if run.failed:
        return say("training.failed", name=name, step=run.done)
    return say(
        "training.reached", name=name, step=last.steps, new=f"{100 * last.accuracy:.1f}",
        train=f"{100 * last.train_accuracy:.1f}", error=f"{100 * _error(last.accuracy):.1f}",
    )  # fmt: skip


def _error(share: float) -> float:
    """The standard error of a share of 500 pictures."""
    from vitviz.train.lab import MEASURED

    return math.sqrt(share * (1 - share) / MEASURED)


def _curves(lab: Lab) -> None:
    from vitviz.train.lab import CLIP

    runs = [curves_of(run) for run in lab.runs]
    steps = lab.runs[0].config.steps
    words = section("training.curves") | section("training.part")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        if not any(run.batch_loss or run.new_loss for run in runs):
            return
        chance = (math.log(CLASSES), 1 / CLASSES)
        chart(
            "training.curves",
            training_curves.describe(runs, steps, chance, words=words, label=say("training.curves_label")),
        )
        st.caption(say("training.curves_caption"))
    with right:
        film("training.film", lab)
    with st.expander(say("training.norms"), expanded=True):
        chart(
            "training.norms",
            training_norms.describe(runs, steps, CLIP, words=words, label=say("training.norms_label")),
        )
        st.caption(say("training.norms_caption"))


def curves_of(run: LabRun) -> RunCurves:
    """What a run has recorded so far, as the figures take it. Copies: the run may go on meanwhile."""
    steps, evaluations = list(run.steps), list(run.evaluations)
    every = max(1, math.ceil(len(steps) / MOST_POINTS))
    drawn = [
        step for step in steps[::every] if math.isfinite(step.loss) and math.isfinite(step.gradient_norm)
    ]
    parts = list(evaluations[0].norms) if evaluations else []
    measured = [each for each in evaluations if math.isfinite(each.loss)]
    return RunCurves(
        recipe.named(run.config),
        batch_loss=[(step.number, step.loss) for step in drawn],
        train_loss=[(each.steps, each.train_loss) for each in measured],
        new_loss=[(each.steps, each.loss) for each in measured],
        train_accuracy=[(each.steps, each.train_accuracy) for each in measured],
        new_accuracy=[(each.steps, each.accuracy) for each in measured],
        learning_rate=[(step.number, step.lr) for step in drawn],
        gradient_norm=[(step.number, step.gradient_norm) for step in drawn],
        weight_norms={part: [(each.steps, each.norms[part]) for each in measured] for part in parts},
    )


@cache
def examples() -> Image.Image:
    """The first training pictures in rows, enlarged without smoothing."""
    from vitviz.train.lab_pictures import TRAIN, stock

    pixels, _ = stock(TRAIN, EXAMPLES)  # (EXAMPLES, 3, 32, 32)
    rows = pixels.unflatten(0, (-1, ACROSS)).permute(0, 3, 1, 4, 2)  # (rows, 32, ACROSS, 32, 3)
    sheet = Image.fromarray(np.ascontiguousarray(rows.flatten(2, 3).flatten(0, 1).numpy()))
    scale = SHOWN * ACROSS // sheet.width
    return sheet.resize((sheet.width * scale, sheet.height * scale), Image.Resampling.NEAREST)
