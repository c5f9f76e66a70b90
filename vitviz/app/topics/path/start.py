"""Step 0: the picture, what a model says of it, and the whole way between the two with its sizes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, lesson_bar, session, tokens
from vitviz.app.prediction import prediction
from vitviz.app.topics.path.frame import ask, begin, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.models.config import ViTConfig

if TYPE_CHECKING:
    from vitviz.analysis.path.pixels import Seen
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "start"
PICTURE_SIDE = 250
FINEST_GRID_DRAWN = 40
ALL, LITTLE = 0.9, 0.1  # of a file's pixels
WAY = """<style>
.vvw { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: stretch; font-size: 13px; }
.vvw div { border: 1px solid #8886; border-radius: 4px; padding: 3px 9px; flex: 1 1 auto; }
.vvw b { display: block; font-family: var(--st-code-font, monospace); font-weight: 600; white-space: nowrap; }
.vvw i { align-self: center; font-style: normal; opacity: .6; }
</style>"""


def show() -> None:
    """The picture with its patches, the prediction, and the way from one to the other in five sizes."""
    model = session.entry()
    begin(STEP, model)
    left, right = st.columns([1, 1.9], gap="medium")
    with left:
        rows, columns = tokens.finest(model)
        picker(
            f"path.start.{model.name}", session.seen(model), rows, columns, tokens.current(model),
            lambda token: tokens.choose(model, token), prefix=tokens.prefix(model), chips=False,
            grid=rows <= FINEST_GRID_DRAWN, width=PICTURE_SIDE,
        )  # fmt: skip
    with right, st.spinner(say("running")):
        trace = session.trace(model)
        prediction(trace, model, brief=True)
    st.html(WAY + way(trace, model))
    _question(model)
    lesson_bar.offer()


def way(trace: Trace, model: ModelEntry) -> str:
    """What the picture is after each part of the way, with its live shape."""
    config = model.config
    last = f"{trace.network.steps()[-1][0]}.resid_post"
    parts = list(config.prefix_names)
    if isinstance(config, ViTConfig) and config.position != "none":
        parts.append(say("path.start.position"))
    added = ", ".join(parts)
    stops = [
        (trace["image"].shape[1:], say("path.start.pixels")),
        (trace["embed"].shape[1:], say("path.start.patches")),
        (trace["full_embed"].shape[1:], say("path.start.tokens", added=added)),
        (trace[last].shape[1:], say("path.start.blocks", count=len(trace.blocks))),
    ]
    if config.num_classes:
        stops.append((trace.logits.shape, say("path.start.scores")))
    if not added:
        del stops[2]
    boxes = (f"<div><b>{' x '.join(map(str, shape))}</b>{escape(words)}</div>" for shape, words in stops)
    sizes = {
        "shape": [" x ".join(map(str, shape)) for shape, _ in stops],
        "what": [words for _, words in stops],
    }
    return html.figure(f'<div class="vvw">{"<i>→</i>".join(boxes)}</div>', sizes)


@st.fragment
def _question(model: ModelEntry) -> None:
    from vitviz.analysis.path.pixels import seen

    picture = session.picture()
    found = seen(picture.original_size, model.preprocessing)
    options = {name: say(f"path.start.{name}") for name in ("all", "part", "little")}
    height, width = model.preprocessing.height_width
    if ask(
        STEP, model, options, lambda: right(found),
        lambda: say(
            "path.start.because", width=picture.original_size[0], height=picture.original_size[1],
            pixels=f"{found.pixels:,}", seen_width=width, seen_height=height, left=f"{found.left:,}",
            share=f"{100 * found.left / found.pixels:.3g}",
        ),
    ):  # fmt: skip
        take_away(STEP)


def right(found: Seen) -> str:
    """Which answer is right: how many numbers are left of the file's."""
    share = found.left / found.pixels
    return "all" if share >= ALL else "part" if share >= LITTLE else "little"
