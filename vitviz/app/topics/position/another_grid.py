"""Positions interpolated to another grid: one position before and after, its weights, and the classes at that size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from vitviz.analysis.position.class_changes import gap, likeliest
from vitviz.analysis.position.grids import first_grid, grids_around
from vitviz.analysis.position.interpolation import Mode
from vitviz.app import html, links, session, shell, tokens
from vitviz.app.class_names import class_name, naming
from vitviz.app.progress import block_by_block
from vitviz.app.session import Derived
from vitviz.app.settings import Setting
from vitviz.app.topics.position.run_table import Run, run_table
from vitviz.app.widgets.picker import Overlay, picker
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, percent, short

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from torch import Tensor

    from vitviz.models.config import ViTConfig
    from vitviz.models.vit import VisionTransformer
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PICTURE_SIDE = 300
MOST_TRIED = 10
MODES: tuple[Mode, ...] = ("bicubic", "bilinear")


@dataclass(frozen=True)
class GridSetting:
    """What a person asks for: rows and columns of patches, and how positions are interpolated to them."""

    grid: tuple[int, int]
    mode: Mode
    antialias: bool

    def label(self, patch: int, learned: bool) -> str:
        """The run in words: ``320 x 320 px, bicubic, antialias``."""
        size = f"{self.grid[0] * patch} x {self.grid[1] * patch} px"
        if not learned:
            return size
        return f"{size}, {self.mode}{', antialias' if self.antialias else ''}"


SIZE = Setting("position.size", links.whole)
MODE = Setting("position.mode", links.one_of(MODES))
ANTIALIAS = Setting("position.antialias", links.flag)
PICTURE: Derived[Image.Image] = Derived("the picture at another size")
LOGITS: Derived[NDArray[np.float32]] = Derived("class scores at another size")
TRIED: Derived[dict[GridSetting, NDArray[np.float32]]] = Derived("sizes tried")


@st.fragment
def another_grid(model: ModelEntry, trace: Trace) -> None:
    """The chosen position before and after, the classes of a run at that size, and the weights of the interpolation."""
    config = cast("ViTConfig", model.config)
    learned = config.position == "learned"
    st.markdown(
        say(
            "position.size_lead" if learned else "position.size_lead_sincos",
            h=config.grid[0],
            w=config.grid[1],
        )
    )
    left, right = st.columns([2.15, 1], gap="medium")
    with right:
        setting = _choose(model, config, learned)
    picture = _picture(model, trace, setting)
    positions = _positions(trace, setting)
    after: NDArray[np.float32] = positions[0].numpy()  # (N, D)
    with left:
        new = _maps(model, trace, setting, after, picture)
    if learned and setting.grid != config.grid:
        _weights(trace, setting, after, new)
    if not shell.has_classes(model):
        return
    with right:
        logits = _run(model, trace, setting, picture, positions)
        _classes(model, trace, setting, logits, learned)
    _tried(model, trace, setting, logits, learned)


def _choose(model: ModelEntry, config: ViTConfig, learned: bool) -> GridSetting:
    """The three controls; without learned positions there is nothing to interpolate."""
    grids, patch = grids_around(config.grid), config.patch_size
    # Numbers of grids: a slider of pairs would be one with two handles.
    numbers = range(len(grids))
    number = SIZE.widget(
        lambda key: st.select_slider(
            say("position.size"), numbers, key=key, format_func=lambda i: _size_text(grids[i], patch)
        ),
        numbers, first_grid(grids, config.grid), model.name,
    )  # fmt: skip
    if not learned:
        return GridSetting(grids[number], config.position_mode, config.position_antialias)
    mode = MODE.widget(
        lambda key: st.segmented_control(
            say("position.mode"), MODES, key=key, required=True, label_visibility="collapsed"
        ),
        MODES, config.position_mode, model.name,
    )  # fmt: skip
    antialias = ANTIALIAS.widget(
        lambda key: st.toggle(say("position.antialias"), key=key, help=say("position.libraries")),
        (False, True), config.position_antialias, model.name,
    )  # fmt: skip
    return GridSetting(grids[number], mode, antialias)


def _size_text(grid: tuple[int, int], patch: int) -> str:
    return f"{grid[0] * patch} x {grid[1] * patch} px = {grid[0]} x {grid[1]}"


def _picture(model: ModelEntry, trace: Trace, setting: GridSetting) -> Image.Image:
    """The person's picture as the model sees it at that size: the same part of it, in other pixels."""
    patch = model.config.patch_size
    spec = replace(model.preprocessing, size=(setting.grid[0] * patch, setting.grid[1] * patch))
    chosen = session.picture()
    return session.derived(trace, PICTURE.at(setting.grid), lambda: chosen.view(spec), own_turns=True)


def _positions(trace: Trace, setting: GridSetting) -> Tensor:
    """(1, N, D) for that grid: interpolated, or by the formula."""
    from vitviz.analysis.position.runs import resized_positions

    network = cast("VisionTransformer", trace.network)
    if network.pos_embed is None:
        return network.positions(setting.grid)
    return resized_positions(network, setting.grid, setting.mode, setting.antialias)


