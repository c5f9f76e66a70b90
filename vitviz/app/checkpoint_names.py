"""What a checkpoint is called that somebody sent: by its own name, not by that of the folder that it was put into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.zoo.errors import plain

if TYPE_CHECKING:
    from vitviz.zoo.load import Model

PART = re.compile(r"-\d{5}-of-\d{5}$")
# As libraries call the weights of every model.
NO_NAME = ("model", "pytorch_model", "open_clip_model", "open_clip_pytorch_model")


def name_of(folder: Path, weights: Iterable[str]) -> str:
    """The name of the file of weights in ``folder``; where that says nothing, what the configuration beside it says."""
    stem = PART.sub("", Path(min(weights)).stem)
    if stem not in NO_NAME:
        return stem
    try:
        table = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return stem
    said = [table.get("_name_or_path"), table.get("architecture")] if isinstance(table, dict) else []
    names = (plain(text.rstrip("/").rpartition("/")[2]).strip() for text in said if isinstance(text, str))
    return next((name for name in names if name.strip(".")), stem)


def named(model: Model, name: str) -> Model:
    """The model, called ``name``."""
    family = model.entry.title.removesuffix(model.entry.name)
    return replace(model, entry=replace(model.entry, name=name, title=family + name))
