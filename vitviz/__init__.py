"""vitviz: look at everything a Vision Transformer or a Swin Transformer computes on a picture of yours.

>>> model = vitviz.load_model("vit-tiny")
>>> trace = vitviz.trace(model, "picture.jpg")
>>> trace.top(5), trace.blocks[3].pattern(head=0)

``vitviz.models()`` lists what can be loaded. Nothing here imports torch before it is needed.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

from vitviz import models

if TYPE_CHECKING:
    from PIL import Image

    from vitviz.probe import Probe
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.load import Model
    from vitviz.zoo.registry import ModelEntry

__all__ = ["load_model", "models", "trace"]


class _Models(ModuleType):
    """The package ``vitviz.models``, which can also be called to list the models that can be loaded."""

    def __call__(self) -> list[ModelEntry]:
        from vitviz.zoo.registry import REGISTRY

        return list(REGISTRY.values())


models.__class__ = _Models


def load_model(name: str) -> Model:
    """Load the model called ``name``; ``vitviz.models()`` lists them.

    Raises:
        ValueError: if no model has that name.
    """
    from vitviz.zoo.load import load_model

    return load_model(name)


def trace(
    model: Model,
    image: str | os.PathLike[str] | bytes | BinaryIO | Image.Image,
    intervention: Probe | None = None,
) -> Trace:
    """Run ``model`` on a picture (a path, bytes, an open file or a PIL image) and keep what it computed.

    Raises:
        vitviz.images.ImageError: if the picture cannot be opened; the sentence says why.
    """
    import torch

    from vitviz.images import open_image, preprocess
    from vitviz.probe import no_probe
    from vitviz.tracing.trace import run_trace

    _, array = preprocess(open_image(image).image, model.entry.preprocessing)
    pixels = torch.from_numpy(array).unsqueeze(0)  # (1, 3, H, W)
    return run_trace(model.network, pixels, model.entry.class_names, intervention or no_probe)
