"""The sequence before and after the position is added: one token opened, all tokens' lengths, and the prefix tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.position.sequence import Sequence, sequence_of
from vitviz.app import html, links, session, tokens
from vitviz.app.session import Derived
from vitviz.app.settings import Setting
from vitviz.app.source_lines import source
from vitviz.app.widgets.picker import picker
from vitviz.app.widgets.strips import Strip, strips
from vitviz.app.words import say
from vitviz.models.config import ViTConfig
from vitviz.plot.colour import span
from vitviz.plot.numbers import added, fixed, short

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

CHANNEL = Setting("position.channel", links.whole)
CODE: Derived[list[StepLine]] = Derived("lines that add positions")
PICTURE_SIDE = 260
# The lines of eq. 1 in VisionTransformer.embed.
LINES = ("x.flatten(2)", "torch.cat(", 'probe("pos_embed"')


@st.fragment
def sequence(model: ModelEntry, trace: Trace) -> None:
    """Eq. 1 with this run's numbers: one token opened, the lengths of all, the prefix tokens, and the code."""
    vectors = sequence_of(trace)
    token = tokens.current(model)
    left, right = st.columns([1, 2.7], gap="medium")
    with left:
        st.markdown(say("position.choose"))
        picker(
            f"position.picker.{model.name}", session.seen(model), *tokens.finest(model), token,
            lambda chosen: tokens.choose(model, chosen), prefix=tokens.prefix(model), width=PICTURE_SIDE,
        )  # fmt: skip
        named = "cls" in tokens.prefix(model)
        st.caption(say("position.try_sequence" if named else "position.try_sequence_patches"))
    with right:
        _formula(model, vectors)
        _one_token(model, vectors, token)
        _lengths(model, vectors, token)
    _prefix(model, vectors)
    st.markdown(f"**{say('position.code')}**")
    st.html(source(_lines(trace), ("VisionTransformer.embed", say("code.live_shape"))))


def _formula(model: ModelEntry, vectors: Sequence) -> None:
    """Eq. 1 with this model's shapes."""
    count, dim = vectors.tokens.shape
    first = len(tokens.prefix(model))
    prefix = "".join(rf"{symbol};\ " for symbol in _symbols(tokens.prefix(model)))
    plus = r" + E_{pos}" if vectors.positions is not None else ""
    st.markdown(
        rf"$\small z_0 = [{prefix}x_p^1 E;\ \dots;\ x_p^{{{count - first}}} E]{plus}:\quad "
        rf"({first} + {count - first}) \times {dim}{rf' + {count} × {dim}' if plus else ''}"
        rf" \to {count} \times {dim}$"
    )


def _symbols(names: tuple[str, ...]) -> list[str]:
    """The prefix tokens as symbols of a formula: of many registers the first and the last."""
    symbols = [rf"x_\text{{{name}}}" for name in names]
    registers = [i for i, name in enumerate(names) if name.startswith("reg")]
    if len(registers) > 2:
        symbols[registers[0] + 1 : registers[-1]] = [r"\dots"]
    return symbols


def _one_token(model: ModelEntry, vectors: Sequence, token: int) -> None:
    """Token, position and sum under one cursor; the chosen channel added up."""
    x, total, position = vectors.tokens, vectors.total, vectors.positions
    channel = CHANNEL.get(0, model.name) % x.shape[1]
    rows = [Strip("tokens", x[token], span(x[token], "activation"))]
    if position is not None:
        rows.append(Strip("pos_embed", position[token], span(position[token], "position"), "position"))
        rows.append(Strip("full_embed", total[token], span(total[token], "activation")))
    title = "position.one" if position is not None else "position.one_alone"
    st.markdown(f"**{say(title, token=token, name=_name(model, token), dim=x.shape[1])}**")
    strips(
        f"position.token.{model.name}", rows, channel, lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip
    if position is None:
        return
    one, gap = vectors.addition(token, channel), vectors.gap()
    st.markdown(
        say(
            "position.added", channel=channel, token=fixed(one.token), position=added(fixed(one.position)),
            sum=fixed(one.sum), torch=fixed(one.computed), gap=f"{gap:.1e}" if gap else "0", count=x.size,
        )
    )  # fmt: skip


def _lengths(model: ModelEntry, vectors: Sequence, token: int) -> None:
    """|x| of every token in its place in the sequence: where the prefix stands, and how long positions are."""
    lengths = vectors.lengths()
    st.markdown(f"**{say('position.lengths', count=len(vectors.tokens))}**")
    strips(
        f"position.lengths.{model.name}",
        [Strip(f"|{name}|", values, (0.0, float(values.max())), "attention") for name, values in lengths.items()],
        token, lambda chosen: tokens.choose(model, chosen), index_name=say("token"),
    )  # fmt: skip
    st.caption(say("position.lengths_help"))


def _prefix(model: ModelEntry, vectors: Sequence) -> None:
    """The tokens that no patch made: their names, shapes and values."""
    names = tokens.prefix(model)
    if not names:
        pool = model.config.pool if isinstance(model.config, ViTConfig) else "avg"
        # Without prefix tokens it is the patches that are pooled: by a mean, a maximum, both, or a query.
        st.info(f"{say('position.no_prefix')} {say(f'position.no_prefix_{pool}')}")
        return
    x = vectors.tokens
    st.subheader(say("position.prefix", count=len(names)), anchor=False)
    st.markdown(say("position.prefix_help"))
    rows = [
        (
            str(token.index), token.name, token.parameter, f"({x.shape[1]})", short(token.length),
            f"{short(token.low)} \u2026 {short(token.high)}",
            say("position.none") if token.position_length is None else short(token.position_length),
        )
        for token in vectors.prefix_tokens(names)
    ]  # fmt: skip
    heads = ("i", "name", "parameter", "shape", "length", "range", "position_length")
    st.html(html.table(rows, [say(f"position.head_{head}") for head in heads], numbers=[0, 2, 3, 4, 5, 6]))
    kinds = dict.fromkeys(name.rstrip("0123456789") for name in names)
    st.caption("  \n".join(say(f"position.what_{kind}") for kind in kinds))
    limits = span(x[: len(names)], "weight")
    strips(
        f"position.prefix.{model.name}",
        [Strip(name, x[index], limits, "weight") for index, name in enumerate(names)],
        CHANNEL.get(0, model.name) % x.shape[1], lambda index: CHANNEL.set(index, model.name),
        index_name=say("channel"),
    )  # fmt: skip


def _name(model: ModelEntry, token: int) -> str:
    prefix = tokens.prefix(model)
    if token < len(prefix):
        return prefix[token]
    row, column = divmod(token - len(prefix), tokens.finest(model)[1])
    return f"{say('patch')} ({row}, {column})"


def _lines(trace: Trace) -> list[tuple[str, tuple[int, ...]]]:
    from vitviz.analysis.segment_lines import find, step_lines

    def make() -> list[StepLine]:
        return find(step_lines(trace.lines(trace.segment("embed")), "VisionTransformer.embed"), LINES)

    return [(line.text, line.shape) for line in session.derived(trace, CODE, make)]
