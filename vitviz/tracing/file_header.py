"""The header of a trace's file, read with distrust: whatever is wrong with it is one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from vitviz.models import config as configs
from vitviz.models.config import ModelConfig, SwinConfig
from vitviz.tracing.origin import Origin

FORMAT, FORMAT_VERSION = "vitviz.trace", 1


class TraceFileError(ValueError):
    """A file that is no trace, or not one of the model that was given. The message is one sentence."""


@dataclass(frozen=True)
class Header:
    """What a trace's file says of itself; ``tensors`` maps the names of those in it to their shapes."""

    tensors: Mapping[str, tuple[int, ...]]
    dtype: torch.dtype
    origin: Origin
    config: ModelConfig
    class_names: tuple[str, ...]
    versions: Mapping[str, str]
    pictures: int
    alone: bool
    edit: str | None
    names: tuple[str, ...]

    @property
    def config_depth(self) -> int:
        """How many blocks the model has."""
        return sum(self.config.depths) if isinstance(self.config, SwinConfig) else self.config.depth


def config_data(config: ModelConfig) -> dict[str, Any]:
    """A configuration as JSON has it: tuples are lists, and ``family`` is the name of its class."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(config)))
    return {"family": type(config).__name__, **data}


def read_header(path: str | os.PathLike[str]) -> Header:
    """Read the header of a trace's file, no tensor of it.

    Raises:
        TraceFileError: if there is no such file, or it is not a trace that this version reads.
    """
    if not Path(path).is_file():
        raise TraceFileError(f"there is no file {os.fspath(path)}")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            dtype = file.get_slice("image").get_dtype() if "image" in tensors else ""
    except (SafetensorError, OSError) as error:
        raise TraceFileError(
            f"{Path(path).name} is not a whole safetensors file: it cannot be a trace, or was cut off"
        ) from error
    if metadata.get("format") != FORMAT:
        raise TraceFileError(f"{Path(path).name} is a safetensors file, but not one that trace.save wrote")
    if metadata.get("format_version") != str(FORMAT_VERSION):
        found = str(metadata.get("format_version"))[:20]
        raise TraceFileError(f"this trace has format version {found}, and this vitviz reads {FORMAT_VERSION}")
    try:
        return _parse(metadata, tensors, dtype)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise TraceFileError(
            f"the metadata of {Path(path).name} are damaged: save the trace again"
        ) from error


def read_tensors(path: str | os.PathLike[str], device: torch.device) -> dict[str, Tensor]:
    """All tensors of the file, on ``device``."""
    with safe_open(path, framework="pt", device=str(device)) as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


_DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def _parse(metadata: Mapping[str, str], tensors: Mapping[str, tuple[int, ...]], dtype: str) -> Header:
    model, run = (json.loads(metadata[name]) for name in ("model", "run"))
    config = _restore(json.loads(metadata["config"]))
    origin = Origin(
        name=str(model["name"]),
        kind=str(model["kind"]),
        where=str(model["where"]),
        revision=None if model["revision"] is None else str(model["revision"]),
        preprocessing=dict(json.loads(metadata["preprocessing"])),
        weights_sha256=str(model["weights_sha256"]),
    )
    return Header(
        tensors=tensors,
        dtype=_DTYPES[dtype],
        origin=origin,
        config=config,
        class_names=tuple(str(name) for name in json.loads(metadata["class_names"])),
        versions={str(k): str(v) for k, v in json.loads(metadata["versions"]).items()},
        pictures=int(run["pictures"]),
        alone=bool(run["alone"]),
        edit=None if run["edit"] is None else str(run["edit"]),
        names=tuple(str(name) for name in run["names"]),
    )


def _restore(data: dict[str, Any]) -> ModelConfig:
    family = {kind.__name__: kind for kind in get_args(configs.ModelConfig)}[data.pop("family")]
    restored: ModelConfig = _as(family, data)
    return restored


def _as(kind: Any, value: Any) -> Any:
    """A value of JSON as a field of type ``kind`` has it: lists are tuples, objects the dataclass that is meant."""
    if isinstance(value, list):
        return tuple(_as(None, item) for item in value)
    if not isinstance(value, dict):
        return value
    dataclass_type = next(x for x in (kind, *get_args(kind)) if is_dataclass(x) and isinstance(x, type))
    hints = get_type_hints(dataclass_type)
    known = {field.name for field in fields(dataclass_type)}
    if unknown := value.keys() - known:
        raise ValueError(f"unknown settings {sorted(unknown)}")
    return dataclass_type(**{name: _as(hints[name], item) for name, item in value.items()})
