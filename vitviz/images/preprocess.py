"""From a picture to the array a model takes: resize, crop, normalise, as timm and torchvision do it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image

Interpolation = Literal["bicubic", "bilinear", "lanczos", "nearest"]
Fit = Literal["crop", "squash", "pad"]
Triple = tuple[float, float, float]

IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_STD: Triple = (0.229, 0.224, 0.225)
HALF_MEAN: Triple = (0.5, 0.5, 0.5)
HALF_STD: Triple = (0.5, 0.5, 0.5)
CLIP_MEAN: Triple = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD: Triple = (0.26862954, 0.26130258, 0.27577711)

RESAMPLING = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
}
REACH = 3  # source pixels the widest filter (lanczos) looks to each side, when it does not shrink
LARGEST_RESIZE = 16_000_000  # pixels of a resized picture that is made whole before it is cropped (64 MB)
LONGEST_SIDE = 1 << 17  # source pixels along one side that go into a filter directly


@dataclass(frozen=True)
class Preprocessing:
    """How a model wants its pictures.

    Attributes:
        size: pixels of the square view, or its (height, width).
        crop_fraction: in (0, 1]; the picture is resized to floor(size / crop_fraction), then cropped to size.
            A recipe 'resize to R, crop to S' has crop_fraction S / R.
        interpolation: Pillow's antialiased filter.
        mean: per channel, for pixels in 0 to 1.
        std: per channel, for pixels in 0 to 1.
        fit: 'crop' resizes the short side and crops the centre, 'squash' resizes both sides and gives up the
            aspect ratio, 'pad' resizes the long side and fills up with the mean colour (timm's 'border').

    Raises:
        ValueError: a value out of its range.
    """

    size: int | tuple[int, int] = 224
    crop_fraction: float = 1.0
    interpolation: Interpolation = "bicubic"
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    fit: Fit = "crop"

    def __post_init__(self) -> None:
        if min(self.height_width) < 1:
            raise ValueError(f"size must be at least 1 pixel, got {self.size}")
        if not 0.0 < self.crop_fraction <= 1.0:
            raise ValueError(f"crop_fraction must be in (0, 1], got {self.crop_fraction}")
        if self.interpolation not in get_args(Interpolation):
            raise ValueError(
                f"interpolation must be one of {get_args(Interpolation)}, got {self.interpolation!r}"
            )
        if self.fit not in get_args(Fit):
            raise ValueError(f"fit must be one of {get_args(Fit)}, got {self.fit!r}")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0.0:
            raise ValueError(f"mean and std need three values, std above 0, got {self.mean} and {self.std}")

    @property
    def height_width(self) -> tuple[int, int]:
        """(height, width) of the view in pixels."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size


class _Placement(NamedTuple):
    """Where the view lies: the resized picture's (width, height), and the view's corner in it."""

    resized: tuple[int, int]
    left: int  # negative where the view is wider than the resized picture, which is then padded
    top: int


def preprocess(image: Image.Image, spec: Preprocessing) -> tuple[Image.Image, npt.NDArray[np.float32]]:
    """Give the view (the picture the model sees) and the array (3, H, W) that goes into the model."""
    seen = view(image, spec)
    return seen, to_array(seen, spec)


def view(image: Image.Image, spec: Preprocessing) -> Image.Image:
    """Give the 8-bit RGB picture the model really sees, of the size ``spec.height_width``.

    Bit for bit what timm's and torchvision's evaluation transforms give, with two exceptions that bound
    memory for extreme pictures and may differ from them by a rounding step: if the resized picture would have
    more than 16 million pixels, only its visible part is computed; and a side of more than 131,072 pixels
    that is to shrink is first averaged over whole pixels.

    Raises:
        ValueError: the picture is not RGB (open it with ``open_image``) or has no pixels.
    """
    if image.mode != "RGB" or min(image.size) < 1:
        raise ValueError(f"expected an RGB picture with pixels, got mode {image.mode} of size {image.size}")
    place = _place(image.size, spec)
    height, width = spec.height_width
    box = (place.left, place.top, place.left + width, place.top + height)
    filter_ = RESAMPLING[spec.interpolation]
    source = _shrink_overlong(image, place.resized)
    if spec.fit == "crop" and math.prod(place.resized) > LARGEST_RESIZE:
        return _resize_part(source, place.resized, box, filter_)
    resized = source.resize(place.resized, filter_)
    if spec.fit != "pad":
        return resized.crop(box)  # a side that rounding left one pixel short ends black, as in the libraries
    canvas = Image.new("RGB", (width, height), _fill(spec))
    canvas.paste(resized, (-place.left, -place.top))
    return canvas


def crop_box(size: tuple[int, int], spec: Preprocessing) -> tuple[float, float, float, float]:
    """Give the region (left, top, right, bottom) the model sees of a picture of ``size`` (width, height).

    In pixels of the original, from its top left corner, so that pixel (x, y) of the view shows
    (left + x * (right - left) / view width, ...). With fit='pad' it reaches beyond the picture where there is
    fill.
    """
    place = _place(size, spec)
    height, width = spec.height_width
    across, down = size[0] / place.resized[0], size[1] / place.resized[1]
    return place.left * across, place.top * down, (place.left + width) * across, (place.top + height) * down


def to_array(view: Image.Image, spec: Preprocessing) -> npt.NDArray[np.float32]:
    """Normalise 8-bit RGB to float32 (3, H, W): (x / 255 - mean) / std, each step in float32."""
    pixels = np.asarray(view, dtype=np.float32) / np.float32(255)  # (H, W, 3)
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)  # (3,), (3,)
    normalised = (pixels - mean) / std  # (H, W, 3)
    return np.ascontiguousarray(normalised.transpose(2, 0, 1))  # (3, H, W)


