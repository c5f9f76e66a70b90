"""The task of BERT: hidden words, and whether one stretch of text follows another."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.bert import Bert
from vitviz.models.sequence_config import SequenceConfig
from vitviz.train.config import Position, SequenceRecipe
from vitviz.train.novels import Chapter
from vitviz.train.tasks.masking import CHOSEN, HiddenBatch, hide, pairs_of
from vitviz.train.tasks.sequences import SequenceTask

# How much of the run may hide more than the authors do: a row teaches more then (Wettig et al. 2022, arXiv 2202.08005).
MANY_HIDDEN = 0.6
CHECKED = 600  # pairs that the figures in the log are of


class Reading(SequenceTask):
    """Every epoch goes through pairs that are made anew, with other pieces hidden."""

    metric = "val_top1"

    def __init__(
        self, recipe: SequenceRecipe, config: SequenceConfig, train: list[Chapter], val: list[Chapter]
    ) -> None:
        super().__init__(recipe, config)
        self.train, self.val = train, val
        self._epoch = -1

    @property
    def length(self) -> int:
        """Pieces of a row."""
        return self.recipe.schedule[0].size

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Mean cross-entropy of the hidden pieces, plus that of the question for the next sentence."""
        bert = cast(Bert, network)
        if place.epoch != self._epoch:
            self._epoch = place.epoch
            self._pairs = pairs_of(self.train, self.length, self.recipe.seed * 1_000_003 + place.epoch)
        first = place.step_in_epoch * self.recipe.batch
        pairs = self._pairs[first : first + self.recipe.batch]
        share = self.recipe.hidden if place.progress < MANY_HIDDEN else CHOSEN
        batch = hide(pairs, self.config.vocab_size, self.recipe.seed * 1_000_003 + place.step, share)
        x = bert.read(batch.tokens, batch.segments)  # (B, N, D)
        words = F.cross_entropy(bert.hidden_words(x[batch.asked]), batch.answers)
        return words + F.cross_entropy(bert.next_sentence(x), batch.random)

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """On chapters that it does not learn from; see ``measure_reading``."""
        figures = measure_reading(cast(Bert, network), self._batches())
        return {f"val_{name}": value for name, value in figures.items()}

    def _batches(self) -> list[HiddenBatch]:
        return batches_to_ask(self.val, self.length, self.config.vocab_size, CHECKED)


def batches_to_ask(chapters: list[Chapter], length: int, vocabulary: int, most: int) -> list[HiddenBatch]:
    """Hidden pairs of these chapters, always the same, 50 in a batch."""
    pairs = pairs_of(chapters, length, 5)[:most]
    return [hide(pairs[i : i + 50], vocabulary, i) for i in range(0, len(pairs), 50)]


@torch.no_grad()
def measure_reading(network: Bert, batches: list[HiddenBatch]) -> dict[str, float]:
    """Shares of hidden pieces that are named right, and that are among the first five; their nats; next sentences."""
    right = among = asked = followed = rows = 0
    loss = 0.0
    for batch in batches:
        x = network.read(batch.tokens, batch.segments)  # (B, N, D)
        scores = network.hidden_words(x[batch.asked])  # (M, V)
        best = scores.topk(5, dim=-1).indices == batch.answers[:, None]  # (M, 5)
        right, among = right + int(best[:, 0].sum()), among + int(best.any(dim=1).sum())
        loss += F.cross_entropy(scores, batch.answers, reduction="sum").item()
        followed += int((network.next_sentence(x).argmax(dim=-1) == batch.random).sum())
        asked, rows = asked + len(batch.answers), rows + len(batch.random)
    return {"top1": right / asked, "top5": among / asked, "nats": loss / asked, "nsp": followed / rows}
