"""WordPiece (Wu et al. 2016, arXiv 1609.08144), as BERT uses it: text to words, words to the longest known pieces.

A piece inside a word is written with ``##`` before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = SPECIAL
LONGEST_WORD = 100  # characters: a longer one is unknown
# Scripts that are written without spaces: every character is a word.
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieces:
    """A vocabulary of pieces, whose ids are their places in it.

    Raises:
        ValueError: if one of ``SPECIAL`` is not in the vocabulary.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self.number = {piece: i for i, piece in enumerate(self.vocabulary)}
        missing = [piece for piece in SPECIAL if piece not in self.number]
        if missing:
            raise ValueError(f"this vocabulary has no {missing[0]}")

    def tries(self, word: str) -> Iterator[tuple[str, bool]]:
        """Every piece that is looked up for a word, longest first from each start, and whether there is such a one."""
        start = 0
        while start < len(word):
            end = len(word)
            while end > start:
                piece = ("##" if start else "") + word[start:end]
                found = piece in self.number
                yield piece, found
                if found:
                    break
                end -= 1
            if end == start:
                return
            start = end

    def pieces(self, word: str) -> list[str]:
        """The pieces of one word; only ``[UNK]`` if a rest of it is no piece, or it is too long."""
        found = [piece for piece, known in self.tries(word) if known]
        whole = sum(len(piece.removeprefix("##") if i else piece) for i, piece in enumerate(found)) == len(
            word
        )
        return found if whole and len(word) <= LONGEST_WORD else [UNK]

    def split(self, text: str) -> list[str]:
        """All pieces of a text, in order. ``[MASK]`` and the other special ones may stand in it."""
        pieces: list[str] = []
        for part in re.split(f"({'|'.join(map(re.escape, SPECIAL))})", text):
            pieces += (
                [part] if part in SPECIAL else [piece for word in words(part) for piece in self.pieces(word)]
            )
        return pieces

    def ids(self, text: str) -> list[int]:
        """The ids of a text's pieces."""
        return [self.number[piece] for piece in self.split(text)]

    def text(self, ids: Iterable[int]) -> str:
        """Pieces put together again, with a space between words and before punctuation."""
        return " ".join(self.vocabulary[i] for i in ids).replace(" ##", "")


def words(text: str) -> list[str]:
    """Lower case without accents, cut at spaces, at punctuation and around Chinese characters."""
    cleaned = "".join(" " if _is_space(c) else c for c in text if not _is_dropped(c))
    spaced = "".join(f" {c} " if _is_cjk(c) else c for c in cleaned)
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn")
    return [word for chunk in bare.lower().split() for word in _at_punctuation(chunk)]


def _at_punctuation(chunk: str) -> list[str]:
    found = [""]
    for c in chunk:
        if _is_punctuation(c):
            found += [c, ""]
        else:
            found[-1] += c
    return [word for word in found if word]


def _is_space(c: str) -> bool:
    return c in "\t\n\r" or unicodedata.category(c) == "Zs"


def _is_dropped(c: str) -> bool:
    return c == "\ufffd" or (c not in "\t\n\r" and unicodedata.category(c).startswith("C"))


def _is_cjk(c: str) -> bool:
    return any(first <= ord(c) <= last for first, last in _CJK)


def _is_punctuation(c: str) -> bool:
    return (c.isascii() and c.isprintable() and not c.isalnum() and c != " ") or unicodedata.category(
        c
    ).startswith("P")
