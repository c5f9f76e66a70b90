"""Open a picture that nobody vouches for and give it upright, in 8-bit RGB."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from PIL import Image, TiffImagePlugin

from vitviz.images.convert import raw_mode_of, to_rgb
from vitviz.images.errors import ImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 40_000_000

MAGIC = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
)
WIDTH_TAG, HEIGHT_TAG, BITS_TAG, ORIENTATION_TAG, PLANAR_TAG = 256, 257, 258, 274, 284
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# All readers are registered now: Pillow would do it inside the first call, where two threads could meet.
Image.init()


@dataclass(frozen=True)
class Picture:
    """An opened picture.

    Attributes:
        image: upright 8-bit RGB, without metadata.
        original_size: (width, height) in pixels as stored, before turning upright.
        format: 'JPEG', 'PNG', 'WEBP', 'GIF', 'BMP' or 'TIFF'; for a Pillow image what it says, or None.
        original_mode: the Pillow mode as stored, for instance 'RGBA' or 'I;16'.
        notes: short plain facts on what was done to the picture.
        sha256: hex digest of the file's bytes; for a Pillow image of the size, mode and pixels of ``image``.
    """

    image: Image.Image = field(compare=False, repr=False)
    original_size: tuple[int, int]
    format: str | None
    original_mode: str
    notes: tuple[str, ...]
    sha256: str


def open_image(
    source: str | os.PathLike[str] | bytes | BinaryIO | Image.Image, *, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Open an untrusted picture: JPEG, PNG, WebP, GIF (first frame), BMP or TIFF (first page).

    ``source`` is a path, the bytes of a file, a binary file object (read from its start) or a Pillow image
    (its current frame; it is loaded, but not changed). EXIF orientation is applied, transparency put on
    white, CMYK, palette, LAB, 16-bit and float pixels converted; ``Picture.notes`` says which of these
    happened. Safe to call from several threads.

    Raises:
        ImageError: the picture is missing, empty, not of these formats, damaged, or has more than
            ``max_pixels`` pixels (found from its header, before decoding). The message is one sentence for
            the user.
        TypeError: ``source`` is none of the kinds above.
    """
    if isinstance(source, Image.Image):
        return _to_picture(source, None, max_pixels)
    data = _read(source)
    if not data:
        raise ImageError("This file is empty; choose another picture.")
    with _one_sentence(_not_opened(data), max_pixels):
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    with image:
        return _to_picture(image, data, max_pixels)


def _read(source: str | os.PathLike[str] | bytes | BinaryIO) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if isinstance(source, str | os.PathLike):
        return _read_path(source)
    if not hasattr(source, "read"):
        raise TypeError(
            f"expected a path, bytes, a binary file or a Pillow image, got {type(source).__name__}"
        )
    return _read_stream(source)


def _read_path(source: str | os.PathLike[str]) -> bytes:
    try:
        path = Path(source)
        if path.is_dir():
            raise ImageError("This is a folder, not a picture; choose a file inside it.")
        if not path.is_file():  # also keeps pipes and devices, which may never end, from being read
            raise ImageError("There is no such file; check its name and folder.")
        return path.read_bytes()
    except PermissionError as error:
        raise ImageError("This file may not be read; check its permissions.") from error
    except OSError as error:
        raise ImageError("This file could not be read from disk; check it and try again.") from error


def _read_stream(source: BinaryIO) -> bytes:
    try:
        if source.seekable():
            source.seek(0)
        data: object = source.read()
    except (OSError, ValueError) as error:
        raise ImageError("This file could not be read to its end; open it anew and try again.") from error
    if not isinstance(data, bytes):
        raise ImageError("This file was opened as text; open it in binary mode.")
    return data


