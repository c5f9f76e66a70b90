from __future__ import annotations

import math

import pytest
import torch

from vitviz.analysis.detection.boxes import corners, overlap
from vitviz.analysis.detection.loss import GIOU_WEIGHT, L1_WEIGHT, detection_loss, layer_loss
from vitviz.analysis.detection.precision import Precision, average_precision
from vitviz.models.detr import Detections


def giou_on_paper(a: list[float], b: list[float]) -> float:
    """From centres and sizes, one pair, in plain numbers."""
    ax0, ay0, ax1, ay1 = a[0] - a[2] / 2, a[1] - a[3] / 2, a[0] + a[2] / 2, a[1] + a[3] / 2
    bx0, by0, bx1, by1 = b[0] - b[2] / 2, b[1] - b[3] / 2, b[0] + b[2] / 2, b[1] + b[3] / 2
    both = max(0.0, min(ax1, bx1) - max(ax0, bx0)) * max(0.0, min(ay1, by1) - max(ay0, by0))
    union = a[2] * a[3] + b[2] * b[3] - both
    around = (max(ax1, bx1) - min(ax0, bx0)) * (max(ay1, by1) - min(ay0, by0))
    return both / union - (around - union) / around


def test_overlap_is_that_on_paper() -> None:
    boxes = torch.tensor([[0.5, 0.5, 0.4, 0.2], [0.6, 0.5, 0.4, 0.4], [0.1, 0.1, 0.1, 0.1]])
    giou = overlap(corners(boxes), corners(boxes)).giou
    for i, a in enumerate(boxes.tolist()):
        for j, b in enumerate(boxes.tolist()):
            assert giou[i, j].item() == pytest.approx(giou_on_paper(a, b), abs=1e-6)
    assert overlap(corners(boxes), corners(boxes)).iou.diagonal().tolist() == pytest.approx([1, 1, 1])
    nothing = torch.tensor([[0.5, 0.5, 0.0, 0.0]])
    assert overlap(corners(nothing), corners(nothing)).giou.isfinite().all()


def test_the_loss_of_a_layer_is_that_on_paper() -> None:
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(2, 4, 3, generator=generator)  # two classes and "no object"
    boxes = torch.rand(2, 4, 4, generator=generator) * 0.4 + 0.2
    labels, counts = torch.tensor([1, 0, 1]), [1, 2]
    truth = torch.rand(3, 4, generator=generator) * 0.4 + 0.2
    loss = layer_loss(logits, boxes, labels, truth, counts, no_object=0.4)
    target = {
        (p, q): (int(labels[t]), t) for p, q, t in zip(*(x.tolist() for x in loss.matched), strict=True)
    }
    summed, weights, l1, giou = 0.0, 0.0, 0.0, 0.0
    for picture in range(2):
        for query in range(4):
            kind, thing = target.get((picture, query), (2, -1))
            weight = 0.4 if kind == 2 else 1.0
            row = logits[picture, query].tolist()
            summed += weight * (math.log(sum(map(math.exp, row))) - row[kind])
            weights += weight
            if thing >= 0:
                found, wanted = boxes[picture, query].tolist(), truth[thing].tolist()
                l1 += sum(abs(a - b) for a, b in zip(found, wanted, strict=True)) / 3
                giou += (1 - giou_on_paper(found, wanted)) / 3
    assert len(target) == 3
    assert loss.of_class.item() == pytest.approx(summed / weights, abs=1e-6)
    assert loss.of_l1.item() == pytest.approx(l1, abs=1e-6)
    assert loss.of_giou.item() == pytest.approx(giou, abs=1e-6)
    whole, layers = detection_loss(
        Detections(torch.stack([logits, logits.flip(1)]), torch.stack([boxes, boxes.flip(1)])),
        labels,
        truth,
        counts,
    )
    expected = summed / weights + L1_WEIGHT * l1 + GIOU_WEIGHT * giou
    # The second layer has the same answers in other queries: matched anew, it costs the same.
    assert whole.item() == pytest.approx(2 * expected, abs=1e-5)
    assert layers[1].matched.query.tolist() != layers[0].matched.query.tolist()


def test_average_precision_on_paper() -> None:
    assert average_precision([(0.9, True), (0.8, True)], 2) == 1.0
    # Precision 1 up to recall 1/2 (51 of the 101 recalls), then 2/3 up to 1.
    assert average_precision([(0.9, True), (0.5, True), (0.8, False)], 2) == pytest.approx(
        (51 + 50 * 2 / 3) / 101
    )
    assert average_precision([], 3) == 0.0
    assert math.isnan(average_precision([(0.5, False)], 0))
    logits = torch.full((3, 3), -5.0)
    logits[0, 0], logits[1, 0], logits[2, 2] = 5.0, 4.0, 9.0  # twice the same thing; the third sees nothing
    box = [0.5, 0.5, 0.2, 0.2]
    precision = Precision(2, 0.5)
    precision.add(logits, torch.tensor([box, box, box]), torch.tensor([0]), torch.tensor([box]))
    assert precision.average() == 1.0
    precision.add(logits[2:], torch.tensor([[0.1, 0.1, 0.1, 0.1]]), torch.tensor([0]), torch.tensor([box]))
    assert precision.average() == pytest.approx(51 / 101)
