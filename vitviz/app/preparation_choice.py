"""The small control for how the picture is prepared, with what a run of it takes."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from vitviz.app import preparation, session
from vitviz.app.limits import limits
from vitviz.app.preparation import FIT, SIDE, Choice
from vitviz.app.words import say
from vitviz.zoo.registry import ModelEntry

MIB = 1 << 20
OPEN = "preparation.open"


def choose_preparation(model: ModelEntry) -> None:
    """Fit and size for a model as it was loaded; open at first only where a link chose something else."""
    own, choice = preparation.of_checkpoint(model), preparation.chosen(model)
    opened = st.session_state.setdefault(OPEN, choice != own)
    with st.expander(say("preparation.title"), expanded=bool(opened)):
        _fit(model, choice)
        _side(model, choice)
        _said(model, choice)
        if choice != own:
            _caption_of_own(own)
            st.button(
                say("preparation.own"), on_click=_choose, args=(model, own), width="stretch",
                key=f"preparation.own.{model.name}",
            )  # fmt: skip


def _choose(model: ModelEntry, choice: Choice) -> None:
    FIT.set(choice.fit, model.name)
    SIDE.set(choice.side, model.name)


def _fit(model: ModelEntry, choice: Choice) -> None:
    # In another language it is another widget.
    key = f"preparation.fit.{model.name}.{st.session_state.get('language', 'en')}"
    st.session_state[key] = choice.fit
    st.selectbox(
        say("preparation.fit"), preparation.SHAPES, format_func=lambda fit: say(f"preparation.fit_{fit}"), key=key,
        on_change=_keep(key, lambda fit: FIT.set(str(fit), model.name)),
        help=say("preparation.help"),
    )  # fmt: skip


def _side(model: ModelEntry, choice: Choice) -> None:
    key = f"preparation.side.{model.name}"
    st.session_state[key] = choice.side
    st.number_input(
        say("preparation.side"), 1, preparation.LONGEST_SIDE, key=key, step=preparation.step(model.config),
        on_change=_keep(key, lambda side: SIDE.set(int(str(side)), model.name)),
    )  # fmt: skip


def _keep(key: str, keep: Callable[[object], None]) -> Callable[[], None]:
    return lambda: keep(st.session_state[key])


def _said(model: ModelEntry, choice: Choice) -> None:
    """What a run takes, or why it is not begun."""
    spec = preparation.as_chosen(model, choice, session.picture().size)
    height, width = spec.height_width
    takes = preparation.size_of(model.config, spec)
    figures = {
        "height": height,
        "width": width,
        "tokens": f"{takes.tokens:,}",
        "mib": f"{_mib(takes.nbytes):,}",
    }
    refused = preparation.refusal(model.config, spec) if choice != preparation.of_checkpoint(model) else None
    if refused is None:
        st.caption(say("preparation.takes", **figures))
        return
    st.error(
        say(
            f"preparation.too_{refused.why}",
            **figures,
            side=refused.side,
            most=f"{_mib(limits().run_bytes):,}",
        )
    )


def _caption_of_own(own: Choice) -> None:
    st.caption(say("preparation.asks", fit=say(f"preparation.fit_{own.fit}"), side=own.side))


def _mib(count: int) -> int:
    return max(1, round(count / MIB))
