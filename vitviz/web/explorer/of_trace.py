"""A trace as the explorer shows it where no app stands around it: a notebook, an HTML file."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vitviz.analysis.attention.opening import opening
from vitviz.images import Preprocessing
from vitviz.images.preprocess import from_array
from vitviz.models.config import SwinConfig
from vitviz.plot.colour import scale
from vitviz.probe import no_probe
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.describe import DescribedPicture, describe_run, explorer_data
from vitviz.web.words import part_words
from vitviz.zoo.registry import REGISTRY
from vitviz.zoo.source import RANDOM

WIDEST = 448  # pixels of the picture that is shown: what a person sees does not depend on more


@dataclass(frozen=True, eq=False)
class Shown:
    """One run as it is shown.

    ``name`` is what the picture is called, ``seen`` what the model sees of it; ``model`` is a short name of the model,
    for files, ``title`` what readers call it, and ``untrained`` whether its weights are random numbers.
    """

    trace: Trace
    name: str
    seen: Image.Image
    model: str
    title: str
    untrained: bool

    @property
    def edited(self) -> bool:
        """Whether something was changed in the run."""
        return self.trace.intervention is not no_probe

    @property
    def is_swin(self) -> bool:
        """Whether the model is a Swin."""
        return isinstance(self.trace.config, SwinConfig)

    def described(self, url: str, alt: str) -> dict[str, Any]:
        """What the browser gets of it; its payloads are asked for below ``url``."""
        address, content = picture_address(self.seen)
        picture = DescribedPicture(
            image=address,
            aspect=self.seen.width / self.seen.height,
            name=self.name,
            alt=alt,
            content=f"{url} {content}",
        )
        return describe_run(self.trace, self.model, self.title, self.is_swin, picture, url)


def shown(trace: Trace, name: str, title: str = "", picture: Image.Image | None = None) -> Shown:
    """A run as it is shown; ``picture`` is what the model saw, where the trace cannot tell it.

    Raises:
        ValueError: the run is of no picture or of several, or nobody knows how its picture was normalised.
    """
    one_picture(trace)
    if not trace.of_pictures:
        raise ValueError("the explorer shows a picture, and this run has none: it read rows of tokens")
    entry = REGISTRY.get(trace.model_name)
    known = title or (entry.title if entry else trace.model_name) or type(trace.structure).__name__
    untrained = trace.origin.kind == RANDOM.kind
    return Shown(trace, name, picture or seen_by(trace), trace.model_name or "model", known, untrained)


def seen_by(trace: Trace) -> Image.Image:
    """The picture that the model saw: what goes into it, with the normalisation undone.

    Raises:
        ValueError: the run was of a tensor, and nobody knows how it was normalised.
    """
    prepared = dict(trace.origin.preprocessing)
    if not prepared:
        raise ValueError(
            "this run was of a tensor of yours, so nobody knows its colours: give the picture as picture=..."
        )
    # A trace from a file has lists where there were tuples.
    kept: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in prepared.items()
    }
    spec = Preprocessing(**kept)
    pixels = from_array(trace["image"][0].float().cpu().numpy(), spec)  # (H, W, 3)
    return Image.fromarray(pixels)


def picture_address(picture: Image.Image) -> tuple[str, str]:
    """A picture as an address that needs no server, no wider than ``WIDEST``, and a hash that tells it apart."""
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, max(1, WIDEST * picture.height // picture.width)))
    file = io.BytesIO()
    picture.convert("RGB").save(file, format="PNG", optimize=True)
    content = file.getvalue()
    return f"data:image/png;base64,{base64.b64encode(content).decode()}", hashlib.sha256(content).hexdigest()[
        :16
    ]


def explorer_of(
    pictures: Sequence[Shown], state: Mapping[str, Any], language: str, urls: Sequence[str] = ("0", "1")
) -> dict[str, Any]:
    """All that the explorer is mounted with, colours as arrays: one or two runs, opened in ``state``.

    Raises:
        ValueError: for no run or more than two, or a language that vitviz does not speak.
    """
    if not 1 <= len(pictures) <= 2:
        raise ValueError(f"the explorer shows one or two runs, not {len(pictures)}")
    words = part_words("explorer", language)
    described = [each.described(url, words["seen"]) for each, url in zip(pictures, urls, strict=False)]
    return explorer_data(
        described[0],
        state,
        scales=colour_scales(),
        words=words,
        second=described[1] if len(described) > 1 else None,
    )


def colour_scales() -> dict[str, dict[str, NDArray[np.uint8]]]:
    """The two scales that the explorer draws with, (256, 3), for light and dark."""
    return {
        "attention": {theme: scale("attention", theme) for theme in ("light", "dark")},
        "activation": {theme: scale("activation", theme) for theme in ("light", "dark")},
    }


def opening_state(trace: Trace) -> dict[str, Any]:
    """The head and the patch that say most about the picture's object, to open with."""
    first = opening(trace)
    return {"layer": first.block, "head": first.head, "token": first.token}
