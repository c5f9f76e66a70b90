"""Section of the segmentation page: what can be read off every level, from 3 x 3 tokens to 96 x 96 pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitviz.app.topics.segmentation.run import PageRun, levels, readouts


def levels_of(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """One answer for each level of the way up, one for each skip alone, and the truth as coarse as each."""
    from vitviz.analysis.segmentation.nodes import features
    from vitviz.analysis.segmentation.readout import shares_below

    fitted, truth = readouts(), run.page.classes
    own = run.trace["logits"][0].softmax(dim=0).permute(1, 2, 0).numpy()  # (96, 96, K)
    rows = []
    for name, x in features(run.trace, levels()).items():
        kind = "skip" if name.startswith("skip") else "up"
        rows.append(_row(name, kind, fitted.scores(name, x), truth))
        if kind == "up":
            rows.append(_row(name, "best", shares_below(truth, x.shape[:2], own.shape[-1]), truth))
    rows.append(_row("logits", "own", own, truth))
    return {"levels": rows}


def _row(name: str, kind: str, shares: NDArray[np.floating], truth: NDArray[np.uint8]) -> dict[str, Any]:
    """One answer: the shares of the classes in every cell, and how right their largest ones are."""
    from vitviz.analysis.segmentation.answer import judge
    from vitviz.analysis.segmentation.readout import enlarged

    mask = shares.argmax(axis=-1).astype(np.uint8)
    verdict = judge(enlarged(mask, (len(truth), len(truth))), truth, shares.shape[-1])
    return {
        "kind": kind,
        "name": name,
        "side": len(mask),
        "shares": np.ascontiguousarray(shares, np.float32),
        "pixels": verdict.pixels,
        "meanIou": verdict.mean_iou,
    }
