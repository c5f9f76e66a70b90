"""What the errors of the library, and its notes on pictures, say in a person's language."""

from __future__ import annotations

from vitviz.app.markup import as_text
from vitviz.app.texts_zh import texts_zh
from vitviz.images import ImageError
from vitviz.images.errors import SENTENCES as PICTURE_SENTENCES
from vitviz.images.notes import NOTES, Note
from vitviz.zoo.errors import SENTENCES, CheckpointError


def sentence(error: CheckpointError | ImageError, language: str) -> str:
    """What the error says in a language; what came from a file is shown as it is, never as markup."""
    if isinstance(error, CheckpointError):
        patterns = texts_zh("checkpoint_refusals") if language == "zh" else SENTENCES
        filled = patterns[error.code].format(**error.fields)
    elif error.code:
        patterns = texts_zh("picture_refusals") if language == "zh" else PICTURE_SENTENCES
        filled = patterns[error.code].format(**error.values)
    else:
        filled = str(error)
    return as_text(filled[:1].upper() + filled[1:])


def note(of: Note, language: str) -> str:
    """What was done to a picture, in a language; shown letter by letter."""
    patterns = texts_zh("picture_notes") if language == "zh" else NOTES
    return as_text(patterns[of.code].format(**of.values))
