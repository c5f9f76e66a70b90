"""How alike a model's position embeddings are, as the paper's figure, on the person's own picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import section


@dataclass(frozen=True, eq=False)
class PositionEmbeddings:
    """``positions`` (N, D) of a model, the prefix tokens' first, then those of the ``grid``'s patches; a ``picture``.

    ``revision`` changes when they do; ``largest`` is the largest |cosine| of two different patches.
    """

    positions: NDArray[np.float32]
    grid: tuple[int, int]
    prefix: Sequence[str]
    picture: Image.Image
    revision: str
    largest: float


def similarity(
    key: str, embeddings: PositionEmbeddings, token: int, on_choose: Callable[[int], None]
) -> None:
    """Show the cosines of position embeddings; ``on_choose`` is called with the token that is clicked.

    The browser gets the embeddings themselves, once, and computes every cosine.
    """
    mount = component(
        "app/topics/position/part.js", "web/explorer/explorer.css", "app/topics/position/part.css"
    )
    picture, (rows, columns) = embeddings.picture, embeddings.grid
    data = {
        "image": small_picture_url(picture),
        "aspect": picture.width / picture.height,
        "positions": np.asarray(embeddings.positions, np.float32),
        "dim": embeddings.positions.shape[1],
        "map": {"rows": rows, "columns": columns, "prefix": list(embeddings.prefix)},
        "token": token,
        "revision": embeddings.revision,
        "largest": embeddings.largest,
        "scales": {"position": colours("position"), "activation": colours("activation")},
        "words": section("position.similarity"),
    }
    mount(key=key, data=data, on_token_change=lambda: on_choose(int(st.session_state[key]["token"])))
