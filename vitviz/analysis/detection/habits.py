"""Where each query's answers lie over many pages, and how many doubles there are with and without self-attention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.detection.silence import SURE, doubles, only_itself
from vitviz.models.detr import Detections, Detr
from vitviz.models.sided import Side
from vitviz.probe import Probe, no_probe
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import page_pixels

PAGES = 300
AT_ONCE = 20


class Cut(NamedTuple):
    """A run in which queries see only themselves in some decoder layers; none of them is the plain run."""

    layers: tuple[int, ...]
    doubles: int
    answers: int


@dataclass
class Habits:
    """Over ``pages`` pages: of every answer of at least 0.5 the query, class and box, and the counts of each cut."""

    pages: int = 0
    queries: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    boxes: list[list[float]] = field(default_factory=list)  # centre and size
    cuts: dict[tuple[int, ...], Cut] = field(default_factory=dict)

    def arrays(self) -> dict[str, NDArray[np.int32] | NDArray[np.float32]]:
        """The answers as arrays: queries (A,), kinds (A,), boxes (A, 4)."""
        return {
            "queries": np.array(self.queries, np.int32),
            "kinds": np.array(self.kinds, np.int32),
            "boxes": np.array(self.boxes, np.float32).reshape(-1, 4),
        }


def cuts_of(depth: int) -> list[tuple[int, ...]]:
    """No layer, each layer alone, all of them."""
    return [(), *((layer,) for layer in range(depth)), tuple(range(depth))]


@torch.no_grad()
def habits(network: Detr, pages: int = PAGES, at_once: int = AT_ONCE) -> Iterator[Habits]:
    """Run the network on the first random pages that it never saw, some at once.

    What is known so far comes after each of these runs: one object that grows.
    """
    found = Habits()
    size = network.config.image_size[0]
    for first in range(0, pages, at_once):
        count = min(at_once, pages - first)
        images = page_pixels(*(draw(from_text(str(first + i)), size) for i in range(count)))
        side: Side = {}
        memory = _encoded(network, images, side)
        for cut in cuts_of(network.config.decoder_depth):
            answer = _decoded(network, memory, dict(side), only_itself(cut) if cut else no_probe)
            _count(found, cut, answer)
        found.pages += count
        yield found


def _encoded(network: Detr, images: Tensor, side: Side) -> Tensor:
    x = network.embed(images, no_probe, side)
    for name, _ in network.steps():
        if name.startswith("encoder."):
            x = network.run_step(name, x, no_probe, side)
    return x  # (B, Q, D), zeros: the decoder's start


def _decoded(network: Detr, x: Tensor, side: Side, probe: Probe) -> Detections:
    for name, _ in network.steps():
        if name.startswith("decoder."):
            x = network.run_step(name, x, probe, side)
    answer: Detections = network.classify(x, no_probe, side)
    return answer


def _count(found: Habits, cut: tuple[int, ...], answer: Detections) -> None:
    every: Tensor = answer.class_logits[-1].softmax(dim=-1)  # (B, Q, K + 1)
    pairs = kept = 0
    for probabilities, boxes in zip(every, answer.boxes[-1], strict=True):
        score, kind = probabilities[:, :-1].max(dim=-1)  # (Q,) both
        sure: Sequence[int] = (score >= SURE).nonzero().flatten().tolist()
        pairs += len(doubles(probabilities, boxes))
        kept += len(sure)
        if not cut:
            found.queries += sure
            found.kinds += kind[sure].tolist()
            found.boxes += boxes[sure].tolist()
    before = found.cuts.get(cut, Cut(cut, 0, 0))
    found.cuts[cut] = Cut(cut, before.doubles + pairs, before.answers + kept)
