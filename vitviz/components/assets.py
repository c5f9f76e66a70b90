"""Read the browser parts from their files and turn arrays into what they expect."""

from __future__ import annotations

import base64
import io
import re
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitviz.views.colour import Quantity, scale

FOLDER = Path(__file__).parent / "js"


@cache
def script(entry: str, *shared: str) -> str:
    """One module's source with the modules that it imports put before it.

    Streamlit takes a component's script as one string. The files stay ordinary ES modules; here their imports of one
    another fall away, and what they export becomes local.
    """
    sources = [(FOLDER / name).read_text(encoding="utf-8") for name in (*shared, entry)]
    inlined = [re.sub(r"^import [^;]*;\n", "", source, flags=re.MULTILINE) for source in sources]
    local = [re.sub(r"^export (?!default)", "", source, flags=re.MULTILINE) for source in inlined]
    return "\n".join(local)


@cache
def style(entry: str) -> str:
    """The common style sheet and the component's own."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("common.css", entry))


def packed(values: NDArray[np.floating]) -> str:
    """float32 in base64: every bit arrives."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


@cache
def colours(quantity: Quantity) -> dict[str, str]:
    """The colour table of a quantity for both themes."""
    return {theme: base64.b64encode(scale(quantity, theme).tobytes()).decode() for theme in ("light", "dark")}


def picture_url(picture: Image.Image) -> str:
    """A picture as a data URL, without loss."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
