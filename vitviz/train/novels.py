"""Jane Austen's six novels as chapters of sentences of pieces: what BERT and the decoder learn from.

The text comes from the R package ``janeaustenr`` (MIT; the novels are in the public domain), as Debian's
``r-cran-janeaustenr`` has it: unpack it and name the folder ``usr/lib/R/site-library/janeaustenr/data``. Pieces are in
``assets/data/austen-pieces.txt``; ``python -m vitviz.train.novels FOLDER`` makes that file again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from vitviz.assets import shipped
from vitviz.train.r_data import text_vectors
from vitviz.worlds.dice import Dice
from vitviz.worlds.word_pieces import WordPieces

PIECES = shipped("assets") / "data" / "austen-pieces.txt"
CHAPTER = re.compile(r"\s*(chapter|volume)\b", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?;])[\"']?\s+(?=[\"'A-Z])")
VOCABULARY = 3000
SHORTEST_CHAPTER = 8  # sentences
HELD_BACK = 13  # chapters that are measured on and never learned from

Chapter = list[list[int]]  # sentences of ids


def chapters(folder: Path) -> list[list[str]]:
    """The sentences of every chapter of the six novels."""
    found = []
    for _, lines in sorted(text_vectors(folder).items()):
        for body in _at_chapters(lines):
            sentences = [sentence for paragraph in _paragraphs(body) for sentence in _sentences(paragraph)]
            if len(sentences) > SHORTEST_CHAPTER:
                found.append(sentences)
    return found


def _at_chapters(lines: list[str]) -> list[list[str]]:
    bodies: list[list[str]] = [[]]
    for line in lines:
        if CHAPTER.match(line):
            bodies.append([])
        else:
            bodies[-1].append(line)
    return bodies


def _paragraphs(lines: list[str]) -> list[str]:
    text = re.split(r"\n\s*\n", "\n".join(lines))
    return [" ".join(paragraph.replace("_", "").replace("--", " - ").split()) for paragraph in text]


def _sentences(paragraph: str) -> list[str]:
    return [s for s in map(str.strip, SENTENCE_END.split(paragraph)) if len(s.split()) > 1]


def word_pieces() -> WordPieces:
    """The vocabulary that comes with vitviz."""
    return WordPieces(PIECES.read_text(encoding="utf-8").splitlines())


def split_chapters(folder: Path) -> tuple[list[Chapter], list[Chapter]]:
    """Chapters to learn from and chapters to measure on, as ids; which is which, a lot decides once and for all."""
    pieces = word_pieces()
    known: dict[str, list[int]] = {}  # of a word, as most come again and again

    def ids(sentence: str) -> list[int]:
        found: list[int] = []
        for chunk in sentence.split():
            if chunk not in known:
                known[chunk] = pieces.ids(chunk)
            found += known[chunk]
        return found

    all_chapters = [[ids(sentence) for sentence in chapter] for chapter in chapters(folder)]
    dice = Dice(0)
    measured: set[int] = set()
    while len(measured) < HELD_BACK:
        measured.add(dice.below(len(all_chapters)))
    learned = [chapter for i, chapter in enumerate(all_chapters) if i not in measured]
    return learned, [all_chapters[i] for i in sorted(measured)]


def make_pieces(folder: Path) -> list[str]:
    """A vocabulary of ``VOCABULARY`` pieces from the chapters; the library that makes it is for development only."""
    import tokenizers

    made: Any = tokenizers.BertWordPieceTokenizer(lowercase=True)
    made.train_from_iterator(
        (sentence for chapter in chapters(folder) for sentence in chapter),
        vocab_size=VOCABULARY,
        min_frequency=5,
        limit_alphabet=80,
        show_progress=False,
    )
    numbers: dict[str, int] = made.get_vocab()
    return sorted(numbers, key=numbers.__getitem__)


if __name__ == "__main__":
    PIECES.parent.mkdir(exist_ok=True)
    PIECES.write_text("\n".join(make_pieces(Path(sys.argv[1]))) + "\n", encoding="utf-8")
