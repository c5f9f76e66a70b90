"""Which heads of cross-attention align the words of two languages, and which rest where nothing is to be fetched.

A head aligns where the largest weight of a Chinese piece is on an English word that it translates. It rests where a
piece needs no English word of its own, as ``的`` or the second character of a word, and the weight goes to the full
stop and the end, which stand in every sentence. Letters as in ``writing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from vitviz.models.translator import END, PAD, START, Translator
from vitviz.tracing.interventions import Record
from vitviz.worlds.sentence_alignment import Counterpart, counterparts
from vitviz.worlds.sentences import Sentence, random_sentence, to_ids

ENDS = 2  # the last tokens that are read: the full stop or question mark, and the end
OTHERS = 200  # sentences over which habits are counted
FIRST_OTHER = 1_000_000  # the first one's seed


@dataclass(frozen=True)
class HeadHabit:
    """What one head did for the pieces of one translation or of several.

    Attributes:
        aligned: pieces whose largest weight is on a word that they translate.
        words: pieces that begin what translates a word; those that are the sentence's end are not counted.
        resting: pieces that need no word, whose weight on the ends is more than half.
        needless: pieces that need no word of their own.
        rest: the mean weight of those pieces on the ends.
    """

    aligned: int
    words: int
    resting: int
    needless: int
    rest: float


def of_head(pattern: Tensor, pieces: Sequence[Counterpart]) -> HeadHabit:
    """Of one head's weights (T, S) for the pieces that it wrote."""
    keys = pattern.shape[1]
    strongest = pattern.argmax(dim=1).tolist()
    on_ends = pattern[:, keys - ENDS :].sum(dim=1).tolist()
    ends = set(range(keys - ENDS, keys))
    words = [t for t, piece in enumerate(pieces) if piece.begins and not ends & set(piece.words)]
    needless = [t for t, piece in enumerate(pieces) if not piece.begins]
    return HeadHabit(
        aligned=sum(strongest[t] in pieces[t].words for t in words),
        words=len(words),
        resting=sum(on_ends[t] > 0.5 for t in needless),
        needless=len(needless),
        rest=sum(on_ends[t] for t in needless) / max(1, len(needless)),
    )


def together(habits: Sequence[HeadHabit]) -> HeadHabit:
    """Of several translations as if they were one."""
    needless = sum(habit.needless for habit in habits)
    rest = sum(habit.rest * habit.needless for habit in habits) / max(1, needless)
    return HeadHabit(
        sum(habit.aligned for habit in habits),
        sum(habit.words for habit in habits),
        sum(habit.resting for habit in habits),
        needless,
        rest,
    )


@torch.no_grad()
def value_norms(values: Tensor, projection: Tensor) -> Tensor:
    """How long each token's value is once it is projected: values (H, S, d), W_O (D, H * d) -> (H, S)."""
    heads, _, dim = values.shape
    per_head = projection.unflatten(1, (heads, dim)).transpose(0, 1)  # (H, D, d)
    return (values @ per_head.transpose(1, 2)).norm(dim=-1)  # (H, S)


@torch.no_grad()
def habits_of(network: Translator, sentences: Sequence[Sentence]) -> list[list[HeadHabit]]:
    """Over sentences whose right translation is given to the decoder: one habit for each head of each layer."""
    names = [f"decoder.{i}.cross_attn.pattern" for i in range(len(network.decoder))]
    read = [torch.tensor([*to_ids(sentence.english), END]) for sentence in sentences]
    given = [torch.tensor([START, *to_ids(sentence.chinese)]) for sentence in sentences]
    record = Record(names.__contains__)
    network(*(pad_sequence(rows, batch_first=True, padding_value=PAD) for rows in (read, given)), record)
    found: list[list[HeadHabit]] = []
    for i, (sentence, source, target) in enumerate(zip(sentences, read, given, strict=True)):
        pieces = counterparts(sentence)
        patterns = [record.tensors[name][i, :, : len(target), : len(source)] for name in names]
        found.append([of_head(head, pieces) for pattern in patterns for head in pattern])
    heads = network.config.num_heads
    flat = [together(each) for each in zip(*found, strict=True)]
    return [flat[i : i + heads] for i in range(0, len(flat), heads)]


def other_sentences() -> list[Sentence]:
    """Sentences over which a head's habits are counted, the same every time."""
    return [random_sentence(FIRST_OTHER + i) for i in range(OTHERS)]
