"""Layer norm against batch norm on a batch of pictures as they come into the first block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html, links, session, tokens, words
from vitviz.app.settings import Setting
from vitviz.app.topics.norm_lab.block_part import InBatch, norm_block
from vitviz.app.topics.norm_lab.code import code_that_ran
from vitviz.app.words import say
from vitviz.plot.numbers import in_brackets, short
from vitviz.plot.numbers import in_formula as text
from vitviz.samples import SAMPLES, Sample

if TYPE_CHECKING:
    from PIL import Image

    from vitviz.analysis.norm_lab.batch_norm import Compared
    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

CHANNEL = Setting("norm_lab.channel", links.whole)


def _files(text: str) -> list[str]:
    """The samples of a link; ``ValueError`` for what is none."""
    read = links.one_of([sample.file for sample in SAMPLES])
    return [read(file) for file in text.split(",") if file]


OTHERS = Setting("norm_lab.others", _files)
COMPARED: session.Derived[Compared] = session.Derived("this picture in a batch with others")
FIRST_INPUT: session.Derived[tuple[Image.Image, NDArray[np.float32]]] = session.Derived(
    "a sample's first block input"
)
JOINED = 3
LISTED = 6


def experiment(model: ModelEntry) -> None:
    """Run the model on this person's picture, then normalise it in a batch that they choose."""
    with st.spinner(say("running")):
        trace = session.trace(model)
    _batch(model, trace)


@st.fragment
def _batch(model: ModelEntry, trace: Trace) -> None:
    from vitviz.analysis.norm_lab.batch_norm import compare, first_block_input, normalise_over

    others = _choose_others()
    first_step = trace.network.steps()[0][0]
    own = first_block_input(trace)  # (C, T)
    batch = [InBatch(say("norm_lab.own"), session.seen(model), own)]
    batch += [_sample(model, trace, sample) for sample in others]
    x = np.stack([one.values for one in batch])  # (N, C, T)
    eps = trace.config.norm_eps
    compared = session.derived(
        trace, COMPARED.at(*(sample.file for sample in others)), lambda: compare(x, eps)
    )
    cell = _cell(model, own.shape)
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        norm_block(f"norm_lab.block.{model.name}", batch, cell, lambda c, t: _choose_cell(model, c, t))
        st.caption(say("norm_lab.block_caption", step=first_step, channels=x.shape[1], tokens=x.shape[2]))
    with right:
        _changes(compared, len(others))
        _formulas(x, compared, cell, eps)
    _table(compared, own, cell, eps)
    gaps = [f"{gap:.1e}" for gap in compared.gaps]
    st.caption(say("norm_lab.batch_check", layer=gaps[0], batch=gaps[1], count=x.size))
    st.caption(say("norm_lab.batch_test_time"))
    code_that_ran(normalise_over)


def _choose_others() -> list[Sample]:
    """The pictures that join picture 0."""
    chinese = words.language() == "zh"
    titles = {sample.file: sample.title_zh if chinese else sample.title for sample in SAMPLES}
    own = str(st.session_state.get("picture_name", ""))
    chosen = OTHERS.widget(
        lambda key: st.pills(
            say("norm_lab.others"), list(titles), selection_mode="multi", format_func=titles.__getitem__, key=key
        ),
        None, [file for file in titles if file != own][:JOINED],
    )  # fmt: skip
    return [sample for sample in SAMPLES if sample.file in chosen]


def _sample(model: ModelEntry, trace: Trace, sample: Sample) -> InBatch:
    title = sample.title_zh if words.language() == "zh" else sample.title
    picture = session.sample_picture(sample)
    seen, values = session.derived(
        trace, FIRST_INPUT.at(sample.file), lambda: _first_input(model, trace, picture)
    )
    return InBatch(title, seen, values)


def _first_input(
    model: ModelEntry, trace: Trace, picture: ChosenPicture
) -> tuple[Image.Image, NDArray[np.float32]]:
    """What the model sees of a picture, and the tokens that it makes of it, (C, T)."""
    from vitviz.analysis.norm_lab.batch_norm import embed

    pixels = session.image(model, picture)
    with session.gate():
        return session.seen(model, picture), embed(trace.network, pixels)


def _cell(model: ModelEntry, shape: tuple[int, ...]) -> tuple[int, int]:
    """The chosen channel and token."""
    channel = CHANNEL.get(shape[0] // 2, model.name)
    return min(channel, shape[0] - 1), min(tokens.current(model), shape[1] - 1)


def _choose_cell(model: ModelEntry, channel: int, token: int) -> None:
    CHANNEL.set(channel, model.name)
    tokens.choose(model, token)


def _changes(compared: Compared, others: int) -> None:
    st.markdown(f"**{say('norm_lab.changes', count=others)}**")
    rows = [
        ("LN", _size(compared.layer_change), say("norm_lab.ln_verdict")),
        ("BN", _size(compared.batch_change), say("norm_lab.bn_verdict" if others else "norm_lab.bn_alone")),
    ]
    st.html(html.table(rows, ("", "max |\u0394|", ""), numbers=(0, 1)))


def _size(change: float) -> str:
    return short(change) if change else "0"


def _formulas(x: NDArray[np.float32], compared: Compared, cell: tuple[int, int], eps: float) -> None:
    """The chosen number of picture 0 both ways, with what went in."""
    from vitviz.analysis.norm_lab.batch_norm import cell_steps

    channel, token = cell
    pictures, channels, places = x.shape
    for name, moments, at, count in (
        ("LN", compared.layer, token, f"{channels}"),
        ("BN", compared.batch, channel, f"{pictures}\u00b7{places}"),
    ):
        steps = cell_steps(moments, x[0, channel, token], at, eps)
        above = f"{text(steps.value)} - {in_brackets(steps.mean)}"
        below = rf"\sqrt{{{text(steps.variance)} + {text(eps)}}}"
        st.markdown(
            rf"$\small\displaystyle \mathrm{{{name}}} = \frac{{{above}}}{{{below}}} = {text(steps.out)}$"
        )
        st.caption(say(f"norm_lab.{name.lower()}_operands", count=count, channel=channel, token=token))


def _table(compared: Compared, own: NDArray[np.float32], cell: tuple[int, int], eps: float) -> None:
    """Some channels of the chosen token, alone and in the batch."""
    from vitviz.analysis.norm_lab.batch_norm import batch_normed, layer_normed

    channel, token = cell
    first = max(0, min(channel, len(own) - LISTED))
    rows = []
    for c in range(first, min(first + LISTED, len(own))):
        value = own[c, token]
        row = [f"{c}" + (" \u25c2" if c == channel else ""), short(float(value))]
        for one in (layer_normed(compared, value, token, eps), batch_normed(compared, value, c, eps)):
            row += [short(one.alone), short(one.in_batch), _size(one.change)]
        rows.append(row)
    head = [say("norm_lab.column_channel"), "x"]
    for name in ("LN", "BN"):
        head += [say("norm_lab.alone", name=name), say("norm_lab.in_batch", name=name), "\u0394"]
    st.markdown(f"**{say('norm_lab.table', token=token)}**")
    st.html(html.table(rows, head, numbers=range(8)))
