"""Where in a folder the weights are, and what lies beside them. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from vitviz.zoo.errors import CheckpointError, some

CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
# By their names, the first that is there: pickles never where there are safetensors.
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
KINDS = (".safetensors", ".npz", ".bin", ".pth", ".pt", ".ckpt")


class Found(NamedTuple):
    """A file of weights, or the index of several, and the files beside it."""

    weights: Path
    config: Path | None
    preprocessor: Path | None


def find_files(path: Path) -> Found:
    """The files of a checkpoint that is given by its folder or by its file of weights.

    Raises:
        CheckpointError: if there are no weights, or several files of them.
    """
    weights = path
    try:
        if path.is_dir():
            weights = path / weights_of([entry.name for entry in path.iterdir()], path.name)
        elif not path.is_file():
            raise CheckpointError("no_such_file", file=path.name)
    except OSError as error:
        raise CheckpointError("unreadable", file=path.name) from error
    config, preprocessor = (weights.parent / name for name in (CONFIG, PREPROCESSOR))
    return Found(
        weights, config if config.is_file() else None, preprocessor if preprocessor.is_file() else None
    )


def weights_of(names: Iterable[str], folder: str) -> str:
    """Which of the files of a folder holds the weights.

    Raises:
        CheckpointError: if none does, or several that nothing tells apart.
    """
    there = set(names)
    for known in WEIGHTS:
        if known in there:
            return known
    for kind in KINDS:
        of_kind = sorted(name for name in there if name.endswith(kind))
        if len(of_kind) > 1:
            raise CheckpointError("several_weights", folder=folder, files=some(of_kind))
        if of_kind:
            return of_kind[0]
    raise CheckpointError("no_weights", folder=folder)
