"""Names of ImageNet's classes: in the published order, and only for a checkpoint that says which list it has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.torchvision_stub import make_torchvision_importable
from vitviz.zoo.imagenet import imagenet_names
from vitviz.zoo.understand.labels import timm_names, transformers_names


@pytest.mark.parametrize(
    ("count", "known"),
    [
        (1000, {0: "tench", 134: "crane bird", 999: "toilet tissue"}),
        (21_843, {0: "organism", 4: "person", 21_842: "knothole"}),
        (21_841, {0: "organism", 21_840: "knothole"}),
        (11_821, {0: "benthos", 11_820: "knothole"}),
    ],
)
def test_the_lists_have_their_length_and_order(count: int, known: dict[int, str]) -> None:
    names = imagenet_names(count)
    assert len(names) == count
    assert {i: names[i] for i in known} == known
    assert count == 1000 or len(set(names)) == count, "no two classes are called the same"


@pytest.mark.parity
@pytest.mark.parametrize(("subset", "count"), [("21kgoog", 21_843), ("22k", 21_841), ("12k", 11_821)])
def test_the_order_is_timms(subset: str, count: int) -> None:
    make_torchvision_importable()
    pytest.importorskip("timm")
    from timm.data import ImageNetInfo

    theirs = ImageNetInfo(f"imagenet{subset}").label_descriptions()
    for ours, words in zip(imagenet_names(count), theirs, strict=True):
        assert words.startswith(ours.partition(" (n")[0]), (ours, words)


@pytest.mark.parametrize(
    ("table", "classes", "first"),
    [
        ({"tag": "augreg_in21k"}, 21_843, "organism"),
        ({"tag": "mim_in22k_ft_in22k"}, 21_841, "organism"),
        ({"architecture": "vit_base_patch16_clip_224.openai_ft_in12k"}, 11_821, "benthos"),
        ({"pretrained_cfg": {"tag": "augreg_in21k_ft_in1k"}}, 1000, "tench"),
        ({"tag": "augreg_in21k"}, 21_841, None),  # another number of classes than the tag's list has
        ({"tag": "augreg2_in21k_ft_in1k"}, 21_843, None),
        ({"tag": "mine"}, 21_843, None),
        ({}, 1000, None),
    ],
)
def test_a_tag_says_which_list(table: dict[str, Any], classes: int, first: str | None) -> None:
    names = timm_names(table, "config.json", classes)
    assert len(names) == (0 if first is None else classes)
    assert names[:1] == (() if first is None else (first,))


def test_transformers_without_names() -> None:
    unnamed = {str(i): f"LABEL_{i}" for i in range(21_843)}
    assert transformers_names({"id2label": unnamed}, "config.json", 21_843)[0] == "organism"
    assert transformers_names({}, "config.json", 1000) == ()
    assert transformers_names({}, "config.json", 21_841) == ()
