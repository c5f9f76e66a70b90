"""How good a detector is: average precision as COCO has it, over many pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.detection.boxes import corners, overlap

RECALLS = np.linspace(0, 1, 101)


@dataclass
class Precision:
    """Collects the answers to pictures one after another; ``average`` sums them up.

    Every query answers with its best class other than "no object". An answer is right if its box and a thing of its
    class, which no answer with a higher score took before, have an IoU of at least ``threshold``.
    """

    num_classes: int
    threshold: float
    answers: list[list[tuple[float, bool]]] = field(init=False)
    things: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.answers = [[] for _ in range(self.num_classes)]
        self.things = [0] * self.num_classes

    def add(self, class_logits: Tensor, boxes: Tensor, labels: Tensor, truth: Tensor) -> None:
        """The answers to one picture, (Q, K + 1) and (Q, 4), and its things, (M,) and (M, 4)."""
        scores, classes = class_logits.softmax(dim=-1)[:, :-1].max(dim=-1)  # (Q,) both
        iou = overlap(corners(boxes), corners(truth)).iou.tolist()  # (Q, M)
        kinds, free = labels.tolist(), [True] * len(labels)
        for kind in kinds:
            self.things[kind] += 1
        found = classes.tolist()
        for query in scores.argsort(descending=True).tolist():
            fits = [i for i, kind in enumerate(kinds) if free[i] and kind == found[query]]
            best = max(fits, key=iou[query].__getitem__, default=None)
            right = best is not None and iou[query][best] >= self.threshold
            if best is not None and right:
                free[best] = False
            self.answers[found[query]].append((scores[query].item(), right))

    def of_class(self, kind: int) -> float:
        """Average precision of one class; not a number where no picture had such a thing."""
        return average_precision(self.answers[kind], self.things[kind])

    def average(self) -> float:
        """The mean over the classes that there were."""
        return float(np.nanmean([self.of_class(kind) for kind in range(self.num_classes)]))


def average_precision(answers: list[tuple[float, bool]], things: int) -> float:
    """The mean of the highest precision at or beyond each of 101 recalls, from (score, right) of every answer."""
    if not things:
        return float("nan")
    right = np.array([hit for _, hit in sorted(answers, key=lambda answer: -answer[0])], bool)
    hits = right.cumsum()
    precision: NDArray[np.float64] = hits / np.arange(1, len(right) + 1)
    best_beyond = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(hits / things, RECALLS)  # the first answer that reaches each recall
    return float(np.append(best_beyond, 0.0)[place].mean())