def from_array(array: npt.NDArray[np.float32], spec: Preprocessing) -> npt.NDArray[np.uint8]:
    """Undo ``to_array``: uint8 (H, W, 3), rounded; values outside the range of a picture are clipped.

    Raises:
        ValueError: the array is not (3, H, W), or holds NaN, which is no colour.
    """
    if array.ndim != 3 or array.shape[0] != 3:
        raise ValueError(f"expected an array (3, H, W), got the shape {array.shape}")
    if np.isnan(array).any():
        raise ValueError("the array holds NaN, which cannot be shown as a colour")
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)  # (3,), (3,)
    pixels = (array.transpose(1, 2, 0) * std + mean) * np.float32(255)  # (H, W, 3)
    levels: npt.NDArray[np.uint8] = np.rint(pixels.clip(0, 255)).astype(np.uint8)
    return levels


def _place(size: tuple[int, int], spec: Preprocessing) -> _Placement:
    height, width = spec.height_width
    resized = _resized_size(size, spec)
    return _Placement(resized, _corner(resized[0], width), _corner(resized[1], height))


def _resized_size(size: tuple[int, int], spec: Preprocessing) -> tuple[int, int]:
    """(width, height) after resizing, rounded as the library does that is used for this case."""
    width, height = size
    goal_height, goal_width = (math.floor(side / spec.crop_fraction) for side in spec.height_width)
    if spec.fit == "squash":
        return goal_width, goal_height
    if spec.fit == "crop" and goal_height == goal_width:
        short, long = sorted(size)
        new_long = int(goal_width * long / short)  # torchvision's Resize does not round
        return (goal_width, new_long) if width <= height else (new_long, goal_width)
    ratios = width / goal_width, height / goal_height  # timm's ResizeKeepRatio
    ratio = min(ratios) if spec.fit == "crop" else max(ratios)
    return max(1, round(width / ratio)), max(1, round(height / ratio))


def _corner(resized: int, wanted: int) -> int:
    """First pixel of a centred stretch of ``wanted`` pixels, rounded as torchvision (crop) or timm (pad)."""
    return round((resized - wanted) / 2.0) if resized >= wanted else -((wanted - resized) // 2)


def _fill(spec: Preprocessing) -> tuple[int, int, int]:
    red, green, blue = (round(255 * level) for level in spec.mean)
    return red, green, blue


def _shrink_overlong(image: Image.Image, resized: tuple[int, int]) -> Image.Image:
    """Average an overlong side over whole pixels: a filter's weights take 32 bytes per source pixel of it.

    What is left is at least four times as long as the goal, so that the filter still decides the result.
    """
    across, down = (
        max(1, side // max(LONGEST_SIDE, 4 * goal)) for side, goal in zip(image.size, resized, strict=True)
    )
    return image if across == down == 1 else image.reduce((across, down))


def _resize_part(
    image: Image.Image, resized: tuple[int, int], box: tuple[int, int, int, int], filter_: Image.Resampling
) -> Image.Image:
    """Give ``image.resize(resized).crop(box)`` without making the resized picture whole."""
    spans = [_source_span(image.size[axis], resized[axis], box[axis], box[axis + 2]) for axis in (0, 1)]
    (left, right, first_x, last_x), (top, bottom, first_y, last_y) = spans
    # Pillow keeps a box in float32, exact enough only near the origin: hence whole pixels are cut off first.
    near = image.crop((first_x, first_y, last_x, last_y))
    inner = (left - first_x, top - first_y, right - first_x, bottom - first_y)
    return near.resize((box[2] - box[0], box[3] - box[1]), filter_, box=inner)


def _source_span(side: int, resized: int, start: int, stop: int) -> tuple[float, float, int, int]:
    """Source interval behind resized pixels start..stop, and the whole pixels around it to filter."""
    scale = side / resized
    low, high = start * scale, min(stop * scale, float(side))
    margin = math.ceil(REACH * max(scale, 1.0)) + 1
    return low, high, max(0, math.floor(low) - margin), min(side, math.ceil(high) + margin)
