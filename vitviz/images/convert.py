"""Turn a decoded picture of any Pillow mode into 8-bit RGB, and say in words what that took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, TiffImagePlugin

from vitviz.images.notes import Note

Values = npt.NDArray[Any]
Levels = npt.NDArray[np.uint8]
Scale = Callable[[Values], Levels]

SIXTEEN_BIT = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
NUMERIC = SIXTEEN_BIT | {"I", "F"}
GREY = NUMERIC | {"1", "L", "LA", "La"}
PALETTE = frozenset({"P", "PA"})
WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
WITH_COLOUR_KEY = frozenset({"1", "L", "P", "RGB"})

MID_GREY = 128
BLOCK = (
    1 << 20
)  # pixels converted at once: their float64 working copy then takes 8 MiB, not 320 for a large picture
PHOTOMETRIC_TAG = 262
WHITE_IS_ZERO = 0


def to_rgb(image: Image.Image, raw_mode: str = "") -> tuple[Image.Image, tuple[Note, ...]]:
    """Give a loaded picture as a new 8-bit RGB picture without metadata, and notes on what was done.

    ``raw_mode`` is Pillow's name for how the file stores a pixel (see ``raw_mode_of``): after loading, the
    mode alone no longer tells 12 bits from 16. Embedded colour profiles are not applied, as in the pipelines
    that models are trained with. What it takes above the two pictures themselves is a band's worth of memory.
    """
    notes: list[Note] = []
    if image.mode in NUMERIC:
        grey, depth_notes = _numbers_to_grey(image, raw_mode)
        plain = grey.convert("RGB")
        notes += depth_notes
    elif _may_be_transparent(image):
        plain, put_on_white = _on_white(image, raw_mode)
        notes += [Note("on_white")] if put_on_white else []
    else:
        plain = image.convert("RGB")  # a copy where it is RGB already
    if raw_mode.endswith((";16B", ";16L", ";16N")) and image.mode not in NUMERIC:
        notes.append(Note("reduced"))
    notes += _colour_notes(image.mode)
    plain.info = {}
    return plain, tuple(notes)


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Copies of a picture's bands of about ``BLOCK`` pixels, each with its first row, from top to bottom."""
    width, height = image.size
    step = max(1, BLOCK // width)
    for top in range(0, height, step):
        yield top, image.crop((0, top, width, min(top + step, height)))


def raw_mode_of(image: Image.Image) -> str:
    """Name how the file stores a pixel ('I;12', 'RGB;16B', ...); empty for a picture already loaded."""
    tiles = getattr(image, "tile", None)
    if not tiles:
        return ""
    arguments = tiles[0][3]
    raw_mode = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return raw_mode if isinstance(raw_mode, str) else ""


def _colour_notes(mode: str) -> list[Note]:
    if mode in GREY:
        return [Note("grey")]
    if mode in PALETTE:
        return [Note("palette")]
    if mode.upper() in {"RGB", "RGBA", "RGBX"}:
        return []
    return [Note("converted", mode=mode)]


def _may_be_transparent(image: Image.Image) -> bool:
    # A stale "transparency" entry can travel along in ``info`` to modes it means nothing for.
    return image.mode in WITH_ALPHA or (image.mode in WITH_COLOUR_KEY and image.has_transparency_data)


def _on_white(image: Image.Image, raw_mode: str) -> tuple[Image.Image, bool]:
    """Composite on white; also tell whether any pixel was less than opaque."""
    extrema = [_extrema(_as_rgba(band, raw_mode).getchannel("A")) for _, band in _bands(image)]
    unused_alpha = image.format == "BMP" and max(extrema)[1] == 0  # many writers leave the fourth byte 0
    opaque = unused_alpha or min(extrema)[0] == 255
    white = Image.new("RGB", image.size, (255, 255, 255))
    for top, band in _bands(image):
        rgba = _as_rgba(band, raw_mode)
        white.paste(rgba.convert("RGB"), (0, top), None if opaque else rgba)
    return white, not opaque


def _as_rgba(band: Image.Image, raw_mode: str) -> Image.Image:
    """A band as RGBA. The band must be the caller's own: Pillow writes the alpha into the palette that it converts."""
    if band.mode in WITH_COLOUR_KEY:
        _scale_colour_key(band, raw_mode)
    return (band.convert("LA") if band.mode == "La" else band).convert("RGBA")


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


def _numbers_to_grey(image: Image.Image, raw_mode: str) -> tuple[Image.Image, list[Note]]:
    """Scale 16-bit, 32-bit or float pixels to 8-bit grey, where Pillow's own convert would clip them."""
    scale, notes = _scale_of(image, raw_mode)
    key = image.info.get("transparency") if image.mode in SIXTEEN_BIT else None
    invert = image.mode in SIXTEEN_BIT and _white_is_zero(image)
    grey, keyed = Image.new("L", image.size), False
    for top, band in _bands(image):
        values: Values = np.asarray(band)  # (H, W)
        levels = scale(values)
        if invert:
            levels = 255 - levels
        if isinstance(key, int) and np.any(values == key):
            levels[values == key] = 255
            keyed = True
        grey.paste(Image.fromarray(levels), (0, top))
    return grey, [*notes, Note("on_white")] if keyed else notes


def _scale_of(image: Image.Image, raw_mode: str) -> tuple[Scale, list[Note]]:
    """What makes 8-bit levels of a band's values, and notes on it."""
    if image.mode in SIXTEEN_BIT:
        bits = 12 if raw_mode == "I;12" else 16
        return partial(_by_top, top=(1 << bits) - 1), [Note("scaled", bits=bits)]
    if image.mode == "I":
        return _scale_integers(image, unsigned=raw_mode == "I;32N")
    return _scale_floats(image)


def _white_is_zero(image: Image.Image) -> bool:
    # Pillow inverts such TIFFs when they have up to 8 bits, and hands over 16-bit ones as negatives.
    return (
        isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(PHOTOMETRIC_TAG) == WHITE_IS_ZERO
    )


def _scale_integers(image: Image.Image, unsigned: bool) -> tuple[Scale, list[Note]]:
    def of(values: Values) -> Values:
        return values.view(np.uint32) if unsigned else values

    extrema = [
        (int(values.min()), int(values.max()))
        for values in (of(np.asarray(band)) for _, band in _bands(image))
    ]
    low, high = min(low for low, _ in extrema), max(high for _, high in extrema)
    if low >= 0 and high <= 255:
        return lambda values: of(values).astype(np.uint8), []
    if low >= 0 and high <= 65535:
        return lambda values: _by_top(of(values), 65535), [Note("scaled", bits=16)]
    return lambda values: _stretch(of(values), low, high), [_min_max_note("integers", low, high)]


def _scale_floats(image: Image.Image) -> tuple[Scale, list[Note]]:
    low, high, all_finite = np.inf, -np.inf, True
    for _, band in _bands(image):
        values: Values = np.asarray(band)
        finite = np.isfinite(values)
        all_finite = all_finite and bool(finite.all())
        low = min(low, float(values.min(where=finite, initial=np.inf)))
        high = max(high, float(values.max(where=finite, initial=-np.inf)))
    notes = [] if all_finite else [Note("not_finite")]
    # Without a finite value, low is +inf and high is -inf: nothing to stretch, the scale 0 to 1 does.
    if (low >= 0.0 and high <= 1.0) or low > high:
        return partial(_stretch, low=0.0, high=1.0), [Note("float_scaled"), *notes]
    return partial(_stretch, low=low, high=high), [_min_max_note("float", low, high), *notes]


def _min_max_note(kind: str, low: float, high: float) -> Note:
    if low == high:
        return Note(f"{kind}_constant", low=low)
    return Note(f"{kind}_stretched", low=low, high=high)


def _by_top(values: Values, top: int) -> Levels:
    """Map 0..top to 0..255, rounded to nearest; for 65535 this is division by 257."""
    levels: Levels = ((values.astype(np.uint32) * 255 + top // 2) // top).astype(np.uint8)
    return levels


def _stretch(values: Values, low: float, high: float) -> Levels:
    """Map low..high to 0..255, rounded; a constant picture becomes mid-grey, since its scale is unknown."""
    scaled = values.astype(np.float64)  # because high - low of two float32 can overflow float32
    if low == high:
        scaled[np.isfinite(scaled)] = MID_GREY
    else:
        scaled -= low
        scaled *= 255.0 / (high - low)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    np.nan_to_num(scaled, copy=False, nan=0.0)
    levels: Levels = np.rint(scaled, out=scaled).astype(np.uint8)
    return levels
