"""Names of classes: those that a configuration brings, and those of ImageNet where it says that it is that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vitviz.zoo.errors import CheckpointError, plain
from vitviz.zoo.imagenet import IMAGENET_21K, imagenet_names

UNNAMED = re.compile(r"LABEL_\d+")  # what transformers writes where nobody named the classes
# The last word of timm's tags that says on which classes the head was trained, and how many those are.
_IMAGENET_TAG = re.compile(r"(?:.*_)?(?P<list>in1k|imagenet1k|in12k|in21k|in22k)(?:_\d+(?:px)?)?")
_CLASSES = {"in1k": 1000, "imagenet1k": 1000, "in12k": 11_821, "in21k": IMAGENET_21K, "in22k": 21_841}


def transformers_names(table: Mapping[str, Any], where: str, num_classes: int) -> tuple[str, ...]:
    """The names in ``id2label``, in the order of the scores.

    None where they are numbers only, but for 21,843 classes: no list has so many but Google's of ImageNet-21k.

    Raises:
        CheckpointError: if there are more or fewer names than scores.
    """
    names = table.get("id2label")
    if not num_classes:
        return ()
    by_index = (
        {str(index): plain(name) for index, name in names.items()} if isinstance(names, Mapping) else {}
    )
    if all(UNNAMED.fullmatch(name) for name in by_index.values()):
        return imagenet_names(num_classes) if num_classes == IMAGENET_21K else ()
    ordered = [by_index.get(str(index)) for index in range(num_classes)]
    if len(by_index) != num_classes or None in ordered:
        raise CheckpointError("classes_do_not_fit", where=where, names=len(by_index), scores=num_classes)
    return tuple(name for name in ordered if name is not None)


def timm_names(table: Mapping[str, Any], where: str, num_classes: int) -> tuple[str, ...]:
    """The names that timm's configuration brings, or those of ImageNet where its tag says so; else none.

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
    tag = both.get("tag") or str(both.get("architecture", "")).partition(".")[2]
    match = _IMAGENET_TAG.fullmatch(tag) if isinstance(tag, str) else None
    return imagenet_names(num_classes) if match and _CLASSES[match["list"]] == num_classes else ()
