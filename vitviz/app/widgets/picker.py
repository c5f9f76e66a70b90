"""The picture cut into tokens, to look at and choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from vitviz.app.component import colours, component
from vitviz.app.pictures import small_picture_url
from vitviz.app.words import say
from vitviz.plot.colour import Quantity


@dataclass(frozen=True)
class Overlay:
    """A value for every token (prefix tokens first; NaN for none), and what its colours span."""

    values: NDArray[np.floating]
    limits: tuple[float, float]
    quantity: Quantity = "attention"
    opacity: float = 0.65
    label: str = ""
    bar: bool = True  # whether the colours are explained


def picker(
    key: str,
    picture: Image.Image,
    rows: int,
    columns: int,
    token: int,
    on_choose: Callable[[int], None],
    *,
    prefix: Sequence[str] = (),
    overlay: Overlay | None = None,
    grid: bool = True,
    window_rows: Sequence[int] = (),
    window_columns: Sequence[int] = (),
    marked: Sequence[int] = (),
    chips: bool = True,
    nouns: tuple[str, str] | None = None,
    width: int = 384,
) -> None:
    """Show ``picture`` with its ``rows`` x ``columns`` patches; ``on_choose`` hears the token that is clicked.

    Tokens are numbered as the model does: the ``prefix`` tokens first (with ``chips`` shown as buttons), then the
    patches row by row; ``token`` -1 is none.
    ``window_rows`` and ``window_columns`` are where thicker lines run, in patches; ``marked`` tokens get a dashed box.
    ``nouns`` are what to call a token and its place, where they are something else (windows, say).
    """
    token_noun, place_noun = nouns or (say("token"), say("patch"))
    mount = component("web/picker/part.js", "web/picker/picker.css")
    data = {
        "image": small_picture_url(picture),
        "alt": say("picker.alt"),
        "help": say("picker.help"),
        "words": {"token": token_noun, "patch": place_noun},
        "rows": rows,
        "columns": columns,
        "aspect": picture.width / picture.height,
        "width": width,
        "token": token,
        "prefix": list(prefix),
        "grid": grid,
        "lines": {"rows": list(window_rows), "columns": list(window_columns)},
        "marked": list(marked),
        "chips": chips,
        "overlay": None,
    }
    if overlay is not None:
        data |= {
            "overlay": np.asarray(overlay.values, np.float32),
            "low": overlay.limits[0],
            "high": overlay.limits[1],
            "scale": colours(overlay.quantity),
            "opacity": overlay.opacity,
            "scaleLabel": overlay.label,
            "bar": overlay.bar,
        }
    mount(key=key, data=data, on_token_change=lambda: on_choose(int(st.session_state[key]["token"])))
