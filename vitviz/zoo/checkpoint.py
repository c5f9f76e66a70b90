"""From the files of a checkpoint to a model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vitviz.images import Preprocessing
from vitviz.models.config import ModelConfig, SwinConfig, ViTConfig
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.families import BY_KEY
from vitviz.zoo.fill import empty_network, fill
from vitviz.zoo.keymaps import plan
from vitviz.zoo.model import Model
from vitviz.zoo.read.folder import Found, find_files
from vitviz.zoo.read.json_file import read_json
from vitviz.zoo.read.shards import open_tensors
from vitviz.zoo.read.tensors import Tensors
from vitviz.zoo.registry import REGISTRY, ModelEntry
from vitviz.zoo.source import Progress, Source
from vitviz.zoo.understand.read import understand
from vitviz.zoo.understand.timm import HEADS
from vitviz.zoo.understand.understood import Understood

Configuration = str | os.PathLike[str] | Mapping[str, Any] | ModelConfig
# What the weights of a head are called in the layouts that are known, and which side of them counts classes.
_HEADS = {
    "head.weight": 0,
    "head.fc.weight": 0,
    "classifier.weight": 0,
    "cls_classifier.weight": 0,
    "head/kernel": 1,
}


def load_files(
    path: Path, config: Configuration | None, preprocessing: Preprocessing | None, progress: Progress
) -> Model:
    """A model from a folder or a file of weights.

    Raises:
        CheckpointError: if anything in it is broken, missing or not understood.
    """
    name = path.stem if path.is_file() else path.resolve().name
    return load_found(find_files(path), name, Source("file", str(path)), config, preprocessing, progress)


def load_found(
    found: Found,
    name: str,
    source: Source,
    config: Configuration | None,
    preprocessing: Preprocessing | None,
    progress: Progress,
) -> Model:
    """A model from files that are there; ``name`` is how it is called."""
    with open_tensors(found.weights) as tensors:
        understood = _understood(found, config, tensors, preprocessing is not None)
        seen = preprocessing or understood.preprocessing
        if seen is None:
            raise CheckpointError("missing_preprocessing", where=name)
        return assemble(understood, tensors, name, source, seen, progress)


def assemble(
    understood: Understood,
    tensors: Tensors,
    name: str,
    source: Source,
    preprocessing: Preprocessing,
    progress: Progress,
) -> Model:
    """Build the network of a configuration and fill it."""
    config = understood.config
    # A tensor without a number, such as the registers of a DINOv3 that has none, is no weight.
    made = plan([name for name, header in tensors.headers.items() if header.nbytes], config)
    progress("build", 0, 1)
    network = empty_network(config)
    progress("build", 1, 1)
    fill(network, made, tensors, progress)
    _check_preprocessing(config, preprocessing)
    entry = ModelEntry(
        name,
        f"{BY_KEY[understood.family].title}: {name}",
        config,
        preprocessing,
        source=source,
        own_labels=understood.class_names,
    )
    return Model(entry, network.eval().requires_grad_(False), trained=True)


def _check_preprocessing(config: ModelConfig, preprocessing: Preprocessing) -> None:
    """Refuse pictures that a ViT cannot cut into whole patches."""
    if isinstance(config, ViTConfig) and any(side % config.patch_size for side in preprocessing.height_width):
        size = " x ".join(map(str, preprocessing.height_width))
        raise CheckpointError(
            "impossible_configuration",
            where="the preprocessing",
            reason=f"{size} pixels are no whole number of patches of {config.patch_size}",
        )


def _understood(found: Found, config: Configuration | None, tensors: Tensors, sees: bool) -> Understood:
    """What the configuration says: the one that was given, or that beside the weights."""
    shapes = {name: header.shape for name, header in tensors.headers.items()}
    # Pictures are prepared as the person says, where they do: what a file says of it is not even read then.
    preprocessor = None if sees or found.preprocessor is None else read_json(found.preprocessor)
    if config is None:
        if found.config is None:
            raise CheckpointError("missing_configuration", file=found.weights.name)
        return understand(read_json(found.config), found.config.name, shapes, preprocessor)
    if isinstance(config, ViTConfig | SwinConfig):
        return Understood("swin" if isinstance(config, SwinConfig) else "vit", config)
    if isinstance(config, Mapping):
        return understand(config, "the configuration", shapes, preprocessor)
    name = os.fspath(config)
    if name in REGISTRY:
        own = REGISTRY[name].config
        return Understood("swin" if isinstance(own, SwinConfig) else "vit", _with_head(own, shapes))
    if name.endswith(".json"):
        return understand(read_json(Path(name)), Path(name).name, shapes, preprocessor)
    try:
        understood = understand({"architecture": name}, name, shapes, preprocessor)
    except CheckpointError as error:
        if error.code == "unknown_type":
            raise CheckpointError("unknown_configuration", name=name) from error
        raise
    if any(head in shapes for head in HEADS):  # of timm: what is to be known of it was read
        return understood
    return replace(understood, config=_with_head(understood.config, shapes))


def _with_head(config: ModelConfig, shapes: Mapping[str, tuple[int, ...]]) -> ModelConfig:
    """The configuration with as many classes as the saved head has, as a name says nothing of classes."""
    for head, side in _HEADS.items():
        if len(shapes.get(head, ())) == 2:
            return replace(config, num_classes=shapes[head][side])
    return replace(config, num_classes=0)
