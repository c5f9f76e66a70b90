"""What every kind of file gives: the shape of each tensor at once, and each tensor when it is asked for."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from vitviz.zoo.errors import CheckpointError

MOST_TENSORS = 100_000
LONGEST_NAME = 500


@dataclass(frozen=True)
class Header:
    """What is known of a tensor without reading it."""

    shape: tuple[int, ...]
    dtype: torch.dtype

    @property
    def nbytes(self) -> int:
        """Bytes of the tensor once it is read."""
        return math.prod(self.shape) * self.dtype.itemsize

    def meta(self) -> Tensor:
        """A tensor of that shape without memory, to work out shapes with."""
        return torch.empty(self.shape, dtype=self.dtype, device="meta")


class Tensors(ABC):
    """The tensors of a checkpoint. Use it in a ``with`` block: it may hold a file open."""

    headers: Mapping[str, Header]
    # Whether what ``read`` returns belongs to somebody else too: to a module, or to a file that is mapped.
    shared = False

    @abstractmethod
    def read(self, name: str) -> Tensor:
        """The tensor called ``name``."""

    def close(self) -> None:  # noqa: B027 - what is in memory has nothing to close
        """Let go of files."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Held(Tensors):
    """Tensors that are in memory already, or mapped: those of a module, or of a pickle."""

    shared = True

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        self.state = state
        self.headers = {name: Header(tuple(tensor.shape), tensor.dtype) for name, tensor in state.items()}

    def read(self, name: str) -> Tensor:
        """See ``Tensors.read``."""
        return self.state[name]


def check_names(file: str, names: list[str]) -> None:
    """Refuse what no network has: so many tensors, or such long names, that listing them is work.

    Raises:
        CheckpointError: saying which.
    """
    if not names:
        raise CheckpointError("no_tensors", file=file)
    if len(names) > MOST_TENSORS:
        raise CheckpointError("too_many_tensors", file=file, count=len(names))
    longest = max(names, key=len)
    if len(longest) > LONGEST_NAME:
        raise CheckpointError("broken_file", file=file, reason="the name of a tensor is too long")
