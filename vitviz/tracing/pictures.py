"""From what a person has (a path, bytes, a PIL image, several of them, a tensor) to a traced run of a model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO, cast

import torch
from PIL import Image
from torch import Tensor

from vitviz.images import ImageError, Preprocessing, open_image, preprocess
from vitviz.probe import Probe, no_probe
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.copies import network_on
from vitviz.tracing.origin import LoadedModel, origin_of
from vitviz.tracing.run import Run
from vitviz.tracing.trace import Trace, run_on

PictureSource = str | os.PathLike[str] | bytes | BinaryIO | Image.Image
ManyPictures = Sequence[PictureSource]


def trace_model(
    model: LoadedModel,
    images: PictureSource | ManyPictures | Tensor,
    intervention: Probe | None = None,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    grad: bool = False,
) -> Trace | TraceBatch:
    """See ``vitviz.trace``: one picture gives a ``Trace``, a list or a tensor a ``TraceBatch``."""
    several = isinstance(images, Tensor | list | tuple)
    pixels = pixels_of(images, model.entry.preprocessing)  # (B, C, H, W)
    network = network_on(model.network, device, dtype)
    channels = network.config.in_channels
    if pixels.shape[1] != channels:
        raise ValueError(
            f"this model takes {channels} channels, shape (B, {channels}, H, W), not {tuple(pixels.shape)}"
        )
    weight = next(network.parameters())
    kind: type[Run] = TraceBatch if several else Trace
    made = run_on(
        kind,
        network,
        pixels.detach().to(weight.device, weight.dtype),
        model.entry.class_names,
        intervention or no_probe,
        origin_of(model, prepared=not isinstance(images, Tensor)),
        grad,
    )
    assert isinstance(made, Trace | TraceBatch)
    return made


def pixels_of(images: PictureSource | ManyPictures | Tensor, spec: Preprocessing) -> Tensor:
    """What goes into the model, (B, C, H, W): opened and preprocessed pictures, or the tensor that was given.

    Raises:
        vitviz.images.ImageError: if a picture cannot be opened; the sentence says why, and which of several it is.
        ValueError: if there is no picture, or a tensor has another shape or no real numbers.
    """
    if isinstance(images, Tensor):
        if images.ndim != 4 or not images.shape[0]:
            raise ValueError(
                f"a tensor of pictures has the shape (B, C, H, W), already normalised, not {tuple(images.shape)}"
            )
        if not images.is_floating_point():
            kind = str(images.dtype).removeprefix("torch.")
            raise ValueError(f"a tensor of pictures is already normalised, with real numbers, not {kind}")
        return images
    if not isinstance(images, list | tuple):
        return _one(cast(PictureSource, images), spec).unsqueeze(0)  # (1, C, H, W)
    if not images:
        raise ValueError("there is no picture in this list: give one or more")
    arrays = []
    for number, image in enumerate(images):
        try:
            arrays.append(_one(image, spec))
        except ImageError as error:
            raise ImageError(f"Picture {number} of the list, counted from 0: {error}") from error
    return torch.stack(arrays)  # (B, C, H, W)


def _one(image: PictureSource, spec: Preprocessing) -> Tensor:
    _, array = preprocess(open_image(image).image, spec)
    return torch.from_numpy(array)  # (C, H, W)
