"""What classes are called in the language of the person."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from vitviz.app.texts_zh import lists_zh
from vitviz.app.words import language
from vitviz.zoo.imagenet import IMAGENET_1K, imagenet_names
from vitviz.zoo.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vitviz.tracing.trace import Trace

EVERYDAY = 20


def class_name(trace: Trace, index: int) -> str:
    """The name of a class as it is shown: the model's own where no other is known in the language of the person."""
    return naming(trace)(index)


def naming(trace: Trace) -> Callable[[int], str]:
    """What gives the name of every class of a model, as ``class_name`` does."""
    known: Mapping[int, str] = {}
    if language() != "en" and len(trace.class_names) in (EVERYDAY, IMAGENET_1K):
        known = _chinese(trace.class_names)
    return lambda index: known.get(index) or spaced(trace.class_name(index))


def spaced(name: str) -> str:
    """A name with spaces where a list of classes has underscores."""
    return name.replace("_", " ")


@lru_cache(maxsize=16)
def _chinese(names: tuple[str, ...]) -> Mapping[int, str]:
    """The Chinese names of those classes that have the place and the English name of a list that is translated."""
    english, chinese = _lists()[len(names)]
    return {
        index: chinese[index]
        for index, (name, known) in enumerate(zip(names, english, strict=True))
        if _same(_first(name), _first(known))
    }


@cache
def _lists() -> dict[int, tuple[tuple[str, ...], list[str]]]:
    """By how many classes there are: their English names and the Chinese ones."""
    return {
        EVERYDAY: (REGISTRY["vit-tiny"].class_names, lists_zh("class_names")["everyday20"]),
        IMAGENET_1K: (imagenet_names(IMAGENET_1K), lists_zh("class_names")["imagenet1k"]),
    }


def _same(name: str, known: str) -> bool:
    """Whether two names are of one class; the list tells "crane" the bird from the machine by a second word."""
    return known == name or known.startswith(f"{name} ")


def _first(name: str) -> str:
    """A name without the synonyms that some checkpoints add after commas."""
    return spaced(name.partition(",")[0]).casefold()
