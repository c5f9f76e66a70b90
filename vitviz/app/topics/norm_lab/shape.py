"""``normalized_shape`` on a tensor of 24 numbers: what each choice averages, and which ones torch refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html
from vitviz.app.settings import Setting
from vitviz.app.topics.norm_lab.groups_part import norm_groups
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.zoo.registry import ModelEntry

if TYPE_CHECKING:
    from vitviz.analysis.norm_lab.normalized_shape import Groups

KINDS = ("count", "random")
SHAPE = (4, 2, 3)
CHOICES: tuple[tuple[int, ...], ...] = ((3,), (2, 3), (4, 2, 3), (2,), (4, 2))
EPS = 1e-5
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"
LONGEST = 6
LONGEST_TEXT = 60
CHOICE = Setting("norm_lab.shape.choice", str)
TYPED = Setting("norm_lab.shape.typed", lambda text: text[:LONGEST_TEXT])
KIND = Setting("norm_lab.shape.kind", str)


def experiment(_: ModelEntry) -> None:
    """A tensor, a shape that is asked for, and what torch does with the two; no model is needed."""
    _tensor()


@st.fragment
def _tensor() -> None:
    from vitviz.analysis.norm_lab.normalized_shape import groups

    x, asked = _choose()
    st.code(f"x.shape                  # {SHAPE}\nnn.LayerNorm({list(asked)})(x)", language="python")
    found = groups(x, asked, EPS)
    left, right = st.columns([1.55, 1], gap="medium")
    with left:
        norm_groups("norm_lab.groups", x, None if isinstance(found, str) else found, EPS)
        st.markdown(say("norm_lab.shape_try"))
    with right:
        if isinstance(found, str):
            st.markdown(f"**{say('norm_lab.refused')}**")
            st.code(found, language=None, wrap_lines=True)
            st.markdown(_why(asked))
            st.code(lined_up(asked), language=None)
        else:
            _averaged(found)


def _averaged(found: Groups) -> None:
    """The mean and variance of every group, and how far torch's own module is from them."""
    shape, count = list(found.normalized_shape), len(found.mean)
    st.markdown(say("norm_lab.averaged", shape=shape, groups=count, size=found.size))
    rows = [
        (LETTERS[g], str(found.size), short(found.mean[g]), short(found.variance[g])) for g in range(count)
    ]
    head = (say("norm_lab.column_group"), say("norm_lab.column_count"), "\u03bc", "\u03c3\u00b2")
    st.html(html.table(rows, head, numbers=range(4)))
    gap = f"{found.gap:.1e}" if found.gap else "0"
    st.caption(say("norm_lab.shape_check", gap=gap, shape=found.normalized_shape, size=found.size))


def _choose() -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """The tensor and the shape that is asked for."""
    one, two, three = st.columns([2, 1, 1.3], gap="medium")
    names = [str(list(choice)) for choice in CHOICES]
    named = CHOICE.widget(
        lambda key: one.segmented_control(
            "normalized_shape", names, key=key, required=True, on_change=_forget_typed
        ),
        names, names[0],
    )  # fmt: skip
    typed = TYPED.widget(
        lambda key: two.text_input(
            say("norm_lab.typed"), key=key, placeholder="[1, 3]", max_chars=LONGEST_TEXT
        ),
        None, "",
    )  # fmt: skip
    kind = KIND.widget(
        lambda key: three.segmented_control(
            say("norm_lab.numbers"), KINDS, key=key, required=True,
            format_func=lambda kind: say(f"norm_lab.numbers_{kind}"),
        ),
        KINDS, KINDS[0],
    )  # fmt: skip
    asked = CHOICES[names.index(named)]
    if typed.strip():
        own = parse_shape(typed)
        if own is None:
            st.warning(say("norm_lab.typed_bad"))
        else:
            asked = own
    count = int(np.prod(SHAPE))
    flat = np.arange(count, dtype=np.float64) if kind == "count" else _random(count)
    return flat.reshape(SHAPE), asked


def _forget_typed() -> None:
    """What is typed comes before what is chosen, so that a new choice has to take it away."""
    TYPED.choose("")


def _random(count: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).standard_normal(count).round(2) * 3 + 1


def parse_shape(typed: str) -> tuple[int, ...] | None:
    """``[2, 3]``, ``(2, 3)`` or ``2 3`` as sizes; None where it is something else."""
    if not re.fullmatch(r"[\s\d,\[\]()]*", typed):
        return None
    numbers = re.findall(r"\d+", typed)
    return (
        tuple(map(int, numbers))
        if len(numbers) <= LONGEST and max(map(len, numbers), default=0) <= 6
        else None
    )


def _why(asked: tuple[int, ...]) -> str:
    """One sentence that explains torch's refusal."""
    from vitviz.analysis.norm_lab.normalized_shape import refusal

    last = list(SHAPE[len(SHAPE) - len(asked) :])
    sizes = {"asked": list(asked), "last": last, "count": len(asked), "axes": len(SHAPE)}
    return say(f"norm_lab.why_{refusal(SHAPE, asked)}", **sizes)


def lined_up(asked: tuple[int, ...]) -> str:
    """The two shapes below one another, as torch lines them up: from the right."""
    width = max(len(asked), len(SHAPE))
    columns = [""] * (width - len(SHAPE)) + [str(size) for size in SHAPE]
    below = [""] * (width - len(asked)) + [str(size) for size in asked]
    signs = ["" if not b else "=" if a == b else "\u2260" for a, b in zip(columns, below, strict=True)]
    room = max(4, 2 + max(map(len, columns + below)))
    rows = (("x.shape", columns), ("normalized_shape", below), ("", signs))
    return "\n".join(f"{name:<17}" + "".join(f"{cell:>{room}}" for cell in cells) for name, cells in rows)
