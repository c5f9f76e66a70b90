"""Pictures: open an untrusted one, prepare it for a model, cut it into patches."""

from vitviz.images.cost.bounds import MAX_PIXELS
from vitviz.images.errors import ImageError
from vitviz.images.limits import Limits
from vitviz.images.native import native_size
from vitviz.images.open import Picture, open_image
from vitviz.images.patchify import patchify, unpatchify
from vitviz.images.preprocess import (
    CLIP_MEAN,
    CLIP_STD,
    HALF_MEAN,
    HALF_STD,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Fit,
    Interpolation,
    Preprocessing,
    crop_box,
    from_array,
    preprocess,
    to_array,
    view,
)

__all__ = [
    "CLIP_MEAN",
    "CLIP_STD",
    "HALF_MEAN",
    "HALF_STD",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "MAX_PIXELS",
    "Fit",
    "ImageError",
    "Interpolation",
    "Limits",
    "Picture",
    "Preprocessing",
    "crop_box",
    "from_array",
    "native_size",
    "open_image",
    "patchify",
    "preprocess",
    "to_array",
    "unpatchify",
    "view",
]
