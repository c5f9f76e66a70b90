"""Section of the segmentation page: IoU, Dice and cross-entropy opened, with their gradients at every pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vitviz.app.topics.segmentation.run import PageRun

OPERANDS = ("both", "only_answer", "only_truth", "union", "iou", "dice", "pt", "pp", "tt", "dice_loss")


def opened(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """The operands of every class, and maps of what each pixel adds and of what training would change there."""
    from vitviz.analysis.segmentation.answer import painted
    from vitviz.analysis.segmentation.gradients import open_loss, overlaps

    logits, truth = run.trace["logits"], run.page.classes
    found = open_loss(logits, truth)
    operands = overlaps(found.probabilities, painted(logits)[0], truth)
    return {
        "probabilities": found.probabilities,
        "crossEntropy": found.cross_entropy,
        "ofCrossEntropy": found.of_cross_entropy,
        "ofDice": found.of_dice,
        "overlaps": np.array([[getattr(each, name) for name in OPERANDS] for each in operands], np.float64),
        "terms": np.array([found.ce, found.dice, found.total], np.float64),
    }
