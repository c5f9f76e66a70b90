"""What loading a model raises: one sentence for the person, and a code and fields for who says it in another language.

Imports no torch.
"""

from __future__ import annotations

import unicodedata

LONGEST_FIELD = 400

# One sentence for each reason: what is wrong and what to do. The names in braces are the fields.
SENTENCES = {
    "unknown_model": (
        "there is no model called {name}; known are {known}, a hub's model is called owner/name, and a file is given by"
        " its path"
    ),
    "unknown_source": "a model is given by a name, a path or a torch module, not by a {kind}",
    "not_for_registry": "{name} is a model that comes with vitviz: {option} cannot be chosen for it",
}


class CheckpointError(ValueError):
    """A model that is not loaded, because it cannot be had, is broken, or is not understood completely.

    ``str`` of it is one English sentence. ``code`` names the reason and ``fields`` what the sentence is filled with, so
    that an app can say it in another language. Fields can come from a stranger's file: they hold no control characters
    and no more than 400 characters, but they can hold markup, which is for whoever shows them to escape.
    """

    def __init__(self, code: str, /, **fields: object) -> None:
        self.code = code
        self.fields = {name: _plain(value) for name, value in fields.items()}
        super().__init__(SENTENCES[code].format(**self.fields))


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """Raised by a ``progress`` callback to stop loading; it comes out of ``load_model`` as it went in."""


def _plain(value: object) -> str:
    """A field as one short line of text."""
    text = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in str(value))
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"
