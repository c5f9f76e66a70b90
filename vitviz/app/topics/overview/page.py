"""Overview: the picture, the prediction, and the whole chain from pixels to class scores with the source beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, session, shell, tokens
from vitviz.app.prediction import prediction
from vitviz.app.settings import Setting
from vitviz.app.topics.overview.chain_part import ChainItem, ChainView, chain
from vitviz.app.topics.overview.tensor_part import TensorView, tensor
from vitviz.app.widgets.picker import picker
from vitviz.app.words import say
from vitviz.models.config import SwinConfig, ViTConfig

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vitviz.tracing.trace import Trace
    from vitviz.tracing.walk import Stage, Walk
    from vitviz.zoo.registry import ModelEntry

# The block whose lines are shown, for each model.
STEP = Setting("overview.step", str)
# Lines between more patches than this would hide the picture.
FINEST_GRID_DRAWN = 40


def show() -> None:
    """The picture, what the model says of it, the letters of its sizes, and the chain with its source."""
    model = session.entry()
    shell.head(
        say("overview.title"),
        say("overview.lead", family="Swin Transformer" if model.is_swin else "Vision Transformer"),
        model,
    )
    _run(model)


@st.fragment
def _run(model: ModelEntry) -> None:
    """One fragment: a patch that is clicked is marked in the chain and in the tensor too."""
    left, middle, right = st.columns([0.75, 1.35, 2], gap="medium")
    with left:
        _picture(model)
    with middle, st.spinner(say("running")):
        trace = session.trace(model)
        prediction(trace, model)
    _chain(trace, model, right)
    seen = session.seen(model)
    st.subheader(say("overview.letters"), anchor=False)
    half = st.columns(2, gap="large")
    letters = _symbols(model.config, seen.width, seen.height)
    for place, rows in zip(
        half, (letters[: -(-len(letters) // 2)], letters[-(-len(letters) // 2) :]), strict=True
    ):
        place.html(html.table(rows, numbers=(0, 2)))


def _picture(model: ModelEntry) -> None:
    rows, columns = tokens.finest(model)
    picker(
        f"overview.picker.{model.name}",
        session.seen(model),
        rows,
        columns,
        tokens.current(model),
        lambda chosen: tokens.choose(model, chosen),
        prefix=tokens.prefix(model),
        grid=rows <= FINEST_GRID_DRAWN,
        width=188,
    )


def _symbols(config: ViTConfig | SwinConfig, width: int, height: int) -> list[tuple[str, str, str]]:
    p = config.patch_size
    rows = [
        ("H, W", say("overview.symbol.HW"), f"{height}, {width}"),
        ("C", say("overview.symbol.C"), str(config.in_channels)),
        ("P", say("overview.symbol.P"), str(p)),
        ("N", say("overview.symbol.N"), f"{height // p} x {width // p} = {height // p * (width // p)}"),
    ]
    if isinstance(config, ViTConfig):
        rows += [
            ("D", say("overview.symbol.D"), str(config.embed_dim)),
            ("L", say("overview.symbol.L"), str(config.depth)),
            ("h", say("overview.symbol.h"), str(config.num_heads)),
            (
                "D_h",
                say("overview.symbol.Dh"),
                f"{config.embed_dim} / {config.num_heads} = {config.head_dim}",
            ),
        ]
    else:
        stages = range(config.num_stages)
        rows += [
            ("D", say("overview.symbol.D_stages"), ", ".join(str(config.stage_dim(i)) for i in stages)),
            ("L", say("overview.symbol.L_stages"), ", ".join(map(str, config.depths))),
            ("h", say("overview.symbol.h_stages"), ", ".join(map(str, config.num_heads))),
            ("D_h", say("overview.symbol.Dh"), str(config.head_dim)),
            ("M", say("overview.symbol.M"), str(config.window_size)),
        ]
    if config.num_classes:
        rows.append(("K", say("overview.symbol.K"), str(config.num_classes)))
    return rows


def _chain(trace: Trace, model: ModelEntry, beside: DeltaGenerator) -> None:
    """The chain and its source, and ``beside`` the result the tensor of what is chosen in them."""
    from vitviz.analysis.overview.token_index import token_index
    from vitviz.tracing.walk import stages

    steps = [name for name, _ in trace.network.steps()]
    place_key = f"overview.place.{model.name}"
    title, slider = st.columns([1.1, 2], vertical_alignment="bottom")
    title.header(say("overview.chain"), anchor=False)
    step = STEP.widget(
        lambda key: slider.select_slider(
            say("overview.block"),
            steps,
            key=key,
        ),
        steps,
        steps[0],
        model.name,
    )
    walk, path = session.walk(trace, step), stages(trace, step)
    place = st.session_state.get(place_key)
    call = (place and walk.at(place)) or walk.find(path[1].name)
    assert call is not None  # the second stage is part of every walk

    def choose_stage(key: str) -> None:
        name = next(stage.name for stage in path if stage.key == key)
        source = walk if walk.find(name) else session.walk(trace, steps[-1])  # else the end of the last block
        found = source.find(name)
        assert found is not None
        STEP.choose(source.step, model.name)
        st.session_state[place_key] = source.place(found)

    def choose_call(index: int) -> None:
        st.session_state[place_key] = walk.place(walk.calls[index])

    token = tokens.current(model)
    items = [_item(walk, trace, stage, token) for stage in path]
    chosen = next((stage.key for stage in path if stage.name == call.name), None)
    view = ChainView(items, walk.functions, walk.calls, chosen, call)
    chain(f"overview.chain.{model.name}", view, choose_stage, choose_call)
    index = token_index(trace, call.name, call.shape, token)
    with session.gate():
        values = walk.tensor(call.index).numpy()
    with beside:
        tensor(f"overview.tensor.{model.name}", TensorView(call, values, _token_name(model, token), index))
    gap = session.fused_gap(trace, step)
    if gap is not None:
        st.caption(say("overview.check", gap=f"{gap:.1e}"))


def _token_name(model: ModelEntry, token: int) -> str:
    prefix = tokens.prefix(model)
    if token < len(prefix):
        return say("overview.prefix_token", token=token, name=prefix[token])
    row, column = divmod(token - len(prefix), tokens.finest(model)[1])
    return say("overview.patch_token", row=row, column=column)


def _item(walk: Walk, trace: Trace, stage: Stage, token: int) -> ChainItem:
    from vitviz.analysis.overview.token_index import token_index

    shape = _shape(walk, trace, stage.name)
    return ChainItem(stage, shape, token_index(trace, stage.name, shape, token))


def _shape(walk: Walk, trace: Trace, name: str) -> tuple[int, ...]:
    """The live shape of a tensor: from the walk, or kept by the trace where the walk does not go there."""
    call = walk.find(name)
    return call.shape if call else tuple(trace[name].shape)
