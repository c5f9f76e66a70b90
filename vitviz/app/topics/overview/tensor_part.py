"""The tensor that the chosen line made: what it spans, its values, and where the chosen token stands in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.app.component import colours, component
from vitviz.app.words import say
from vitviz.web.tensor_summary import (
    index_text,
    mark_of,
    quantity_of,
    shape_text,
    size_text,
    summarise,
    view_tensor,
)

if TYPE_CHECKING:
    from vitviz.analysis.overview.token_index import Index
    from vitviz.tracing.lines import Call

# How many tiles of a tensor stand side by side: so many, up to that number of tiles.
PER_ROW = ((1, 1), (4, 2), (9, 3))
MOST_PER_ROW = 6


@dataclass(frozen=True, eq=False)
class TensorView:
    """A call, its result, and where that holds the token that is called ``token``; None where it does not."""

    call: Call
    values: NDArray[np.generic]
    token: str
    index: Index | None


def tensor(key: str, view: TensorView) -> None:
    """Show a call's result."""
    mount = component("app/topics/overview/tensor_part.js")
    words = {"help": say("tiles.help"), "mean": say("tiles.mean")}
    mount(key=key, data={"tensor": _tensor(view), "words": words})


def _tensor(chosen: TensorView) -> dict[str, object]:
    call, values, index = chosen.call, chosen.values, chosen.index
    summary = summarise(values)
    view = view_tensor(values, quantity_of(call.name), index)
    title = call.name or f"{call.function}, {say('line')} {call.line}: {call.operation}"
    notes = []
    if view.shown_of > len(view.labels):
        some = {"first": view.first, "last": view.first + len(view.labels) - 1, "all": view.shown_of}
        notes.append(say("tensor.some", **some))
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
        "index": [chosen.token, index_text(index)] if index else None,
        "mark": asdict(mark_of(values.shape, index, view)) if index else None,
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
