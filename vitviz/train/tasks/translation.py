"""The task of the translator: Chinese from English, about the picture book."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.translator import END, PAD, START, Translator
from vitviz.train.config import Position
from vitviz.train.scenes import CHECK
from vitviz.train.tasks.sequences import SequenceTask, padded
from vitviz.worlds.sentences import Sentence, random_sentence, to_ids

AGAIN = 1 << 40  # how far off the seed is that stands in for one whose sentence is held out
LONGEST = 30  # characters of a translation
CHECKED = 500


def sentence_to_learn(number: int) -> Sentence:
    """Sentence ``number`` of an endless row of them, none of which has a pair that is held out."""
    return next(s for s in map(random_sentence, count(number, AGAIN)) if not s.held_out)


def sentences_to_ask(
    first: int, many: int, held_out: bool, seen: frozenset[str] = frozenset()
) -> list[Sentence]:
    """Sentences of the seeds from ``first`` on that have a held-out pair or have none, and are not among ``seen``."""
    asked: Iterator[Sentence] = (
        sentence
        for sentence in map(random_sentence, count(first))
        if sentence.held_out == held_out and " ".join(sentence.english) not in seen
    )
    return list(islice(asked, many))


def learned(many: int) -> frozenset[str]:
    """The first sentences to learn from, in English."""
    return frozenset(" ".join(sentence_to_learn(number).english) for number in range(many))


def source_ids(sentences: list[Sentence]) -> Tensor:
    """What the encoder reads, (B, S)."""
    return padded([[*to_ids(sentence.english), END] for sentence in sentences])


def target_ids(sentences: list[Sentence]) -> Tensor:
    """What the decoder has to write, (B, T)."""
    return padded([[*to_ids(sentence.chinese), END] for sentence in sentences])


def shifted(target: Tensor) -> Tensor:
    """What the decoder is given to write it: everything one place later, behind ``START``. (B, T), same shape."""
    return torch.cat([target.new_full((len(target), 1), START), target[:, :-1]], dim=1)


class Translation(SequenceTask):
    """Every epoch has new sentences; measured are whole sentences, written token after token."""

    metric = "val_exact"

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Cross-entropy of every character, given the right ones before it (teacher forcing)."""
        batch = self.recipe.batch
        first = place.step * batch
        sentences = [sentence_to_learn(first + i) for i in range(batch)]
        target = target_ids(sentences)  # (B, T)
        scores = network(source_ids(sentences), shifted(target))  # (B, T, V)
        return F.cross_entropy(
            scores.flatten(0, 1), target.flatten(), ignore_index=PAD, label_smoothing=self.recipe.smoothing
        )

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """Share of whole sentences that are exactly right: plain ones, and with pairs of colour and thing held out."""
        return {
            f"val_{name}": exact(cast(Translator, network), sentences_to_ask(CHECK, CHECKED, held_out))
            for name, held_out in (("exact", False), ("held_out", True))
        }


@torch.no_grad()
def exact(network: Translator, sentences: list[Sentence]) -> float:
    """Share of the sentences whose greedy translation is the right one, character for character."""
    right = 0
    for first in range(0, len(sentences), 250):
        some = sentences[first : first + 250]
        written = network.translate(source_ids(some), LONGEST).tolist()
        for row, sentence in zip(written, some, strict=True):
            right += row[: row.index(END)] == to_ids(sentence.chinese) if END in row else False
    return right / max(1, len(sentences))
