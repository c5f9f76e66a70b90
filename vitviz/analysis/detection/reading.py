"""What one run of a DETR on one page left behind: answers of every decoder layer, weights, costs and losses.

Letters as in ``vitviz.models.detr``: Q queries, H heads, N places of the map, L decoder layers, M things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from vitviz.analysis.detection.loss import LayerLoss, detection_loss
from vitviz.analysis.detection.matching import Costs, matching_costs
from vitviz.models.detr import Detections, Detr
from vitviz.tracing.interventions import Record

if TYPE_CHECKING:
    from vitviz.worlds.picture_book import Page


@dataclass(frozen=True, eq=False)
class Truth:
    """The things of a page that a detector is asked for: labels (M,), boxes (M, 4) as centre and size."""

    labels: Tensor
    boxes: Tensor
    things: list[int]  # their numbers in the scene


@dataclass(frozen=True, eq=False)
class Reading:
    """One run. ``answer`` has a picture's axis, B = 1, the other tensors have none.

    ``cross`` (L, H, Q, N) are the weights of the queries on the map, ``own`` (L, H, Q, Q) those among themselves;
    ``added`` (L, Q, D) is what self-attention adds to each query's stream.
    """

    answer: Detections
    cross: Tensor
    own: Tensor
    added: Tensor

    @property
    def probabilities(self) -> Tensor:
        """(L, Q, K + 1)."""
        return self.answer.class_logits[:, 0].softmax(dim=-1)

    @property
    def boxes(self) -> Tensor:
        """(L, Q, 4), centre and size."""
        return self.answer.boxes[:, 0]

    def costs(self, truth: Truth) -> list[Costs]:
        """The matching's costs, layer by layer, each term (Q, M)."""
        logits = self.answer.class_logits[:, 0]
        return [
            matching_costs(of_layer, boxes, truth.labels, truth.boxes)
            for of_layer, boxes in zip(logits, self.boxes, strict=True)
        ]

    def losses(self, truth: Truth) -> tuple[Tensor, list[LayerLoss]]:
        """The loss of this page alone: the sum, and each layer's terms."""
        return detection_loss(self.answer, truth.labels, truth.boxes, [len(truth.labels)])


def truth_of(page: Page) -> Truth:
    """The things of a page of which enough is seen."""
    there = [number for number, asked in enumerate(page.asked) if asked]
    boxes = torch.from_numpy(page.boxes[there]).reshape(-1, 4)
    centre_and_size = torch.cat([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], dim=1)
    return Truth(torch.from_numpy(page.labels[there]), centre_and_size, there)


@torch.no_grad()
def read(network: Detr, image: Tensor) -> Reading:
    """Run the network on one picture (1, 3, height, width) and keep what the answers are made of."""
    layers = [f"decoder.{i}" for i in range(network.config.decoder_depth)]
    names = {
        f"{layer}.{short}" for layer in layers for short in ("pattern", "cross_attn.pattern", "attn_out")
    }
    record = Record(names.__contains__)
    answer: Detections = network(image, record)

    def every(short: str) -> Tensor:
        return torch.stack([record.tensors[f"{layer}.{short}"][0] for layer in layers])

    return Reading(answer, every("cross_attn.pattern"), every("pattern"), every("attn_out"))


@torch.no_grad()
def constant_of_layer_0(network: Detr) -> Tensor:
    """What the first decoder layer's self-attention adds to every query, whatever the picture: (D,).

    The decoder's stream starts as zeros, so that all values are the bias of ``v_proj``; weights that sum to 1 make of
    equal values that value again.
    """
    block = network.decoder[0]
    added: Tensor = block.attn.proj(block.attn.v_proj.bias)  # type: ignore[union-attr, operator]
    return added
