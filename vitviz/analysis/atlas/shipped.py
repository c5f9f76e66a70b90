"""The atlases of the sample pictures that come with vitviz; ``python -m vitviz.train.atlases`` makes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from vitviz.analysis.atlas.atlas import Atlas
from vitviz.analysis.atlas.files import read_atlas
from vitviz.assets import shipped

FOLDER = shipped("assets") / "atlas"
MODELS = ("vit-tiny", "swin-mini")


def path_of(model: str) -> Path:
    """Where the atlas of an embedded model lies."""
    return FOLDER / f"{model}.npz"


@cache
def shipped_atlas(model: str) -> Atlas:
    """The atlas of the sample pictures of one of ``MODELS``.

    Raises:
        AtlasError: if its file is damaged.
        OSError: if it is missing.
    """
    return read_atlas(path_of(model))
