"""Load a model from wherever it is: the registry, a hub, a file, or another library's module."""

from __future__ import annotations

import os
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from vitviz.images import Preprocessing
from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.zoo.checkpoint import Configuration, load_files
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.facts import weight_facts
from vitviz.zoo.model import Model as Model
from vitviz.zoo.read.folder import KINDS
from vitviz.zoo.registry import REGISTRY, ModelEntry, find
from vitviz.zoo.shipped import shipped_weights
from vitviz.zoo.source import HUB_NAME, Progress, no_progress

UNTRAINED_SEED = 2010_11929


def load_model(
    source: str | os.PathLike[str] | nn.Module,
    *,
    revision: str | None = None,
    config: Configuration | None = None,
    preprocessing: Preprocessing | None = None,
    progress: Progress | None = None,
) -> Model:
    """Load a model that is understood completely; ``vitviz.load_model`` says what the arguments are.

    Raises:
        CheckpointError: if it cannot be had, is broken, or is not understood.
    """
    follow = progress or no_progress
    if isinstance(source, nn.Module):
        from vitviz.zoo.module import load_module

        return load_module(source, preprocessing, follow)
    if not isinstance(source, str | os.PathLike):
        raise CheckpointError("unknown_source", kind=type(source).__name__)
    if isinstance(source, str) and source in REGISTRY:
        chosen = {"revision": revision, "config": config, "preprocessing": preprocessing}
        for option, value in chosen.items():
            if value is not None:
                raise CheckpointError("not_for_registry", name=source, option=option)
        return _from_registry(find(source))
    path = Path(source)
    if _exists(path) or not isinstance(source, str) or path.suffix in KINDS or path.is_absolute():
        return load_files(path, config, preprocessing, follow)
    if HUB_NAME.fullmatch(source):
        from vitviz.zoo.hub import load_hub

        return load_hub(source, revision, config, preprocessing, follow)
    raise CheckpointError("unknown_model", name=repr(source), known=", ".join(REGISTRY))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _from_registry(entry: ModelEntry) -> Model:
    facts = weight_facts(entry)
    weights = load_file(shipped_weights(entry.source.where, facts.sha256)) if facts else None
    classes = len(
        entry.class_names
    )  # read here, so that labels that are missing are named before anything runs
    if classes not in (0, entry.num_classes):
        raise CheckpointError("shipped_damaged", file=entry.labels, reason=f"{classes} class names")
    network = build(entry.config)
    if weights is not None:
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        initialize(network, UNTRAINED_SEED)
    return Model(entry, network.eval().requires_grad_(False), entry.trained)
