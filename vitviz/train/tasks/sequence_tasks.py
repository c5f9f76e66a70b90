"""The task of each model that reads rows of tokens, with its data."""

from __future__ import annotations

from pathlib import Path

from vitviz.analysis.recommendation.flights import flights
from vitviz.train.config import SequenceRecipe
from vitviz.train.novels import split_chapters
from vitviz.train.tasks.continuation import Continuation
from vitviz.train.tasks.reading import Reading
from vitviz.train.tasks.recommendation import Recommendation
from vitviz.train.tasks.task import Task
from vitviz.train.tasks.translation import Translation
from vitviz.zoo.sequence_models import find_sequence_model


def make_sequence_task(recipe: SequenceRecipe, data: Path | None = None) -> Task:
    """The task of a recipe; ``data`` is the folder of the novels, for those that learn from them.

    Raises:
        ValueError: if the folder is not named, or has no novels.
    """
    entry = find_sequence_model(recipe.model)
    if entry.task == "translation":
        return Translation(recipe, entry.config)
    if entry.task == "recommendation":
        return Recommendation(recipe, entry.config, flights())
    if data is None:
        raise ValueError(
            f"{entry.name} learns from novels: name their folder with --data (vitviz/train/novels.py)"
        )
    kind = Continuation if entry.task == "continuation" else Reading
    return kind(recipe, entry.config, *split_chapters(data))
