"""``.npz``: the checkpoints of the ViT paper, arrays of JAX by their path in its tree of modules."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.read.tensors import Header, Tensors, check_names

LONGEST_NPY_HEADER = 10_000


class JaxFile(Tensors):
    """One ``.npz`` file; nothing in it is ever unpickled.

    Raises:
        CheckpointError: where it is no such file, or would grow in memory.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise CheckpointError("broken_file", file=path.name, reason="it is no .npz archive") from error
        names = [entry.filename for entry in self._archive.infolist()]
        check_names(path.name, names)
        self.headers = {name.removesuffix(".npy"): self._header(name) for name in names}

    def _header(self, member: str) -> Header:
        """Shape and dtype of one array, from its first bytes."""
        entry = self._archive.getinfo(member)
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise CheckpointError("compressed", file=self.name)
        try:
            with self._archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                read = (
                    np.lib.format.read_array_header_1_0
                    if version == (1, 0)
                    else np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = read(file, max_header_size=LONGEST_NPY_HEADER)
            if dtype.hasobject:
                raise CheckpointError("code_in_pickle", file=self.name, what=member)
            # bfloat16 of JAX is written as two bytes without a meaning
            kind = torch.bfloat16 if dtype == np.dtype("V2") else torch.from_numpy(np.zeros(1, dtype)).dtype
        except CheckpointError:
            raise
        except Exception as error:  # numpy and zipfile raise ValueError, TypeError, EOFError, BadZipFile, ...
            raise CheckpointError("broken_file", file=self.name, reason=f"{member} is no array") from error
        header = Header(tuple(int(side) for side in shape), kind)
        if math.prod(header.shape) * dtype.itemsize > entry.file_size:
            raise CheckpointError("truncated", file=self.name)
        return header

    def read(self, name: str) -> Tensor:
        """See ``Tensors.read``."""
        member = name if name in self._archive.NameToInfo else f"{name}.npy"
        try:
            with self._archive.open(member) as file:
                array = np.lib.format.read_array(file, allow_pickle=False, max_header_size=LONGEST_NPY_HEADER)
        except Exception as error:  # a wrong checksum is BadZipFile, a short file EOFError or ValueError
            raise CheckpointError("truncated", file=self.name) from error
        if self.headers[name].dtype == torch.bfloat16:
            return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
        return torch.from_numpy(array)

    def close(self) -> None:
        """See ``Tensors.close``."""
        self._archive.close()
