"""Short plain facts on what was done to a picture when it was opened."""

from __future__ import annotations

from collections.abc import Mapping

# By code. ``mode`` is Pillow's name for the kind of pixels, as CMYK.
NOTES = {
    "first_frame": "first frame of an animation",
    "first_page": "first page of several",
    "main_picture": "main picture of several in the file",
    "upright": "turned upright (EXIF orientation {orientation})",
    "on_white": "transparency put on white",
    "reduced": "16-bit reduced to 8-bit",
    "scaled": "{bits}-bit scaled to 8-bit",
    "integers_constant": "integers, every pixel {low:g}: shown mid-grey",
    "integers_stretched": "integers min-max scaled: {low:g} to 0, {high:g} to 255",
    "float_scaled": "float in [0, 1] scaled to 8-bit",
    "float_constant": "float, every pixel {low:g}: shown mid-grey",
    "float_stretched": "float min-max scaled: {low:g} to 0, {high:g} to 255",
    "not_finite": "NaN shown black, infinite values black (-) or white (+)",
    "grey": "grey repeated in R, G and B",
    "palette": "palette written out as RGB",
    "converted": "{mode} converted to RGB",
}


class Note(str):
    """The fact as an English text, with what it takes to write it in another language.

    Attributes:
        code: which of ``NOTES`` it is.
        values: what is filled into it.
    """

    code: str
    values: Mapping[str, str | int | float]

    def __new__(cls, code: str, **values: str | int | float) -> Note:
        """The note of that code; KeyError for a code that there is not."""
        made = super().__new__(cls, NOTES[code].format(**values))
        made.code, made.values = code, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str | int | float]]:
        """What a copy is made of."""
        return (self.code,), dict(self.values)
