"""The one error that opening a picture raises."""

from __future__ import annotations


class ImageError(ValueError):
    """A picture that cannot be opened.

    The message is one sentence for the person who chose the picture: what was wrong and what to do about it.
    It holds no path and no library text; what the library said is kept as ``__cause__`` for the log.
    """
