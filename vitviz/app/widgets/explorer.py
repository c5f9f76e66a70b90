"""The attention explorer: a browser part that gets q, k and each row's log-sum-exp and then needs no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from vitviz.app import session
from vitviz.app.component import colours, component
from vitviz.app.model_titles import title
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import say, section

if TYPE_CHECKING:
    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def explorer_start() -> dict[str, Any]:
    """What an explorer is mounted with whose picture another browser part describes: colours, words, defaults."""
    from vitviz.web.explorer.describe import explorer_data

    return explorer_data({}, {}, scales=_scales(), words=section("explorer"))


def described(
    model: ModelEntry, picture: ChosenPicture, name: str, edited: tuple[Trace, str] | None = None
) -> dict[str, Any]:
    """The run of a model on a picture, which is called ``name``, as ``describe`` describes it, with its payloads.

    ``edited`` is an edited run of the same, and the text of its edits.
    """
    from vitviz.web.explorer.describe import DescribedPicture, describe

    trace, edits = edited or (session.trace(model, picture), "")
    seen = session.seen(model, picture)
    shown = DescribedPicture(
        image=small_picture_url(seen),
        aspect=seen.width / seen.height,
        name=name,
        alt=say("picker.alt"),
        content=f"{session.run_name(model, picture)} {edits}".rstrip(),
    )
    token = session.explorer_token(trace, model, picture, edits)
    return {**describe(trace, model, shown, f"api/explorer/{token}"), "modelTitle": title(model)}


def _scales() -> dict[str, Any]:
    return {name: colours(name) for name in ("attention", "activation")}


def explorer(
    key: str,
    described: Mapping[str, Any],
    state: Mapping[str, Any],
    on_state: Callable[[dict[str, Any]], None],
    on_need: Callable[[], None],
    *,
    second: Mapping[str, Any] | None = None,
    asked: int = 0,
    asks: str = "",
) -> None:
    """Show what ``describe`` returned, opened in ``state``, perhaps with a ``second`` picture beside it.

    ``on_state`` is called with what a person chose, ``on_need`` when payloads are gone; ``asked`` is another number
    once they are there again. ``asks`` is another text when ``state`` is to be shown whatever was chosen since.
    """
    from vitviz.web.explorer.describe import explorer_data

    mount = component("web/explorer/part.js", "web/explorer/explorer.css")

    def chosen() -> None:
        if chosen_state := st.session_state[key].get("state"):
            on_state(dict(chosen_state))

    data = explorer_data(
        described,
        state,
        scales=_scales(),
        words=section("explorer"),
        second=second,
        asked=asked,
        asks=asks,
    )
    mount(key=key, data=data, on_state_change=chosen, on_need_change=on_need)
