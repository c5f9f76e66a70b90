"""The files of the embedded models: read from the assets, and held to what their card says. Imports no torch."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from vitviz.assets import shipped
from vitviz.zoo.errors import CheckpointError

ASSETS = shipped("assets")


def class_names(file: str) -> tuple[str, ...]:
    """The class names in ``assets/labels/FILE``, in the order of the class scores.

    Raises:
        CheckpointError: if they are not there, or are no list of names.
    """
    names = shipped_json(ASSETS / "labels" / file)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CheckpointError("shipped_damaged", file=file, reason="no list of class names")
    return tuple(names)


def shipped_json(path: Path) -> Any:
    """What a JSON file of the assets holds.

    Raises:
        CheckpointError: if it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError("shipped_missing", file=path.name) from error
    except ValueError as error:
        raise CheckpointError("shipped_damaged", file=path.name, reason="no JSON") from error


def shipped_weights(file: str, sha256: str) -> Path:
    """The path of ``assets/weights/FILE`` if its content is the one whose hash is known.

    Raises:
        CheckpointError: if it is missing, cut off, empty or another file.
    """
    path = ASSETS / "weights" / file
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError("shipped_missing", file=file) from error
    if found != sha256:
        raise CheckpointError("shipped_damaged", file=file, reason="its SHA-256 is another")
    return path
