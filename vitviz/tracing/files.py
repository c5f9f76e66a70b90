"""A run in a safetensors file: what was kept, and in the metadata where it came from.

The metadata is readable with any safetensors reader: ``format`` and ``format_version``, and as JSON ``model`` (name,
kind and place of its source, revision, SHA-256 of its weights), ``preprocessing``, ``versions`` of the libraries,
``config``, ``class_names``, and ``run`` (how many pictures, whether it was one alone, the edit, every name).
"""

from __future__ import annotations

import json
import os
import platform
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

import vitviz
from vitviz.models.build import build
from vitviz.models.sided import SidedNetwork
from vitviz.probe import no_probe
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.copies import find_device, network_on
from vitviz.tracing.file_header import (
    FORMAT,
    FORMAT_VERSION,
    Header,
    TraceFileError,
    config_data,
    read_header,
    read_tensors,
)
from vitviz.tracing.interventions import Edit
from vitviz.tracing.origin import LoadedModel, origin_of
from vitviz.tracing.run import Run
from vitviz.tracing.trace import Trace, needed_names
from vitviz.tracing.weights import weights_hash, weights_version


class TraceFileWarning(UserWarning):
    """A trace was read, but made under other circumstances than those of now; the sentence says which."""


def save_run(run: Run, path: str | os.PathLike[str], tensors: Sequence[str] = ()) -> None:
    """See ``Run.save``."""
    if isinstance(run.structure, SidedNetwork):
        raise ValueError("a run of such a model cannot be saved: run it again on its scene or its tokens")
    kept = needed_names(run.structure) & run.kept.keys()
    names = dict.fromkeys([*(name for name in run.names() if name in kept), *tensors])
    # A file has no strides: q, k and v, which torch made as views of one tensor, are written one by one.
    arrays = {name: run[name].detach().cpu().contiguous() for name in names}
    try:
        save_file(_separate(arrays), path, _metadata(run))
    except SafetensorError as error:
        raise OSError(f"{os.fspath(path)} cannot be written: {error}") from error


def _separate(arrays: dict[str, Tensor]) -> dict[str, Tensor]:
    """No two tensors in one memory, which safetensors refuses; ``embed`` of a Swin without a norm is its full_embed."""
    seen: set[int] = set()
    result = {}
    for name, x in arrays.items():
        place = x.untyped_storage().data_ptr()
        result[name] = x.clone() if place in seen else x
        seen.add(place)
    return result


def _metadata(run: Run) -> dict[str, str]:
    origin = run.origin
    # The folders of the person who saved it are nobody's business.
    where = Path(origin.where).name if origin.kind == "file" else origin.where
    sections = {
        "model": {
            "name": origin.name,
            "kind": origin.kind,
            "where": where,
            "revision": origin.revision,
            "weights_sha256": origin.weights_sha256 or weights_hash(run.network),
        },
        "preprocessing": dict(origin.preprocessing),
        "versions": library_versions(),
        "config": config_data(run.config),
        "class_names": list(run.class_names),
        "run": {
            "pictures": run.num_pictures,
            "alone": isinstance(run, Trace),
            "edit": _edit_of(run),
            "names": list(run.mentioned),
        },
    }
    plain = {"format": FORMAT, "format_version": str(FORMAT_VERSION)}
    return plain | {name: json.dumps(value) for name, value in sections.items()}


def _edit_of(run: Run) -> str | None:
    if run.intervention is no_probe:
        return None
    return repr(run.intervention) if isinstance(run.intervention, Edit) else type(run.intervention).__name__


def library_versions() -> dict[str, str]:
    """What the numbers of a run depend on beside the weights."""
    return {
        "vitviz": vitviz.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def load_run(
    path: str | os.PathLike[str],
    model: LoadedModel | None = None,
    device: str | torch.device = "cpu",
) -> Trace | TraceBatch:
    """See ``vitviz.load_trace``."""
    header = read_header(path)
    place = find_device(device)
    structure, why = _structure(header, model, place)
    needed = needed_names(structure)
    known = frozenset(header.names)
    if not needed & known <= header.tensors.keys() or not header.tensors.keys() <= known:
        raise TraceFileError(
            "this trace is not whole: tensors that a run keeps are missing, or others are there"
        )
    kept = read_tensors(path, place)
    shape = tuple(kept["image"].shape)
    if len(shape) != 4 or shape[0] != header.pictures or (header.alone and header.pictures != 1):
        raise TraceFileError(f"this trace says that it is of {header.pictures} pictures, but has {shape}")
    kind = Trace if header.alone else TraceBatch
    return kind(
        structure=structure,
        kept=kept,
        mentioned=header.names,
        class_names=header.class_names,
        origin=header.origin,
        why_no_weights=why,
        _weights_version=0 if why else weights_version(structure),
    )


def _structure(header: Header, model: LoadedModel | None, device: torch.device) -> tuple[Any, str]:
    """The network that a loaded run derives from, and if it has no weights, why."""
    if model is None:
        if header.config_depth > len(header.tensors):
            raise TraceFileError("this trace describes a model of more blocks than it has tensors of")
        with torch.device("meta"):
            structure = build(header.config).eval().requires_grad_(False)
        name = header.origin.name or "its model"
        return structure, (
            f"this trace was loaded without its model, and that tensor was not saved: give {name} to"
            " vitviz.load_trace, or save the tensor with it"
        )
    network = network_on(model.network, device, header.dtype)
    _check(header, model, network)
    if header.edit is not None:
        return network, (
            f"this run was edited ({header.edit}) and a file cannot keep what an edit does:"
            " there is only what was saved"
        )
    return network, ""


def _check(header: Header, model: LoadedModel, network: Any) -> None:
    """Compare the model that was given with the one of the file, and this machine's libraries with those of then.

    Raises:
        TraceFileError: if the model is another one: what would be derived from it would be wrong.
    """
    was, given = header.origin, origin_of(model)
    if network.config != header.config:
        different = _differences(config_data(header.config), config_data(network.config))
        raise TraceFileError(f"the trace is of another model than {given.name}: {different}")
    if (sha := weights_hash(network)) != was.weights_sha256:
        raise TraceFileError(
            f"the trace was made by {was.name} with other weights than {given.name} has:"
            f" SHA-256 {was.weights_sha256[:12]} in the file, {sha[:12]} in the model"
        )
    then, now = header.versions, library_versions()
    notes = {
        "the revision of the model": (was.revision, given.revision),
        "its preprocessing": (dict(was.preprocessing) or None, _as_json(given.preprocessing)),
        **{f"the version of {name}": (then.get(name), now[name]) for name in ("vitviz", "torch")},
    }
    for what, (before, after) in notes.items():
        if before is not None and before != after:
            warnings.warn(
                f"since the trace was made, {what} changed from {before} to {after}",
                TraceFileWarning,
                stacklevel=4,
            )


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(dict(value)))


def _differences(one: dict[str, Any], other: dict[str, Any]) -> str:
    names = [name for name in one if one[name] != other.get(name)]
    return ", ".join(f"{name} is {one[name]} there and {other.get(name)} here" for name in names[:3])
