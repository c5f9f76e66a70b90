"""Step 1: from the file to patches: crop, resize, normalise, cut, each with its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from vitviz.app import html, session, tokens
from vitviz.app.crop_frame import cut_off, framed_url
from vitviz.app.pictures import small_picture_url
from vitviz.app.topics.path.frame import ask, run_step, take_away
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

STEP = "cut"
SIDE, ENLARGED = 200, 140  # of a small picture and of a patch, CSS pixels
FINEST_GRID_DRAWN = 40


def show() -> None:
    """The whole picture with the frame that is kept, the resized one to choose a patch from, and a patch's numbers."""
    model = session.entry()
    _cut(model, run_step(STEP, model, size=model.config.patch_size))


@st.fragment
def _cut(model: ModelEntry, trace: Trace) -> None:
    size, (rows, columns) = model.config.patch_size, tokens.finest(model)
    patch = tokens.current_patch(model)
    channels = model.config.in_channels
    options = {str(count): f"{count:,}" for count in (channels, size**2, channels * size**2)}
    answered = ask(
        STEP, model, options, lambda: str(channels * size**2),
        lambda: say("path.cut.because", size=size, channels=channels, count=f"{channels * size**2:,}",
                    patches=f"{rows} x {columns} = {rows * columns:,}"),
    )  # fmt: skip
    places = st.container(key="path-two").columns([1, 1, 1.5, 0.8], gap="small")
    picture, (height, width) = session.picture(), model.preprocessing.height_width
    with places[0]:
        st.markdown(f"**1 {say(f'path.cut.fit_{model.preprocessing.fit}')}**")
        whole = framed_url(picture, model.preprocessing, SIDE)
        share = cut_off(picture, model.preprocessing)
        original = "path.cut.whole" if share == "0" else "path.cut.original"
        alt = say(original, width=picture.original_size[0], height=picture.original_size[1], share=share)
        st.html(html.image(whole, alt, SIDE))
    with places[1]:
        st.markdown(f"**2 {say('path.cut.resize')}**")
        picker(
            f"path.cut.{model.name}", session.seen(model), rows, columns, len(tokens.prefix(model)) + patch,
            lambda token: tokens.choose(model, token), prefix=tokens.prefix(model), chips=False,
            grid=rows <= FINEST_GRID_DRAWN, width=SIDE,
        )  # fmt: skip
        st.caption(say("path.cut.resized", width=width, height=height, rows=rows, columns=columns))
    row, column = divmod(patch, columns)
    with places[2]:
        st.markdown(f"**3 {say('path.cut.normalise')}**")
        st.html(
            html.table(pixel_rows(model, trace, row * size, column * size), pixel_heads(), numbers=range(3))
        )
        st.caption(say("path.cut.pixel", row=row, column=column))
    with places[3]:
        st.markdown(f"**{say('path.cut.patch', row=row, column=column)}**")
        view = session.seen(model).crop((column * size, row * size, (column + 1) * size, (row + 1) * size))
        enlarged = view.resize((ENLARGED, ENLARGED), Image.Resampling.NEAREST)
        st.html(html.image(small_picture_url(enlarged), say("path.cut.enlarged", size=size), ENLARGED))
    if answered:
        take_away(STEP, size=size)


def pixel_heads() -> list[str]:
    """What the columns of ``pixel_rows`` are."""
    return ["", "(x / 255 − m) / s", say("path.cut.number")]


def pixel_rows(model: ModelEntry, trace: Trace, y: int, x: int) -> list[tuple[str, str, str]]:
    """One pixel's colours: the level, how it is normalised, and the number that the model read."""
    levels = np.asarray(session.seen(model))[y, x]
    spec = model.preprocessing
    return [
        (
            name, f"({level} / 255 − {mean:.3g}) / {std:.3g}",
            short(float(trace["image"][0, channel, y, x])),
        )
        for channel, (name, level, mean, std) in enumerate(
            zip("RGB", levels.tolist(), spec.mean, spec.std, strict=True)
        )
    ]  # fmt: skip
