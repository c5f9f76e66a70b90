"""The task of the decoder alone: the next piece of a text."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.sequence_config import SequenceConfig
from vitviz.train.augment import step_generator
from vitviz.train.config import Position, SequenceRecipe
from vitviz.train.novels import Chapter
from vitviz.train.tasks.sequences import SequenceTask
from vitviz.train.tasks.task import ORDER

CHECKED = 400  # rows that the figures in the log are of


class Continuation(SequenceTask):
    """Every row is a random stretch of all chapters, one behind another; each place asks for the next piece."""

    metric = "val_top1"

    def __init__(
        self, recipe: SequenceRecipe, config: SequenceConfig, train: list[Chapter], val: list[Chapter]
    ) -> None:
        super().__init__(recipe, config)
        self.train, self.val = pieces_of(train), rows_of(val, recipe.schedule[0].size)

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Mean cross-entropy of the next piece, at every place."""
        length, generator = place.stage.size, step_generator(self.recipe.seed, place.step, ORDER)
        first = torch.randint(len(self.train) - length, (self.recipe.batch, 1), generator=generator)  # (B, 1)
        rows = self.train[first + torch.arange(length + 1)]  # (B, N + 1)
        return F.cross_entropy(network(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """On chapters that it does not learn from; see ``measure_continuation``."""
        return {f"val_{name}": x for name, x in measure_continuation(network, self.val[:CHECKED]).items()}


def pieces_of(chapters: list[Chapter]) -> Tensor:
    """All pieces, one behind another."""
    return torch.tensor([piece for chapter in chapters for sentence in chapter for piece in sentence])


def rows_of(chapters: list[Chapter], length: int) -> Tensor:
    """All pieces cut into rows of ``length`` and the one that follows them, (rows, length + 1)."""
    return pieces_of(chapters).unfold(0, length + 1, length)


@torch.no_grad()
def measure_continuation(network: nn.Module, rows: Tensor) -> dict[str, float]:
    """Shares of the next pieces that are named right, and that are among the first five; their nats."""
    right = among = 0
    loss = 0.0
    for some in rows.split(50):
        scores = network(some[:, :-1])  # (B, N, V)
        best = scores.topk(5, dim=-1).indices == some[:, 1:, None]  # (B, N, 5)
        right, among = right + int(best[..., 0].sum()), among + int(best.any(dim=-1).sum())
        loss += F.cross_entropy(scores.flatten(0, 1), some[:, 1:].flatten(), reduction="sum").item()
    asked = rows[:, 1:].numel()
    return {"top1": right / asked, "top5": among / asked, "nats": loss / asked}


def counted_top1(learned: Tensor, rows: Tensor, vocabulary: int) -> float:
    """Share of the next pieces that are those which followed the last piece most often in what is ``learned`` from."""
    pairs = torch.bincount(learned[:-1] * vocabulary + learned[1:], minlength=vocabulary**2)
    guess = pairs.view(vocabulary, vocabulary).argmax(dim=1)  # (V,)
    return (guess[rows[:, :-1]] == rows[:, 1:]).double().mean().item()
