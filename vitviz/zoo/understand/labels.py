"""Names of classes: those that a configuration brings, and those of ImageNet-1k where it says that it is that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vitviz.assets import shipped
from vitviz.zoo.errors import CheckpointError, plain

UNNAMED = re.compile(r"LABEL_\d+")  # what transformers writes where nobody named the classes
IMAGENET_1K = 1000
# The last word of timm's tags that says on which classes the head was trained.
_IMAGENET_TAG = re.compile(r"(?:.*_)?(?:in1k|imagenet1k)(?:_\d+(?:px)?)?")


def transformers_names(table: Mapping[str, Any], where: str, num_classes: int) -> tuple[str, ...]:
    """The names in ``id2label``, in the order of the scores; none where they are numbers only.

    Raises:
        CheckpointError: if there are more or fewer names than scores.
    """
    names = table.get("id2label")
    if not num_classes or not isinstance(names, Mapping) or not names:
        return ()
    by_index = {str(index): plain(name) for index, name in names.items()}
    if all(UNNAMED.fullmatch(name) for name in by_index.values()):
        return ()
    ordered = [by_index.get(str(index)) for index in range(num_classes)]
    if len(by_index) != num_classes or None in ordered:
        raise CheckpointError("classes_do_not_fit", where=where, names=len(by_index), scores=num_classes)
    return tuple(name for name in ordered if name is not None)


def timm_names(table: Mapping[str, Any], where: str, num_classes: int) -> tuple[str, ...]:
    """The names that timm's configuration brings, or those of ImageNet-1k where its tag says so; else none.

    Raises:
        CheckpointError: if there are more or fewer names than scores.
    """
    pretrained = table.get("pretrained_cfg")
    both = {**(pretrained if isinstance(pretrained, Mapping) else {}), **table}
    names, texts = both.get("label_names"), both.get("label_descriptions")
    if num_classes and isinstance(names, list | tuple) and names:
        if len(names) != num_classes:
            raise CheckpointError("classes_do_not_fit", where=where, names=len(names), scores=num_classes)
        texts = texts if isinstance(texts, Mapping) else {}
        return tuple(plain(texts.get(name, name)) for name in names)
    tag = both.get("tag")
    if num_classes == IMAGENET_1K and isinstance(tag, str) and _IMAGENET_TAG.fullmatch(tag):
        return imagenet_names()
    return ()


def imagenet_names() -> tuple[str, ...]:
    """The 1,000 classes of ImageNet-1k, in the order that every published head has."""
    found = json.loads((shipped("assets") / "labels" / "imagenet1k.json").read_text(encoding="utf-8"))
    return tuple(found["names"])
