"""What a model is called in the language of the person."""

from __future__ import annotations

from vitviz.app.texts_zh import texts_zh
from vitviz.app.words import language
from vitviz.zoo.registry import ModelEntry


def title(model: ModelEntry) -> str:
    """A model's title: of a checkpoint its family and then its own name, which nobody translates."""
    family, name = family_and_name(model)
    return f"{family}: {name}" if name else family


def family_and_name(model: ModelEntry) -> tuple[str, str]:
    """The two parts of a title; a model that came with vitviz has no other name."""
    family, _, name = model.title.partition(": ")
    return (family if language() == "en" else texts_zh("model_titles").get(family, family)), name
