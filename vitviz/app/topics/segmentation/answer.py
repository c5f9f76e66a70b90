"""What the page's browser part gets of one scene: what the chosen section shows of the network's run on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz.app.topics.segmentation import expanding, growth, loss, skips, u, windows
from vitviz.app.topics.segmentation.run import PageRun, run_on

if TYPE_CHECKING:
    from vitviz.worlds.picture_book import Page


def painting(run: PageRun, options: Mapping[str, str]) -> dict[str, Any]:
    """The answer with every pixel's probabilities, and the figures of this scene."""
    from vitviz.analysis.segmentation.answer import judge, missing

    probabilities = run.trace["logits"].softmax(dim=1)[0].numpy()  # (K, H, W)
    answer = probabilities.argmax(axis=0).astype(np.uint8)
    verdict = judge(answer, run.page.classes, len(probabilities))
    return {
        "probabilities": probabilities,
        "iou": verdict.iou,
        "figures": np.array([verdict.pixels, verdict.mean_iou, verdict.edges]),
        "missing": [asdict(each) for each in missing(answer, run.page.classes, verdict.iou)],
    }


Section = Callable[[PageRun, Mapping[str, str]], dict[str, Any]]
SECTIONS: dict[str, Section] = {
    "painting": painting,
    "u": u.maps,
    "growth": growth.levels_of,
    "skips": skips.switched,
    "expanding": expanding.opened,
    "loss": loss.opened,
    "windows": windows.block,
}


def answer(page: Page, options: Mapping[str, str]) -> dict[str, Any]:
    """Picture, truth and answer of a page, and what the section ``options["section"]`` shows.

    Raises:
        ValueError: if there is no such section, or an option of it is no whole number.
    """
    name = options.get("section", "painting")
    if name not in SECTIONS:
        raise ValueError(f"the sections are {', '.join(SECTIONS)}, not {name[:40]!r}")
    run = run_on(page)
    return {
        "section": name,
        "picture": np.ascontiguousarray(page.picture),  # (96, 96, 3)
        "truth": np.ascontiguousarray(page.classes),  # (96, 96)
        "answer": run.trace["logits"][0].argmax(dim=0).numpy().astype(np.uint8),  # (96, 96)
        **SECTIONS[name](run, options),
    }
