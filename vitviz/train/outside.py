"""How well pictures from outside a network's world are told from those inside: by distance, and by confidence.

The distances are those of ``world.py``. Pictures from outside are the app's samples that show nothing the network
knows and, if a folder is named, every picture in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from vitviz.images import Preprocessing, open_image, preprocess
from vitviz.samples import SAMPLES
from vitviz.train.checkpoint import load_weights
from vitviz.train.recipe import Network
from vitviz.train.world import World, auroc, pooled_features
from vitviz.zoo.registry import ModelEntry

INSIDE_SHARE = 0.9  # of the validation pictures: beyond their distance a picture counts as not of this world


@dataclass(frozen=True)
class OutsideFigures:
    """Area under the curve of both measures, and what a limit that 90 % of the validation pictures keep would mark.

    ``foreign`` pictures are from outside, of which ``marked_distance`` and ``marked_confidence`` would be marked.
    """

    foreign: int
    auroc_distance: float
    auroc_confidence: float
    distance_limit: float
    marked_distance: int
    marked_confidence: int


def read_world(path: Path) -> World:
    """The statistics that training left."""
    stored = load_weights(path)
    return World(stored["means"], stored["precision"])


def foreign_pictures(folder: Path | None) -> list[Image.Image]:
    """The app's samples that show nothing of the twenty classes, and all pictures in a folder."""
    paths = [sample.path for sample in SAMPLES if not sample.shows]
    paths += sorted(folder.iterdir()) if folder else []
    return [open_image(path).image for path in paths]


def features_of(network: Network, pictures: list[Image.Image], spec: Preprocessing) -> Tensor:
    """What the head reads of pictures that are prepared as the app does it, (N, D)."""
    parts = []
    for i in range(0, len(pictures), 32):
        arrays = np.stack([preprocess(picture, spec)[1] for picture in pictures[i : i + 32]])
        parts.append(pooled_features(network, torch.from_numpy(arrays)))
    return torch.cat(parts)


@torch.no_grad()
def outside_figures(
    network: Network, entry: ModelEntry, world: World, inside: Tensor, folder: Path | None
) -> OutsideFigures:
    """Compare pictures from inside, of which the features (N, D) are given, with pictures from outside."""
    outside = features_of(network, foreign_pictures(folder), entry.preprocessing)
    near, far = world.distance(inside), world.distance(outside)
    assert network.head is not None
    # Doubt rather than confidence, so that both measures grow towards the outside.
    doubts = [1 - network.head(features).softmax(dim=1).amax(dim=1) for features in (inside, outside)]
    limit = near.quantile(INSIDE_SHARE).item()
    return OutsideFigures(
        len(outside),
        auroc(near, far),
        auroc(doubts[0], doubts[1]),
        limit,
        int((far > limit).sum()),
        int((doubts[1] > doubts[0].quantile(INSIDE_SHARE)).sum()),
    )
