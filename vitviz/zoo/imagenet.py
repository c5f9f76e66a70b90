"""The classes of ImageNet by name, in the order that every published head has: by their number in WordNet.

Imports no torch.
"""

from __future__ import annotations

from vitviz.zoo.shipped import ASSETS, shipped_json

IMAGENET_1K, IMAGENET_12K, IMAGENET_22K, IMAGENET_21K = 1000, 11_821, 21_841, 21_843


def imagenet_names(num_classes: int) -> tuple[str, ...]:
    """The names of one of ImageNet's lists of classes, by how many there are.

    1,000 of the challenge; 21,843 as Google has them and 21,841 as the others (two classes fewer); the 11,821 of timm.

    Raises:
        CheckpointError: if the names are not there.
        KeyError: if no list has so many.
    """
    if num_classes == IMAGENET_1K:
        return tuple(shipped_json(ASSETS / "labels" / "imagenet1k.json")["names"])
    found = shipped_json(ASSETS / "labels" / "imagenet21k.json")
    marks = bytes.fromhex(found["in_12k"])  # one bit for every name, the first the highest
    kept = {
        IMAGENET_21K: lambda i: True,
        IMAGENET_22K: lambda i: i not in found["not_in_22k"],
        IMAGENET_12K: lambda i: bool(marks[i // 8] >> (7 - i % 8) & 1),
    }[num_classes]
    return tuple(name for i, name in enumerate(found["names"]) if kept(i))