def _run(
    model: ModelEntry, trace: Trace, setting: GridSetting, picture: Image.Image, positions: Tensor
) -> NDArray[np.float32]:
    """Class scores (K,) of a real run at that size; kept for as long as the trace is."""
    network = cast("VisionTransformer", trace.network)

    def make() -> NDArray[np.float32]:
        from vitviz.analysis.position.runs import logits_at_size

        image = session.as_given(picture, model)
        text = say("position.running_size", count=positions.shape[1])
        with block_by_block(len(network.blocks), text) as watch, session.gate():
            logits: NDArray[np.float32] = logits_at_size(network, image, positions, watch).numpy()
        return logits

    return session.derived(trace, LOGITS.at(setting), make, own_turns=True)


def _maps(
    model: ModelEntry, trace: Trace, setting: GridSetting, after: NDArray[np.float32], picture: Image.Image
) -> tuple[int, int]:
    """The cosines of one position before and after, on the picture; the chosen place in the new grid."""
    from vitviz.analysis.position.similarity import cosines_with, nearest_place

    prefix, old, new = tokens.prefix(model), tokens.finest(model), setting.grid
    first = len(prefix)
    token = tokens.current(model)
    place = divmod(token - first, old[1]) if token >= first else (old[0] // 2, old[1] // 2)
    there = nearest_place(place, old, new)
    before: NDArray[np.float32] = trace["pos_embed"][0].numpy()
    shown = (
        ("position.before", session.seen(model), before, old, place),
        ("position.after", picture, after, new, there),
    )
    for column, (title, seen, positions, grid, at) in zip(st.columns(2, gap="small"), shown, strict=True):
        index = first + at[0] * grid[1] + at[1]
        cosines = cosines_with(positions, index).astype(np.float32)  # (N,)
        with column:
            st.markdown(say(title, rows=grid[0], columns=grid[1], row=at[0], column=at[1]))
            picker(
                f"{title}.{model.name}", seen, *grid, index,
                partial(_choose_on, model, grid),
                prefix=prefix, chips=False, grid=False, width=PICTURE_SIDE,
                overlay=Overlay(cosines, (-1.0, 1.0), "position", 0.8, say("position.cosine")),
            )  # fmt: skip
    return there


def _choose_on(model: ModelEntry, grid: tuple[int, int], token: int) -> None:
    """Look at the token of the model's own grid that a token of ``grid`` stands for."""
    from vitviz.analysis.position.similarity import nearest_place

    first, old = len(tokens.prefix(model)), tokens.finest(model)
    row, column = divmod(token - first, grid[1])
    at = nearest_place((row, column), grid, old)
    tokens.choose(model, first + at[0] * old[1] + at[1])


def _classes(
    model: ModelEntry, trace: Trace, setting: GridSetting, logits: NDArray[np.float32], learned: bool
) -> None:
    patch = model.config.patch_size
    height, width = model.preprocessing.height_width
    runs = [
        Run(f"{height} x {width} px", trace.logits.numpy()),
        Run(f"{setting.grid[0] * patch} x {setting.grid[1] * patch} px", logits),
    ]
    st.html(run_table(runs, naming(trace), say("position.class"), say("position.gap")))
    st.caption(say("position.classes_help" if learned else "position.classes_help_sincos"))


def _weights(trace: Trace, setting: GridSetting, after: NDArray[np.float32], new: tuple[int, int]) -> None:
    """One new position as a weighted sum of old ones, and how far the whole table by that sum is from torch's."""
    from vitviz.analysis.position.interpolation import contributions, gap_to_torch

    network = cast("VisionTransformer", trace.network)
    config, mode, antialias = network.config, setting.mode, setting.antialias
    st.markdown(f"**{say('position.weights', row=new[0], column=new[1])}**")
    st.markdown(r"$\displaystyle e'_{r,c} = \sum_{i} \sum_{j} a_{r,i}\; b_{c,j}\; e_{i,j}$")
    names = (("position.weights_row", "a"), ("position.weights_column", "b"))
    for column, axis, (head, symbol) in zip(st.columns(2, gap="medium"), (0, 1), names, strict=True):
        old, count, at = config.grid[axis], setting.grid[axis], new[axis]
        made_of = contributions(old, count, at, mode, antialias)
        rows = [
            (f"{index}", fixed(float(weight), 4))
            for index, weight in zip(made_of.indices, made_of.weights, strict=True)
        ]
        column.html(html.table(rows, (say(head), symbol), numbers=[0, 1]))
        total, place = fixed(made_of.total, 4), fixed(made_of.place, 3)
        column.caption(say("position.weights_where", at=at, size=count, old=old, place=place, sum=total))
    torch_gap = gap_to_torch(network, after, setting.grid, mode, antialias)
    count = after.size - config.num_prefix * config.embed_dim
    st.caption(say("position.weights_check", gap=f"{torch_gap:.1e}", count=count))


def _tried(
    model: ModelEntry, trace: Trace, setting: GridSetting, logits: NDArray[np.float32], learned: bool
) -> None:
    """All sizes and interpolations of this picture so far, side by side."""
    done = session.derived(trace, TRIED, dict, own_turns=True)
    done[setting] = logits
    while len(done) > MOST_TRIED:
        del done[next(iter(done))]
    if len(done) > 1:
        rows = []
        for tried, scores in done.items():
            best, share = likeliest(scores)
            label = tried.label(model.config.patch_size, learned)
            moved = short(gap(scores, trace.logits.numpy()))
            rows.append((label, class_name(trace, best), percent(share), moved))
        st.markdown(f"**{say('position.tried')}**")
        heads = (say("position.tried_setting"), say("position.tried_first"), "p", say("position.gap"))
        st.html(html.table(rows, heads, numbers=[2, 3]))
    st.caption(say("position.try_size" if learned else "position.try_size_sincos"))
