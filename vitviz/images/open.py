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
from vitviz.images.cost import check_cost, kind_of
from vitviz.images.cost.bounds import MAX_PIXELS, check_rows, check_size
from vitviz.images.errors import ImageError, image_error
from vitviz.images.limits import Limits
from vitviz.images.notes import Note
from vitviz.images.preprocess import Preprocessing, view

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
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

ON_ITS_SIDE = (5, 6, 7, 8)

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
    notes: tuple[Note, ...]
    sha256: str

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of ``image``."""
        return self.image.size

    def view(self, spec: Preprocessing) -> Image.Image:
        """What a model sees of it, as ``vitviz.images.view`` gives it."""
        return view(self.image, spec)


def open_image(
    source: str | os.PathLike[str] | bytes | BinaryIO | Image.Image,
    *,
    max_pixels: int = MAX_PIXELS,
    limits: Limits | None = None,
) -> Picture:
    """Open an untrusted picture: JPEG, PNG, WebP, GIF (first frame), BMP or TIFF (first page).

    ``source`` is a path, the bytes of a file, a binary file object (read from its start) or a Pillow image
    (its current frame; it is loaded, but not changed). EXIF orientation is applied, transparency put on
    white, CMYK, palette, LAB, 16-bit and float pixels converted; ``Picture.notes`` says which of these
    happened. Safe to call from several threads.

    With ``limits`` a file is opened in a process of its own, which these end; else in this one.

    Raises:
        ImageError: the picture is missing, empty, not of these formats, damaged, or has more than
            ``max_pixels`` pixels, or would take too much time or memory (found from its header, before decoding,
            as far as headers tell). The message is one sentence for the user.
        TypeError: ``source`` is none of the kinds above.
    """
    if isinstance(source, Image.Image):
        return _to_picture(source, None, max_pixels)
    data = _read(source)
    if not data:
        raise image_error("empty")
    if limits is not None:
        from vitviz.images.pool import open_within  # which opens its pictures here

        return open_within(data, max_pixels, limits)
    check_cost(data, max_pixels)
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
            raise image_error("folder")
        if not path.is_file():  # also keeps pipes and devices, which may never end, from being read
            raise image_error("missing")
        return path.read_bytes()
    except PermissionError as error:
        raise image_error("permissions") from error
    except OSError as error:
        raise image_error("disk") from error


def _read_stream(source: BinaryIO) -> bytes:
    try:
        if source.seekable():
            source.seek(0)
        data: object = source.read()
    except (OSError, ValueError) as error:
        raise image_error("stream") from error
    if not isinstance(data, bytes):
        raise image_error("text")
    return data


def _to_picture(image: Image.Image, data: bytes | None, max_pixels: int) -> Picture:
    """Check the header, decode, convert. ``data`` is None for a Pillow image that somebody else opened."""
    check_size(*image.size, max_pixels)
    format_name = "JPEG" if image.format == "MPO" else image.format  # a JPEG with further pictures behind it
    broken = image_error("damaged", kind=format_name) if format_name else image_error("picture_damaged")
    with _one_sentence(broken, max_pixels):
        _check_layout(image)
        # Asked before loading: Pillow forgets these, or loses its place in the file, when it is done.
        original_size, raw_mode = _stored_size(image), raw_mode_of(image)
        tiff_orientation = _tiff_orientation(image)
        notes = _frame_notes(image) if data is not None else []
        image.load()
        orientation = tiff_orientation or _exif_orientation(image)
        if data is not None:
            _let_go_of_file(image)
        rgb, conversion_notes = to_rgb(image, raw_mode)
        if data is not None:
            image.close()  # its pixels go before there is a third picture
        if orientation in UPRIGHT:
            notes.append(Note("upright", orientation=orientation))
            if not tiff_orientation:  # Pillow turns TIFFs itself while loading them
                check_rows(rgb.width if orientation in ON_ITS_SIDE else rgb.height)
                rgb = rgb.transpose(UPRIGHT[orientation])
        digest = hashlib.sha256(data if data is not None else _pixel_bytes(rgb)).hexdigest()
    return Picture(rgb, original_size, format_name, image.mode, (*notes, *conversion_notes), digest)


def _let_go_of_file(image: Image.Image) -> None:
    """Free what a loaded picture still has of its file: of a WebP, three times as much as its pixels."""
    for name in ("fp", "_decoder"):
        if hasattr(image, name):
            setattr(image, name, None)


def _check_layout(image: Image.Image) -> None:
    """Refuse what Pillow would decode into noise: uncompressed 16-bit TIFF with one plane per colour."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.tag_v2.get(PLANAR_TAG) != 2:
        return
    deep = max(image.tag_v2.get(BITS_TAG, (8,))) > 8
    if deep and len(image.getbands()) > 1 and image.info.get("compression") == "raw":
        raise image_error("planes")


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


def _frame_notes(image: Image.Image) -> list[Note]:
    if not getattr(image, "is_animated", False):  # not n_frames, which walks through every frame
        return []
    other = {"TIFF": "first_page", "MPO": "main_picture"}
    return [Note(other.get(image.format or "", "first_frame"))]


def _pixel_bytes(rgb: Image.Image) -> bytes:
    return f"{rgb.width}x{rgb.height} {rgb.mode}\n".encode() + rgb.tobytes()


def _not_opened(data: bytes) -> ImageError:
    kind = kind_of(data)
    return image_error("not_a_picture") if kind is None else image_error("unusual", kind=kind)


@contextmanager
def _one_sentence(otherwise: ImageError, max_pixels: int) -> Iterator[None]:
    """Turn whatever Pillow raises into an ImageError; ``otherwise`` where its type tells no more."""
    try:
        yield
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow's own limit, which the whole process shares and which is therefore left as it is.
        raise image_error("far_too_large", limit=max_pixels / 1e6) from error
    except MemoryError as error:
        raise image_error("memory") from error
    except Exception as error:  # hostile files get OSError, ValueError, SyntaxError, struct.error, ... raised
        raise otherwise from error
