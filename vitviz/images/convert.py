"""Turn a decoded picture of any Pillow mode into 8-bit RGB, and say in words what that took."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

Values = npt.NDArray[Any]
Levels = npt.NDArray[np.uint8]

SIXTEEN_BIT = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
NUMERIC = SIXTEEN_BIT | {"I", "F"}
GREY = NUMERIC | {"1", "L", "LA", "La"}
PALETTE = frozenset({"P", "PA"})
WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
WITH_COLOUR_KEY = frozenset({"1", "L", "P", "RGB"})

MID_GREY = 128
BLOCK = (
    1 << 20
)  # values scaled at once: their float64 working copy then takes 8 MiB, not 320 for a large picture
PHOTOMETRIC_TAG = 262
WHITE_IS_ZERO = 0


def to_rgb(image: Image.Image, raw_mode: str = "") -> tuple[Image.Image, tuple[str, ...]]:
    """Give a loaded picture as a new 8-bit RGB picture without metadata, and notes on what was done.

    ``raw_mode`` is Pillow's name for how the file stores a pixel (see ``raw_mode_of``): after loading, the
    mode alone no longer tells 12 bits from 16. Embedded colour profiles are not applied, as in the pipelines
    that models are trained with.
    """
    notes: list[str] = []
    if image.mode in NUMERIC:
        rgb, depth_notes = _numbers_to_grey(image, raw_mode)
        notes += depth_notes
    elif _may_be_transparent(image):
        rgb, put_on_white = _on_white(image, raw_mode)
        notes += ["transparency put on white"] if put_on_white else []
    else:
        rgb = image
    if raw_mode.endswith((";16B", ";16L", ";16N")) and image.mode not in NUMERIC:
        notes.append("16-bit reduced to 8-bit")
    notes += _colour_notes(image.mode)
    plain = rgb.convert("RGB")  # a copy where it is RGB already
    plain.info = {}
    return plain, tuple(notes)


def raw_mode_of(image: Image.Image) -> str:
    """Name how the file stores a pixel ('I;12', 'RGB;16B', ...); empty for a picture already loaded."""
    tiles = getattr(image, "tile", None)
    if not tiles:
        return ""
    arguments = tiles[0][3]
    raw_mode = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw_mode if isinstance(raw_mode, str) else ""


def _colour_notes(mode: str) -> list[str]:
    if mode in GREY:
        return ["grey repeated in R, G and B"]
    if mode in PALETTE:
        return ["palette written out as RGB"]
    if mode.upper() in {"RGB", "RGBA", "RGBX"}:
        return []
    return [f"{mode} converted to RGB"]


def _may_be_transparent(image: Image.Image) -> bool:
    # A stale "transparency" entry can travel along in ``info`` to modes it means nothing for.
    return image.mode in WITH_ALPHA or (image.mode in WITH_COLOUR_KEY and image.has_transparency_data)


def _on_white(image: Image.Image, raw_mode: str) -> tuple[Image.Image, bool]:
    """Composite on white; also tell whether any pixel was less than opaque."""
    if image.mode in WITH_COLOUR_KEY:
        # Pillow writes the alpha into the palette of the very image it converts, which may be the caller's.
        rgba = image.copy()
        _scale_colour_key(rgba, raw_mode)
        rgba = rgba.convert("RGBA")
    elif image.mode == "La":
        rgba = image.convert("LA").convert("RGBA")
    else:
        rgba = image.convert("RGBA")
    lowest, highest = _extrema(rgba.getchannel("A"))
    unused_alpha = image.format == "BMP" and highest == 0  # many writers leave the fourth byte 0
    if lowest == 255 or unused_alpha:
        return rgba, False
    white = Image.new("RGB", rgba.size, (255, 255, 255))
    white.paste(rgba, mask=rgba)
    return white, True


def _scale_colour_key(image: Image.Image, raw_mode: str) -> None:
    """Bring a PNG's transparent colour to 8 bits like its pixels; Pillow leaves it in the file's units."""
    key = image.info.get("transparency")
    if isinstance(key, int) and raw_mode in {"L;2", "L;4"}:
        image.info["transparency"] = key * {"L;2": 85, "L;4": 17}[raw_mode]
    elif isinstance(key, tuple) and raw_mode.startswith("RGB;16"):
        image.info["transparency"] = tuple(level >> 8 for level in key)


def _extrema(band: Image.Image) -> tuple[int, int]:
    """Lowest and highest level of an 8-bit band."""
    histogram = band.histogram()
    used = [level for level, count in enumerate(histogram) if count]
    return used[0], used[-1]


def _numbers_to_grey(image: Image.Image, raw_mode: str) -> tuple[Image.Image, list[str]]:
    """Scale 16-bit, 32-bit or float pixels to 8-bit grey, where Pillow's own convert would clip them."""
    values: Values = np.asarray(image)  # (H, W)
    if image.mode in SIXTEEN_BIT:
        levels, notes = _scale_sixteen_bit(values, raw_mode)
        if _white_is_zero(image):
            levels = 255 - levels
        key = image.info.get("transparency")
        if isinstance(key, int) and np.any(values == key):
            levels[values == key] = 255
            notes.append("transparency put on white")
    elif image.mode == "I":
        levels, notes = _scale_integers(values.view(np.uint32) if raw_mode == "I;32N" else values)
    else:
        levels, notes = _scale_floats(values)
    return Image.fromarray(levels), notes


