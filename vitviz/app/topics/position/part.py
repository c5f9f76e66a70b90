"""How alike a model's position embeddings are, as the paper's figure, on the person's own picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import section


def position_lab(
    key: str,
    picture: Image.Image,
    positions: NDArray[np.float32],
    grid: tuple[int, int],
    prefix: Sequence[str],
    token: int,
    on_choose: Callable[[int], None],
    *,
    revision: str,
    largest: float,
) -> None:
    """Show the cosines of ``positions`` (N, D), the prefix tokens' first, then those of the ``grid``'s patches.

    The browser gets the embeddings themselves, once, and computes every cosine. ``revision`` changes when they do;
    ``largest`` is the largest |cosine| of two different patches. ``on_choose`` hears the token that is clicked.
    """
    mount = component(
        "app/topics/position/part.js", "web/explorer/explorer.css", "app/topics/position/part.css"
    )
    data = {
        "image": small_picture_url(picture),
        "aspect": picture.width / picture.height,
        "positions": np.asarray(positions, np.float32),
        "dim": positions.shape[1],
        "map": {"rows": grid[0], "columns": grid[1], "prefix": list(prefix)},
        "token": token,
        "revision": revision,
        "largest": largest,
        "scales": {"position": colours("position"), "activation": colours("activation")},
        "words": section("position.lab"),
    }
    mount(key=key, data=data, on_token_change=lambda: on_choose(int(st.session_state[key]["token"])))
