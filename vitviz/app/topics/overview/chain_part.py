"""The chain of stages, and the source that ran with its live shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app.component import component
from vitviz.app.words import say
from vitviz.web.tensor_summary import index_text, shape_text

if TYPE_CHECKING:
    from vitviz.analysis.overview.token_index import Index
    from vitviz.tracing.lines import Call, Source
    from vitviz.tracing.walk import Stage


@dataclass(frozen=True)
class ChainItem:
    """A stage with the live shape of its tensor, and where that holds the chosen token; None where it does not."""

    stage: Stage
    shape: tuple[int, ...]
    index: Index | None


@dataclass(frozen=True)
class ChainView:
    """The chain of a run, the functions and calls of one of its blocks, and what is chosen of them.

    ``stage`` is the key of the chosen stage, None where the chosen ``call`` is none.
    """

    chain: Sequence[ChainItem]
    functions: Sequence[Source]
    calls: Sequence[Call]
    stage: str | None
    call: Call


def chain(key: str, view: ChainView, on_stage: Callable[[str], None], on_call: Callable[[int], None]) -> None:
    """Show a view; the callbacks get the key of the stage, or the index of the call, that a person chose."""
    mount = component("app/topics/overview/chain_part.js")
    data = {
        "chain": [
            {
                "key": item.stage.key,
                "label": say(f"overview.chain.{item.stage.key}"),
                "shape": shape_text(item.shape),
                "formula": item.stage.formula,
                "index": index_text(item.index) if item.index else "",
                "inBlock": item.stage.in_block,
            }
            for item in view.chain
        ],
        "stage": view.stage,
        "functions": [
            {"file": f.file, "function": f.function, "first": f.first_line, "lines": list(f.lines)}
            for f in view.functions
        ],
        "calls": [
            {"index": c.index, "file": c.file, "line": c.line, "shape": shape_text(c.shape)}
            for c in view.calls
        ],
        "call": view.call.index,
        "words": {"code": say("overview.code")},
    }
    mount(
        key=key,
        data=data,
        on_stage_change=lambda: on_stage(str(st.session_state[key]["stage"])),
        on_call_change=lambda: on_call(int(st.session_state[key]["call"])),
    )
