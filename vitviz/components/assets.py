"""Read the browser parts from their files and turn arrays into what they expect."""

from __future__ import annotations

import base64
import io
import re
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitviz.views.colour import Quantity, scale

FOLDER = Path(__file__).parent / "js"
WIDEST = 448  # pixels of a picture that the browser gets


IMPORT = re.compile(r'^import (\{[^}]*\}) from "([^"]+)";\n', flags=re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", flags=re.MULTILINE)


@cache
def script(entry: str) -> str:
    """A module's source with all the modules that it imports put before it, each in a scope of its own.

    Streamlit takes a component's script as one string. The files stay ordinary ES modules that a browser can also
    load one by one; here an import becomes a look at what another module's function returned.
    """
    joined: dict[Path, str] = {}
    last = _local(FOLDER / entry, joined)
    return "\n".join([*joined.values(), last])


def _local(path: Path, joined: dict[Path, str]) -> str:
    """The module's source with its imports resolved; what it needs and is not in ``joined`` yet is added there."""

    def looked_up(found: re.Match[str]) -> str:
        other = (path.parent / found[2]).resolve()
        if other not in joined:
            source = _local(other, joined)
            names = ", ".join(EXPORT.findall(source))
            joined[other] = (
                f"const {_scope(other)} = (() => {{\n{EXPORT.sub('', source)}\nreturn {{ {names} }};\n}})();"
            )
        return f"const {found[1]} = {_scope(other)};\n"

    return IMPORT.sub(looked_up, path.read_text(encoding="utf-8"))


def _scope(path: Path) -> str:
    return f"{path.parent.name}_{path.stem}".replace("-", "_")


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
    return _encoded(picture.mode, picture.size, picture.tobytes())


def small_picture_url(picture: Image.Image) -> str:
    """The same, no wider than ``WIDEST``: what a person sees does not depend on it, nor do any numbers."""
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, WIDEST * picture.height // picture.width))
    return picture_url(picture)


# A page shows the same few pictures at every answer; writing one as PNG takes longer than telling that it is the same.
@lru_cache(maxsize=32)
def _encoded(mode: str, size: tuple[int, int], pixels: bytes) -> str:
    buffer = io.BytesIO()
    Image.frombytes(mode, size, pixels).save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
