"""What is no sentence of a page is there in Chinese too: titles of models, classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vitviz.app import words
from vitviz.app.class_names import class_name
from vitviz.app.model_titles import title
from vitviz.app.texts_zh import lists_zh, texts_zh
from vitviz.zoo.families import FAMILIES
from vitviz.zoo.imagenet import imagenet_names
from vitviz.zoo.registry import REGISTRY

CHINESE = re.compile(r"[\u4e00-\u9fff\u4dbb]")
ENGLISH_WORD = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
EVERYDAY = REGISTRY["vit-tiny"].class_names


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    words.speak(lambda: "zh")
    yield
    words.speak(lambda: "en")


def named(*names: str) -> Any:
    """A trace, as far as the names of its classes go."""
    return cast(Any, SimpleNamespace(class_names=names, class_name=names.__getitem__))


def test_every_title_of_a_model_and_a_family() -> None:
    titles = [model.title for model in REGISTRY.values() if not model.name.endswith("-test")]
    titles += [family.title for family in FAMILIES]
    assert {one for one in titles if ENGLISH_WORD.search(one)} == texts_zh("model_titles").keys()
    assert title(REGISTRY["vit-tiny"]) == "ViT-Ti/16，20 种日常事物"


@pytest.mark.parametrize(("key", "english"), [("everyday20", EVERYDAY), ("imagenet1k", imagenet_names(1000))])
def test_every_class_of_a_list(key: str, english: tuple[str, ...]) -> None:
    chinese = lists_zh("class_names")[key]
    assert len(set(chinese)) == len(chinese) == len(english)
    assert [name for name in chinese if not CHINESE.search(name)] in ([], ["iPod"])
    trace = named(*english)
    assert [class_name(trace, index) for index in range(len(english))] == chinese


def test_a_class_keeps_its_own_name_where_it_is_another_one() -> None:
    own = named(*EVERYDAY[:-1], "hippo")
    assert class_name(own, 17) == "向日葵"
    assert class_name(own, 19) == "hippo"
    assert class_name(named("daisy", "rose"), 0) == "daisy"
    of_a_hub = list(imagenet_names(1000))
    of_a_hub[0], of_a_hub[134], of_a_hub[1] = "tench, Tinca tinca", "crane", "gold"
    assert [class_name(named(*of_a_hub), index) for index in (0, 134, 1)] == ["丁鱥", "鹤", "gold"]


def test_no_name_is_shown_with_underscores_in_either_language() -> None:
    assert class_name(named("my_own_thing", "rose"), 0) == "my own thing"
    words.speak(lambda: "en")
    everyday = named(*EVERYDAY)
    assert class_name(everyday, EVERYDAY.index("metal_container")) == "metal container"
