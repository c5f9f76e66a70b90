"""How a checkpoint wants its pictures, from the file beside it. Imports neither torch nor a library of models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vitviz.images import IMAGENET_MEAN, IMAGENET_STD, Fit, Interpolation, Preprocessing
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.understand.choices import Choices

# Pillow's numbers, which transformers writes.
RESAMPLING: dict[int, Interpolation] = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
TIMM_INTERPOLATION: dict[str, Interpolation] = {
    "bicubic": "bicubic", "bilinear": "bilinear", "lanczos": "lanczos", "nearest": "nearest",
}  # fmt: skip
TIMM_FITS: dict[str, Fit] = {"center": "crop", "squash": "squash", "border": "pad"}
TIMM_CROP = 0.875  # where a file of timm does not say how much of a picture is seen
LEVELS = 1 / 255  # what transformers multiplies pixels with
NO_SHIFT = (0.0, 0.0, 0.0)
NO_SCALE = (1.0, 1.0, 1.0)


def transformers_preprocessing(table: Mapping[str, Any], where: str) -> Preprocessing:
    """What a ``preprocessor_config.json`` says.

    Raises:
        CheckpointError: if something is missing, or asks for what is not built here.
    """
    choices = Choices(table, where, {"do_resize": True, "do_rescale": True, "do_normalize": True})
    choices.must_be("do_resize", True)
    choices.must_be("do_rescale", True)
    if "rescale_factor" in choices and not math.isclose(
        choices.fraction("rescale_factor"), LEVELS, rel_tol=1e-6
    ):
        raise CheckpointError(
            "unknown_choice", where=where, choice="rescale_factor", value=choices.get("rescale_factor")
        )
    normalises = choices.flag("do_normalize")
    fit, resized = _resize(choices)
    size = resized
    crops = choices.flag("do_center_crop") if "do_center_crop" in choices else "crop_size" in choices
    if "crop_pct" in choices and not crops and max(resized) < 384:
        fraction = choices.fraction("crop_pct")
        resized = int(size[0] / fraction), int(size[1] / fraction)
    elif crops:
        size = _height_width(choices, "crop_size")
    elif fit == "crop":
        raise CheckpointError("missing_choice", where=where, choice="crop_size")
    return _preprocessing(
        where,
        size=size,
        crop_fraction=_crop_fraction(size, resized, where),
        interpolation=choices.one_of("resample", RESAMPLING),
        mean=_triple(choices, "image_mean") if normalises else NO_SHIFT,
        std=_triple(choices, "image_std") if normalises else NO_SCALE,
        fit=fit,
    )


def _resize(choices: Choices) -> tuple[Fit, tuple[int, int]]:
    """Whether the short side is meant or both, and (height, width) before cropping."""
    match choices.get("size"):
        case {"shortest_edge": int(side)} if side > 0:
            return "crop", (side, side)
        case {"height": int(height), "width": int(width)} if height > 0 and width > 0:
            return "squash", (height, width)
        case int(side) if side > 0:
            # Older files: one number, the short side for those that crop afterwards and both sides for the others.
            short = choices.table.get("image_processor_type", choices.table.get("feature_extractor_type", ""))
            cropping = isinstance(short, str) and short.startswith(
                ("CLIP", "ConvNext", "Bit", "PoolFormer", "Levit")
            )
            return ("crop" if cropping else "squash"), (side, side)
    raise CheckpointError(
        "bad_choice", where=choices.where, choice="size", value=choices.get("size"), wanted="a size in pixels"
    )


def _height_width(choices: Choices, name: str) -> tuple[int, int]:
    match choices.get(name):
        case {"height": int(height), "width": int(width)} if height > 0 and width > 0:
            return height, width
    return choices.size(name)


def _crop_fraction(size: tuple[int, int], resized: tuple[int, int], where: str) -> float:
    """The fraction with which ``images`` resizes to just ``resized`` and crops to ``size``."""
    fractions = {seen / whole for seen, whole in zip(size, resized, strict=True)}
    fraction = min(fractions)
    if len(fractions) > 1 or fraction > 1:
        raise CheckpointError("unknown_choice", where=where, choice="crop_size", value=size)
    while math.floor(size[0] / fraction) < resized[0]:
        fraction = math.nextafter(fraction, 0)
    return fraction


def timm_preprocessing(pretrained: Choices) -> Preprocessing | None:
    """What timm's ``pretrained_cfg`` says, or None where it says nothing of pictures."""
    if "input_size" not in pretrained or "mean" not in pretrained:
        return None
    _, height, width = pretrained.numbers("input_size")
    return _preprocessing(
        pretrained.where,
        size=(height, width),
        crop_fraction=pretrained.fraction("crop_pct") if "crop_pct" in pretrained else TIMM_CROP,
        interpolation=pretrained.one_of("interpolation", TIMM_INTERPOLATION)
        if "interpolation" in pretrained
        else "bicubic",
        mean=_triple(pretrained, "mean") if "mean" in pretrained else IMAGENET_MEAN,
        std=_triple(pretrained, "std") if "std" in pretrained else IMAGENET_STD,
        fit=pretrained.one_of("crop_mode", TIMM_FITS) if "crop_mode" in pretrained else "crop",
    )


def _triple(choices: Choices, name: str) -> tuple[float, float, float]:
    value = choices.get(name)
    if (
        not isinstance(value, list | tuple)
        or len(value) != 3
        or not all(type(n) in {int, float} for n in value)
    ):
        raise CheckpointError(
            "bad_choice", where=choices.where, choice=name, value=value, wanted="three numbers, one a colour"
        )
    return float(value[0]), float(value[1]), float(value[2])


def _preprocessing(where: str, **settings: Any) -> Preprocessing:
    """A ``Preprocessing`` of these settings; a square size as one number.

    Raises:
        CheckpointError: if a value is out of its range.
    """
    height, width = settings["size"]
    try:
        return Preprocessing(**settings | {"size": height if height == width else (height, width)})
    except ValueError as error:
        raise CheckpointError("impossible_configuration", where=where, reason=error) from error