def _white_is_zero(image: Image.Image) -> bool:
    # Pillow inverts such TIFFs when they have up to 8 bits, and hands over 16-bit ones as negatives.
    return (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(PHOTOMETRIC_TAG) == WHITE_IS_ZERO
    )


def _scale_sixteen_bit(values: Values, raw_mode: str) -> tuple[Levels, list[str]]:
    bits = 12 if raw_mode == "I;12" else 16
    return _scale_by_top(values, (1 << bits) - 1), [f"{bits}-bit scaled to 8-bit"]


def _scale_integers(values: Values) -> tuple[Levels, list[str]]:
    low, high = int(values.min()), int(values.max())
    if low >= 0 and high <= 255:
        return values.astype(np.uint8), []
    if low >= 0 and high <= 65535:
        return _scale_by_top(values, 65535), ["16-bit scaled to 8-bit"]
    return _stretch(values, low, high), [_min_max_note("integers", low, high)]


def _scale_floats(values: Values) -> tuple[Levels, list[str]]:
    finite = np.isfinite(values)
    notes = [] if finite.all() else ["NaN shown black, infinite values black (-) or white (+)"]
    low = float(values.min(where=finite, initial=np.inf))
    high = float(values.max(where=finite, initial=-np.inf))
    # Without a finite value, low is +inf and high is -inf: nothing to stretch, the scale 0 to 1 does.
    if (low >= 0.0 and high <= 1.0) or not finite.any():
        return _stretch(values, 0.0, 1.0), ["float in [0, 1] scaled to 8-bit", *notes]
    return _stretch(values, low, high), [_min_max_note("float", low, high), *notes]


def _min_max_note(kind: str, low: float, high: float) -> str:
    if low == high:
        return f"{kind}, every pixel {low:g}: shown mid-grey"
    return f"{kind} min-max scaled: {low:g} to 0, {high:g} to 255"


def _scale_by_top(values: Values, top: int) -> Levels:
    """Map 0..top to 0..255, rounded to nearest; for 65535 this is division by 257."""
    return _by_rows(values, lambda rows: (rows.astype(np.uint32) * 255 + top // 2) // top)


def _stretch(values: Values, low: float, high: float) -> Levels:
    """Map low..high to 0..255, rounded; a constant picture becomes mid-grey, since its scale is unknown."""

    def scale(rows: Values) -> Values:
        # float64, because high - low of two float32 can overflow float32
        if low == high:
            scaled = np.where(np.isfinite(rows), MID_GREY, rows.astype(np.float64))
        else:
            scaled = (rows.astype(np.float64) - low) * (255.0 / (high - low))
        shown: Values = np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0)
        levels: Values = np.rint(shown.clip(0.0, 255.0))
        return levels

    return _by_rows(values, scale)


def _by_rows(values: Values, scale: Callable[[Values], Values]) -> Levels:
    """Apply ``scale`` to blocks of rows of a (H, W) array, so that its temporaries stay small."""
    height, width = values.shape
    levels = np.empty((height, width), np.uint8)
    step = max(1, BLOCK // width)
    for start in range(0, height, step):
        levels[start : start + step] = scale(values[start : start + step])
    return levels
