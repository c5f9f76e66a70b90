"""What BERT learns from: pairs of stretches of text with hidden pieces (arXiv 1810.04805, section 3.1, appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.train.novels import Chapter
from vitviz.train.tasks.sequences import padded
from vitviz.worlds.dice import Dice
from vitviz.worlds.word_pieces import CLS, MASK, SEP, SPECIAL

CLS_ID, SEP_ID, MASK_ID = (SPECIAL.index(piece) for piece in (CLS, SEP, MASK))
CHOSEN = 0.15  # share of a row's pieces that are asked for


class Pair(NamedTuple):
    """Two stretches of text; ``random`` says that the second is from another chapter."""

    first: list[int]
    second: list[int]
    random: bool


@dataclass(frozen=True)
class HiddenBatch:
    """Rows with hidden pieces: ``tokens``, ``segments`` (B, N); ``asked`` (B, N) where ``answers`` (M,) are wanted.

    ``random`` (B,) is 1 where the second stretch is from elsewhere, as the authors count.
    """

    tokens: Tensor
    segments: Tensor
    asked: Tensor
    answers: Tensor
    random: Tensor


def pairs_of(chapters: list[Chapter], length: int, seed: int) -> list[Pair]:
    """Go through all chapters once, as the authors do: pairs that fill a row of ``length``, in a random order.

    Sentences are gathered until a row is full (one time in ten until a shorter length is). A part of them is the first
    stretch; the second is what follows, or, one time in two and where there is but one sentence, a part of another
    chapter. What was not used then comes again.
    """
    dice = Dice(seed)
    pairs: list[Pair] = []
    for number, chapter in enumerate(chapters):
        wanted = length - 3 if not dice.chance(10) else dice.between(4, length - 3)
        gathered: list[list[int]] = []
        at = 0
        while at < len(chapter):
            gathered.append(chapter[at])
            at += 1
            if at < len(chapter) and sum(map(len, gathered)) < wanted:
                continue
            cut = dice.between(1, len(gathered) - 1) if len(gathered) > 1 else 1
            first = [piece for sentence in gathered[:cut] for piece in sentence]
            random = len(gathered) == 1 or dice.chance(50)
            if random:
                second = _elsewhere(chapters, number, wanted - len(first), dice)
                at -= len(gathered) - cut
            else:
                second = [piece for sentence in gathered[cut:] for piece in sentence]
            _shorten(first, second, length - 3, dice)
            if first and second:
                pairs.append(Pair(first, second, random))
            gathered = []
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(seed)).tolist()
    return [pairs[i] for i in order]


def _elsewhere(chapters: list[Chapter], number: int, wanted: int, dice: Dice) -> list[int]:
    """Sentences from a random place of another chapter than ``number``, until there are as many pieces as wanted."""
    other = dice.below(len(chapters) - 1)
    chapter = chapters[other + (other >= number)]
    found: list[int] = []
    for sentence in chapter[dice.below(len(chapter)) :]:
        found += sentence
        if len(found) >= wanted:
            break
    return found


def _shorten(first: list[int], second: list[int], longest: int, dice: Dice) -> None:
    """Take single pieces from the longer stretch, at its front or its end, until both fit."""
    while len(first) + len(second) > longest:
        longer = first if len(first) > len(second) else second
        longer.pop(0 if dice.chance(50) else -1)


def hide(pairs: list[Pair], vocabulary: int, seed: int, share: float = CHOSEN) -> HiddenBatch:
    """Ask for a ``share`` of every row's pieces: of these 80 % become ``[MASK]``, 10 % any other piece, 10 % stay."""
    dice = Dice(seed)
    rows, segments, asked, answers = [], [], [], []
    for first, second, _ in pairs:
        row = [CLS_ID, *first, SEP_ID, *second, SEP_ID]
        segments.append([0] * (len(first) + 2) + [1] * (len(second) + 1))
        places = [i for i, piece in enumerate(row) if piece not in (CLS_ID, SEP_ID)]
        wanted = [places.pop(dice.below(len(places))) for _ in range(max(1, round(share * len(row))))]
        wanted.sort()
        asked.append([int(i in wanted) for i in range(len(row))])
        answers += [row[i] for i in wanted]
        for i in wanted:
            lot = dice.below(10)
            row[i] = MASK_ID if lot < 8 else dice.below(vocabulary) if lot == 8 else row[i]
        rows.append(row)
    return HiddenBatch(
        padded(rows),
        padded(segments),
        padded(asked).bool(),
        torch.tensor(answers),
        torch.tensor([int(pair.random) for pair in pairs]),
    )
