"""The task of SASRec and GRU4Rec: where an aircraft flies next."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor, nn

from vitviz.analysis.recommendation.flights import Flights
from vitviz.analysis.recommendation.losses import LOSSES, all_others
from vitviz.analysis.recommendation.negatives import draw_negatives, visited_items
from vitviz.analysis.recommendation.prediction import last_scores
from vitviz.analysis.recommendation.ranking import figures, ranks
from vitviz.models.sequence_config import SequenceConfig
from vitviz.probe import Probe, no_probe
from vitviz.train.augment import step_generator
from vitviz.train.config import Position, SequenceRecipe
from vitviz.train.recipe import Dropout
from vitviz.train.tasks.sequences import SequenceTask, padded
from vitviz.train.tasks.task import AUGMENT, NETWORK

ONE_NEGATIVE = "binary_cross_entropy"  # the loss that is told of one other item, drawn anew each time


class Recommendation(SequenceTask):
    """Every row of a batch is a stretch of a random aircraft's year, and every place of it asks what came next.

    The authors take the end of each row only, so that most of a long one is never learned from.
    """

    metric = "val_recall10"

    def __init__(self, recipe: SequenceRecipe, config: SequenceConfig, data: Flights) -> None:
        super().__init__(recipe, config)
        self.rows = data.learned
        # What comes before the last two flights, and the first of these; the last one nobody looks at before the end.
        self.before, self.came = self.rows, torch.stack([row[-2] for row in data.rows])

    @cached_property
    def visited(self) -> Tensor:
        """Where each aircraft has ever been, (rows, items): what is drawn as not having come is none of these."""
        return visited_items(self.rows, self.config.vocab_size - 1)

    def stretches(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Rows (B, N) of items, what comes next after each (B, N), and of which aircraft they are (B,)."""
        length = self.config.max_length
        numbers = torch.randint(len(self.rows), (self.recipe.batch,), generator=generator)
        places = torch.rand(self.recipe.batch, generator=generator).tolist()
        rows = []
        for number, place in zip(numbers.tolist(), places, strict=True):
            row = self.rows[number].tolist()
            end = len(row) if len(row) <= length + 1 else length + 1 + int(place * (len(row) - length))
            rows.append(row[max(0, end - length - 1) : end])
        given = padded([row[:-1] for row in rows], left=True)
        return given, padded([row[1:] for row in rows], left=True), numbers

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """The loss of the recipe, from one matrix of scores: a row for each place, a column for each item."""
        given, came, aircraft = self.stretches(step_generator(self.recipe.seed, place.step, AUGMENT))
        generator = step_generator(self.recipe.seed, place.step, NETWORK)
        probe: Probe = Dropout(self.recipe.dropout, generator) if self.recipe.dropout else no_probe
        asked = came > 0  # (B, N)
        scores, own = network(given, probe)[asked], came[asked] - 1  # (M, I), (M,)
        others = all_others(scores, own)
        if self.recipe.loss == ONE_NEGATIVE:
            visited = self.visited[aircraft].repeat_interleave(asked.sum(dim=1), dim=0)  # (M, I)
            drawn = draw_negatives(visited, 1, generator)  # (M, 1)
            others = torch.zeros_like(others).scatter(1, drawn, True)
        return LOSSES[self.recipe.loss](scores, own, others)

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """Ranks among all items, of the last flight but one."""
        scores = last_scores(network, self.before, self.config.max_length)
        return {f"val_{name}": value for name, value in figures(ranks(scores, self.came - 1)).items()}