def _to_picture(image: Image.Image, data: bytes | None, max_pixels: int) -> Picture:
    """Check the header, decode, convert. ``data`` is None for a Pillow image that somebody else opened."""
    _check_size(image, max_pixels)
    format_name = "JPEG" if image.format == "MPO" else image.format  # a JPEG with further pictures behind it
    broken = f"This {format_name or 'picture'} is damaged or cut off; get it again, or choose another one."
    with _one_sentence(broken, max_pixels):
        _check_layout(image)
        # Asked before loading: Pillow forgets these, or loses its place in the file, when it is done.
        original_size, raw_mode = _stored_size(image), raw_mode_of(image)
        tiff_orientation = _tiff_orientation(image)
        notes = _frame_notes(image) if data is not None else []
        image.load()
        rgb, conversion_notes = to_rgb(image, raw_mode)
        orientation = tiff_orientation or _exif_orientation(image)
        if orientation in UPRIGHT:
            notes.append(f"turned upright (EXIF orientation {orientation})")
            if not tiff_orientation:  # Pillow turns TIFFs itself while loading them
                rgb = rgb.transpose(UPRIGHT[orientation])
        digest = hashlib.sha256(data if data is not None else _pixel_bytes(rgb)).hexdigest()
    return Picture(rgb, original_size, format_name, image.mode, (*notes, *conversion_notes), digest)


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError("This picture has no pixels; choose another one.")
    if width * height > max_pixels:
        raise ImageError(
            f"This picture has {width:,} x {height:,} pixels, more than the {max_pixels / 1e6:g} million "
            "that are opened; make it smaller and try again."
        )


def _check_layout(image: Image.Image) -> None:
    """Refuse what Pillow would decode into noise: uncompressed 16-bit TIFF with one plane per colour."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.tag_v2.get(PLANAR_TAG) != 2:
        return
    deep = max(image.tag_v2.get(BITS_TAG, (8,))) > 8
    if deep and len(image.getbands()) > 1 and image.info.get("compression") == "raw":
        raise ImageError(
            "This TIFF stores 16-bit colours in separate planes; save it as a 16-bit PNG instead."
        )


def _tiff_orientation(image: Image.Image) -> int:
    """Orientation of a TIFF that is not loaded yet, 0 otherwise."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        orientation = image.tag_v2.get(ORIENTATION_TAG)
        return orientation if isinstance(orientation, int) else 0
    return 0


def _stored_size(image: Image.Image) -> tuple[int, int]:
    if isinstance(image, TiffImagePlugin.TiffImageFile) and _tiff_orientation(image) >= 5:
        return image.tag_v2[WIDTH_TAG], image.tag_v2[
            HEIGHT_TAG
        ]  # Pillow gives the size it will have once turned
    return image.size


def _exif_orientation(image: Image.Image) -> int:
    """Orientation 1 to 8 that is still to be applied, 1 where the EXIF data is missing or broken."""
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:  # parsers of damaged EXIF raise all sorts; the pixels are still good
        return 1
    return orientation if isinstance(orientation, int) else 1


def _frame_notes(image: Image.Image) -> list[str]:
    if not getattr(image, "is_animated", False):  # not n_frames, which walks through every frame
        return []
    other = {"TIFF": "first page of several", "MPO": "main picture of several in the file"}
    return [other.get(image.format or "", "first frame of an animation")]


def _pixel_bytes(rgb: Image.Image) -> bytes:
    return f"{rgb.width}x{rgb.height} {rgb.mode}\n".encode() + rgb.tobytes()


def _not_opened(data: bytes) -> str:
    kind = next((name for magic, name in MAGIC if data.startswith(magic)), None)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        kind = "WEBP"
    if kind is None:
        return (
            "This is not a JPEG, PNG, WebP, GIF, BMP or TIFF picture; save it as PNG or JPEG and try again."
        )
    return f"This {kind} is damaged, cut off or of an unusual kind; save it anew as PNG or JPEG."


@contextmanager
def _one_sentence(otherwise: str, max_pixels: int) -> Iterator[None]:
    """Turn whatever Pillow raises into an ImageError; ``otherwise`` is said where its type tells no more."""
    try:
        yield
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow's own limit, which the whole process shares and which is therefore left as it is.
        raise ImageError(
            f"This picture has far more pixels than the {max_pixels / 1e6:g} million that are opened; "
            "make it smaller and try again."
        ) from error
    except MemoryError as error:
        raise ImageError("There is too little memory to open this picture; make it smaller.") from error
    except Exception as error:  # hostile files get OSError, ValueError, SyntaxError, struct.error, ... raised
        raise ImageError(otherwise) from error
