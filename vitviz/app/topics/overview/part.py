"""The chain of stages, the source that ran with its live shapes, and the tensor of the chosen line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app.component import colours, component
from vitviz.app.words import say
from vitviz.web.tensor_summary import quantity_of, shape_text, size_text, summarise, view_tensor

if TYPE_CHECKING:
    from vitviz.tracing.lines import Call, Source
    from vitviz.tracing.walk import Stage

# How many tiles of a tensor stand side by side: so many, up to that number of tiles.
PER_ROW = ((1, 1), (4, 2), (9, 3))
MOST_PER_ROW = 6


@dataclass(frozen=True)
class ChainItem:
    """A stage with the live shape of its tensor."""

    stage: Stage
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class ChainView:
    """The chain of a run, the functions and calls of one of its blocks, and what is chosen of them.

    ``stage`` is the key of the chosen stage, None where the chosen ``call`` is none; ``values`` are the call's result.
    """

    chain: Sequence[ChainItem]
    functions: Sequence[Source]
    calls: Sequence[Call]
    stage: str | None
    call: Call
    values: NDArray[np.generic]


def chain(key: str, view: ChainView, on_stage: Callable[[str], None], on_call: Callable[[int], None]) -> None:
    """Show a view; the callbacks get the key of the stage, or the index of the call, that a person chose."""
    mount = component("app/topics/overview/part.js")
    data = {
        "chain": [
            {
                "key": item.stage.key,
                "label": say(f"overview.chain.{item.stage.key}"),
                "shape": shape_text(item.shape),
                "formula": item.stage.formula,
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
        "tensor": _tensor(view.call, view.values),
        "words": {"help": say("tiles.help"), "mean": say("tiles.mean")},
    }
    mount(
        key=key,
        data=data,
        on_stage_change=lambda: on_stage(str(st.session_state[key]["stage"])),
        on_call_change=lambda: on_call(int(st.session_state[key]["call"])),
    )


def _tensor(call: Call, values: NDArray[np.generic]) -> dict[str, object]:
    summary = summarise(values)
    view = view_tensor(values, quantity_of(call.name))
    title = call.name or f"{call.function}, {say('line')} {call.line}: {call.operation}"
    notes = []
    if view.shown_of > len(view.labels):
        notes.append(say("tensor.some", shown=len(view.labels), all=view.shown_of))
    if view.pooled != (1, 1):
        notes.append(say("tiles.pooled", rows=view.pooled[0], columns=view.pooled[1]))
    return {
        "title": title,
        "facts": [
            [say("tensor.shape"), shape_text(call.shape)],
            [say("tensor.kind"), f"{call.dtype}, {size_text(call.nbytes)}"],
            [say("tensor.range"), f"{summary.low:.4g} \u2026 {summary.high:.4g}"],
            [say("tensor.mean"), f"{summary.mean:.4g} \u00b1 {summary.std:.4g}"],
        ],
        "histogram": {"counts": summary.counts, "low": summary.low, "high": summary.high},
        "values": np.asarray(view.tiles, np.float32),
        "count": view.tiles.shape[0],
        "rows": view.tiles.shape[1],
        "columns": view.tiles.shape[2],
        "perRow": next((across for most, across in PER_ROW if view.tiles.shape[0] <= most), MOST_PER_ROW),
        "labels": list(view.labels),
        "axes": [say("tensor.row"), say("tensor.column")],
        "pooled": list(view.pooled),
        "scale": colours(view.quantity),
        "low": view.limits[0],
        "high": view.limits[1],
        "note": " ".join(notes),
    }
