"""Which library a configuration is of, and what it says. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.understand.labels import timm_names, transformers_names
from vitviz.zoo.understand.preprocessing import timm_preprocessing, transformers_preprocessing
from vitviz.zoo.understand.timm import pretrained_settings, read_timm
from vitviz.zoo.understand.transformers import Shapes, read_transformers
from vitviz.zoo.understand.understood import Understood


def understand(
    table: Mapping[str, Any], where: str, shapes: Shapes, preprocessor: Mapping[str, Any] | None = None
) -> Understood:
    """What a ``config.json`` and the ``preprocessor_config.json`` beside it say of a checkpoint.

    ``shapes`` are those of the checkpoint's tensors, ``where`` is how the configuration is called in a sentence.

    Raises:
        CheckpointError: if anything is refused, missing, or does not go together.
    """
    if isinstance(table.get("architecture"), str):
        read = read_timm(table, where, shapes)
        names = timm_names(table, where, read.config.num_classes)
        seen = timm_preprocessing(pretrained_settings(table, where))
        return Understood(read.family, read.config, names, seen)
    if "model_type" not in table:
        raise CheckpointError(
            "missing_choice", where=where, choice="model_type (transformers) or architecture (timm)"
        )
    read = read_transformers(table, where, shapes)
    names = transformers_names(table, where, read.config.num_classes)
    seen = (
        None if preprocessor is None else transformers_preprocessing(preprocessor, "preprocessor_config.json")
    )
    return Understood(read.family, read.config, names, seen)
