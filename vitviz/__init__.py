"""vitviz: look at everything a Vision Transformer or a Swin Transformer computes on a picture of yours.

>>> import vitviz
>>> model = vitviz.load_model("vit-tiny")
>>> trace = vitviz.trace(model, "picture.jpg")
>>> len(trace.top(5)), trace.blocks[3].pattern(head=0).shape
(5, torch.Size([197, 197]))

``vitviz.list_models()`` lists what can be loaded. Nothing here imports torch before it is needed.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from PIL import Image
    from torch import nn

    from vitviz import plot
    from vitviz.images import Preprocessing
    from vitviz.models.config import ModelConfig
    from vitviz.probe import Probe
    from vitviz.tracing.edits import patch_from, set_tensor, zero_head, zero_tokens
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.load import Model
    from vitviz.zoo.registry import ModelEntry
    from vitviz.zoo.source import Progress

__version__ = "0.1.0"
__all__ = [
    "Edit",
    "Trace",
    "list_models",
    "load_model",
    "patch_from",
    "plot",
    "set_tensor",
    "trace",
    "zero_head",
    "zero_tokens",
]

if not TYPE_CHECKING:
    # These modules import torch, so they wait until somebody asks for a name.
    _HOME = {
        "Edit": "vitviz.tracing.interventions",
        "Trace": "vitviz.tracing.trace",
        "patch_from": "vitviz.tracing.edits",
        "set_tensor": "vitviz.tracing.edits",
        "zero_head": "vitviz.tracing.edits",
        "zero_tokens": "vitviz.tracing.edits",
    }

    def __getattr__(name):  # noqa: ANN001, ANN202 - a checker reads the imports above instead
        """Import the public name ``name`` from the module that defines it."""
        if name == "plot":
            return importlib.import_module("vitviz.plot")
        if name not in _HOME:
            raise AttributeError(f"module 'vitviz' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOME[name]), name)

    def __dir__():  # noqa: ANN202
        """What a notebook offers to complete."""
        return [*__all__, "__version__"]


def list_models() -> list[ModelEntry]:
    """The models that can be loaded; torch is not imported for it.

    >>> import vitviz
    >>> [entry.name for entry in vitviz.list_models()][:2]
    ['vit-tiny', 'swin-mini']
    """
    from vitviz.zoo.registry import REGISTRY

    return list(REGISTRY.values())


def load_model(
    source: str | os.PathLike[str] | nn.Module,
    *,
    revision: str | None = None,
    config: str | os.PathLike[str] | Mapping[str, Any] | ModelConfig | None = None,
    preprocessing: Preprocessing | None = None,
    progress: Progress | None = None,
) -> Model:
    """Load the model called ``source``; ``vitviz.list_models()`` lists them.

    Raises:
        vitviz.zoo.errors.CheckpointError: if there is no such model.
    """
    from vitviz.zoo.load import load_model

    return load_model(
        source, revision=revision, config=config, preprocessing=preprocessing, progress=progress
    )


def trace(
    model: Model,
    image: str | os.PathLike[str] | bytes | BinaryIO | Image.Image,
    intervention: Probe | None = None,
) -> Trace:
    """Run ``model`` on a picture (a path, bytes, an open file or a PIL image) and keep what it computed.

    ``intervention`` changes the run, as the sum of some of ``vitviz.zero_head``, ``zero_tokens``, ``set_tensor`` and
    ``patch_from`` does, or any other probe.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> edit = vitviz.zero_head(3, 1) + vitviz.zero_tokens([5, 6], block=4)
    >>> vitviz.trace(model, "picture.jpg", edit)["blocks.3.z"][:, 1].any()
    tensor(False)

    Raises:
        vitviz.images.ImageError: if the picture cannot be opened; the sentence says why.
        ValueError: if an edit names a block, a head, a token or a tensor that the model does not have.
    """
    import torch

    from vitviz.images import open_image, preprocess
    from vitviz.probe import no_probe
    from vitviz.tracing.trace import run_trace

    _, array = preprocess(open_image(image).image, model.entry.preprocessing)
    pixels = torch.from_numpy(array).unsqueeze(0)  # (1, 3, H, W)
    return run_trace(
        model.network, pixels, model.entry.class_names, intervention or no_probe, model_name=model.entry.name
    )
