"""``.pth``, ``.pt``, ``.bin``, ``.ckpt``: pickles, read by torch's unpickler that makes tensors only and runs nothing.

What is stored is mapped and not read, where the file is a zip, as torch has written since 1.6.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.read.memory import check_memory
from vitviz.zoo.read.tensors import Held, check_names

LARGEST_PICKLE = 64 << 20  # of the list of tensors in a zip, without their numbers
# What training scripts call the weights among what else they save.
WRAPPERS = ("state_dict", "model", "model_state_dict")


class TorchFile(Held):
    """One file of ``torch.save``.

    Raises:
        CheckpointError: where it is broken, holds code, or several networks.
    """

    def __init__(self, path: Path) -> None:
        mapped = _check_zip(path)
        state = _state(path.name, _load(path, mapped))
        check_names(path.name, list(state))
        super().__init__(_without_prefix(state))


def _check_zip(path: Path) -> bool:
    """Whether the file is a zip; refuses one that would grow in memory: torch stores numbers as they are."""
    if not zipfile.is_zipfile(path):
        check_memory(path.stat().st_size, path.name)
        return False
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
                raise CheckpointError("compressed", file=path.name)
            if entry.filename.endswith("data.pkl") and entry.file_size > LARGEST_PICKLE:
                raise CheckpointError("broken_file", file=path.name, reason="its list of tensors is too long")
    return True


def _load(path: Path, mapped: bool) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except MemoryError as error:
        raise CheckpointError(
            "broken_file", file=path.name, reason="it asks for more memory than there is"
        ) from error
    except (
        Exception
    ) as error:  # pickles of strangers get UnpicklingError, RuntimeError, EOFError, KeyError, ... raised
        found = re.search(r"GLOBAL (\S+)|[Uu]nsupported (?:global|class|operand) (\S+)", str(error))
        if found:
            raise CheckpointError("code_in_pickle", file=path.name, what=found[1] or found[2]) from error
        raise CheckpointError("broken_pickle", file=path.name) from error


def _state(file: str, loaded: object) -> Mapping[str, Tensor]:
    """The one table of tensors that a file holds, on its own or beside what a training script saves."""
    if _is_state(loaded):
        return _tensors(loaded)
    tables = {
        str(name): value
        for name, value in (loaded.items() if isinstance(loaded, dict) else ())
        if _is_state(value)
    }
    known = [name for name in WRAPPERS if name in tables]
    if len(tables) == 1 or len(known) == 1 == len(tables.keys() - {"optimizer"}):
        return _tensors(next(iter(tables.values())) if len(tables) == 1 else tables[known[0]])
    if tables:
        raise CheckpointError("several_networks", file=file, found=", ".join(sorted(tables)))
    raise CheckpointError("no_tensors", file=file)


def _is_state(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(name, str) for name in value)
        and all(isinstance(tensor, Tensor) for tensor in value.values())
    )


def _tensors(value: Any) -> Mapping[str, Tensor]:
    return dict(value)


def _without_prefix(state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Without the ``module.`` that training on several GPUs puts before every name."""
    if all(name.startswith("module.") for name in state):
        return {name.removeprefix("module."): tensor for name, tensor in state.items()}
    return state
