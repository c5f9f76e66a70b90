"""The one error that opening a picture raises, and all sentences that it can say."""

from __future__ import annotations

from collections.abc import Mapping

# By code. ``kind`` is a format, as JPEG.
SENTENCES = {
    "empty": "This file is empty; choose another picture.",
    "folder": "This is a folder, not a picture; choose a file inside it.",
    "missing": "There is no such file; check its name and folder.",
    "permissions": "This file may not be read; check its permissions.",
    "disk": "This file could not be read from disk; check it and try again.",
    "stream": "This file could not be read to its end; open it anew and try again.",
    "text": "This file was opened as text; open it in binary mode.",
    "not_a_picture": "This is not a JPEG, PNG, WebP, GIF, BMP or TIFF picture; save it as PNG or JPEG and try again.",
    "unusual": "This {kind} is damaged, cut off or of an unusual kind; save it anew as PNG or JPEG.",
    "damaged": "This {kind} is damaged or cut off; get it again, or choose another one.",
    "picture_damaged": "This picture is damaged or cut off; get it again, or choose another one.",
    "file_too_large": "This file is larger than the {limit:,} MB that are taken; make the picture smaller and try "
    "again.",
    "no_pixels": "This picture has no pixels; choose another one.",
    "too_large": "This picture has {width:,} x {height:,} pixels, more than the {limit:g} million that are opened; "
    "make it smaller and try again.",
    "far_too_large": "This picture has far more pixels than the {limit:g} million that are opened; make it smaller "
    "and try again.",
    "too_high": "This picture is {height:,} pixels high, more than the {limit:,} that are opened; cut it and try "
    "again.",
    "planes": "This TIFF stores 16-bit colours in separate planes; save it as a 16-bit PNG instead.",
    "memory": "There is too little memory to open this picture; make it smaller.",
    "needs_memory": "This {kind} needs {need:,} MiB of memory to open, more than the {limit:,} MiB that a picture may "
    "take; make it smaller, or save it anew as JPEG.",
    "scans": "This JPEG has more than {count:,} scans, which take too long to open; save it anew as JPEG or PNG.",
    "pieces": "This {kind} is made of more than {limit:,} pieces, which take too long to open; save it anew as PNG or "
    "JPEG.",
    "tiles": "This TIFF is made of tiles of {width:,} x {height:,} pixels, far larger than the picture; save it "
    "anew as PNG or JPEG.",
    "packing": "This BMP is packed in a way that takes too long to open; save it anew as PNG or JPEG.",
    "time": "This picture takes more than {seconds:g} seconds to open; make it smaller, or save it anew as PNG "
    "or JPEG.",
    "crashed": "This picture could not be opened, because it takes too much memory or is damaged; make it smaller, or "
    "save it anew as PNG or JPEG.",
    "busy": "Too many pictures are being opened just now; try again in a minute.",
    "no_worker": "Pictures cannot be opened on this machine just now, because no process for it starts; tell whoever "
    "runs it.",
}


class ImageError(ValueError):
    """A picture that cannot be opened.

    The message is one sentence for the person who chose the picture: what was wrong and what to do about it.
    It holds no path and no library text; what the library said is kept as ``__cause__`` for the log.

    Attributes:
        code: which of ``SENTENCES`` it is; empty where somebody else made the message.
        values: what is filled into that sentence.
    """

    def __init__(
        self, message: str, code: str = "", values: Mapping[str, str | int | float] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.values = dict(values or {})


def image_error(code: str, **values: str | int | float) -> ImageError:
    """The error of that code, with its English sentence."""
    return ImageError(SENTENCES[code].format(**values), code, values)
