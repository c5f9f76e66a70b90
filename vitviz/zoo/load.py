"""Load a model from wherever it is: the registry, a hub, a file, or another library's module."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safetensors.torch import load_file
from torch import nn

from vitviz.images import Preprocessing
from vitviz.models.build import build
from vitviz.models.config import ModelConfig
from vitviz.models.init import initialize
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ASSETS, ModelEntry, find
from vitviz.zoo.source import Check, Progress

UNTRAINED_SEED = 2010_11929


@dataclass(frozen=True, eq=False)
class Model:
    """A network that is ready to run, and what is known of it. Its weights are shared: never change them.

    ``check`` says how far it is from the module that it was made from, where it was made from one.
    """

    entry: ModelEntry
    network: VisionTransformer | SwinTransformer
    trained: bool
    check: Check | None = None

    @property
    def num_parameters(self) -> int:
        """How many numbers training can set."""
        return sum(parameter.numel() for parameter in self.network.parameters())


def load_model(
    source: str | os.PathLike[str] | nn.Module,
    *,
    revision: str | None = None,
    config: str | os.PathLike[str] | Mapping[str, Any] | ModelConfig | None = None,
    preprocessing: Preprocessing | None = None,
    progress: Progress | None = None,
) -> Model:
    """Load a model of the registry with its trained weights, or untrained from a fixed seed where there are none.

    Raises:
        CheckpointError: if there is no such model.
    """
    if not isinstance(source, str):
        raise CheckpointError("unknown_source", kind=type(source).__name__)
    chosen = {"revision": revision, "config": config, "preprocessing": preprocessing}
    for option, value in chosen.items():
        if value is not None:
            raise CheckpointError("not_for_registry", name=find(source).name, option=option)
    return _from_registry(find(source))


def _from_registry(entry: ModelEntry) -> Model:
    network = build(entry.config)
    if entry.trained:
        weights = load_file(ASSETS / "weights" / entry.source.where)
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        initialize(network, UNTRAINED_SEED)
    return Model(entry, network.eval().requires_grad_(False), entry.trained)
