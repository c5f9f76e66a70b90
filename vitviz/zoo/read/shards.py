"""A checkpoint in several files, and the index that says in which of them each tensor is."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from torch import Tensor

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.read.json_file import read_json
from vitviz.zoo.read.tensors import Header, Tensors, check_names

MOST_SHARDS = 1000


class Shards(Tensors):
    """All files of an index as one.

    Raises:
        CheckpointError: where a file is missing, or holds something else than the index says.
    """

    def __init__(self, index: Path) -> None:
        where = shard_of(index)
        self._files: dict[str, Tensors] = {}
        self._where = where
        with ExitStack() as opened:
            for file in sorted(set(where.values())):
                self._files[file] = opened.enter_context(open_tensors(index.parent / file))
            headers: dict[str, Header] = {}
            for name, file in where.items():
                if name not in self._files[file].headers:
                    raise CheckpointError("not_in_shard", file=file, tensor=name)
                headers[name] = self._files[file].headers[name]
            left = [name for file in self._files.values() for name in file.headers if name not in headers]
            if left:
                raise CheckpointError("not_in_index", file=index.name, tensor=left[0])
            self._opened = opened.pop_all()
        self.headers = headers

    def read(self, name: str) -> Tensor:
        """See ``Tensors.read``."""
        return self._files[self._where[name]].read(name)

    def close(self) -> None:
        """See ``Tensors.close``."""
        self._opened.close()


def shard_of(index: Path) -> dict[str, str]:
    """For each tensor the file that it is in, as an index says; all are beside the index.

    Raises:
        CheckpointError: where it is no index, or names a file elsewhere.
    """
    table = read_json(index).get("weight_map")
    if not isinstance(table, dict) or not all(isinstance(file, str) for file in table.values()):
        raise CheckpointError("broken_file", file=index.name, reason="it has no weight_map")
    check_names(index.name, list(table))
    files = set(table.values())
    if len(files) > MOST_SHARDS:
        raise CheckpointError("broken_file", file=index.name, reason="it names too many files")
    for file in files:
        if Path(file).name != file or "\\" in file or file in {"", ".", ".."} or file.endswith(".json"):
            raise CheckpointError("broken_file", file=index.name, reason="it names a file in another folder")
    return dict(table)


def open_tensors(path: Path) -> Tensors:
    """The tensors of a file, of whichever kind its name says that it is.

    Raises:
        CheckpointError: where there is no such file, it cannot be read, or is of no known kind.
    """
    from vitviz.zoo.read.jax_file import JaxFile
    from vitviz.zoo.read.safetensors_file import SafetensorsFile
    from vitviz.zoo.read.torch_file import TorchFile

    if not path.is_file():
        raise CheckpointError("no_such_file", file=path.name)
    try:
        if path.name.endswith(".index.json"):
            return Shards(path)
        if path.suffix == ".safetensors":
            return SafetensorsFile(path)
        if path.suffix == ".npz":
            return JaxFile(path)
        if path.suffix in {".pth", ".pt", ".bin", ".ckpt"}:
            return TorchFile(path)
    except OSError as error:
        raise CheckpointError("unreadable", file=path.name) from error
    raise CheckpointError("unknown_kind", file=path.name)
