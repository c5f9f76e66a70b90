"""The block of N pictures x C channels x T tokens, with what layer norm and batch norm average drawn on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import picture_url
from vitviz.app.words import section
from vitviz.plot.colour import span

MOST_ROWS, MOST_COLUMNS, THUMBNAIL = 48, 64, 48


@dataclass(frozen=True)
class InBatch:
    """One picture of the batch and its numbers (C, T)."""

    title: str
    picture: Image.Image
    values: NDArray[np.float32]


def norm_block(
    key: str, batch: Sequence[InBatch], cell: tuple[int, int], on_choose: Callable[[int, int], None]
) -> None:
    """Show the batch as it is, picture 0 first; ``on_choose`` is called with the channel and token that are chosen.

    Where there are more channels or tokens than fit, evenly spaced ones are drawn, ``cell`` (channel, token) among
    them: the very numbers, never averages.
    """
    channels, tokens = batch[0].values.shape
    rows, columns = drawn(channels, MOST_ROWS, cell[0]), drawn(tokens, MOST_COLUMNS, cell[1])
    values_drawn = [one.values[np.ix_(rows, columns)] for one in batch]
    low, high = span(np.stack(values_drawn), "activation")
    mount = component("app/topics/norm_lab/block_part.js", "app/topics/norm_lab/part.css")
    data = {
        "pictures": [
            {"title": one.title, "image": _thumbnail(one.picture), "values": np.asarray(values, np.float32)}
            for one, values in zip(batch, values_drawn, strict=True)
        ],
        "sizes": {"N": len(batch), "C": channels, "T": tokens},
        "rows": rows.tolist(),
        "columns": columns.tolist(),
        "row": int(np.flatnonzero(rows == cell[0])[0]),
        "column": int(np.flatnonzero(columns == cell[1])[0]),
        "scale": colours("activation"),
        "low": low,
        "high": high,
        "words": section("norm_lab.block"),
    }

    def on_cell_change() -> None:
        channel, token = st.session_state[key]["cell"]
        on_choose(min(channels - 1, max(0, int(channel))), min(tokens - 1, max(0, int(token))))

    mount(key=key, data=data, on_cell_change=on_cell_change)


def drawn(count: int, most: int, chosen: int) -> NDArray[np.int64]:
    """At most ``most`` evenly spaced indices of ``count``, the nearest of them moved onto ``chosen``."""
    at = np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)
    at[np.abs(at - chosen).argmin()] = chosen
    return at


def _thumbnail(picture: Image.Image) -> str:
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return picture_url(small)
