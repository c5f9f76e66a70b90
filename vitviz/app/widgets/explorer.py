"""The attention explorer: a browser part that gets q, k and each row's log-sum-exp and then needs no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from vitviz.app.component import colours, component
from vitviz.app.words import section


def explorer(
    key: str,
    data: Mapping[str, Any],
    on_state: Callable[[dict[str, Any]], None],
    on_need: Callable[[], None] = lambda: None,
) -> None:
    """Show what ``describe`` returned; ``on_state`` gets what a person chose, ``on_need`` says payloads are gone."""
    mount = component("web/explorer/part.js", "web/explorer/explorer.css")

    def chosen() -> None:
        if state := st.session_state[key].get("state"):
            on_state(dict(state))

    scales = {name: colours(name) for name in ("attention", "activation")}
    mount(
        key=key,
        data={**data, "scales": scales, "words": section("explorer")},
        on_state_change=chosen,
        on_need_change=on_need,
    )
