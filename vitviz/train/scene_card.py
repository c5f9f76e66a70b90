"""The card of a model of the picture book. All figures come from the facts."""

from __future__ import annotations

from typing import Any

from vitviz.train.shipping import head, how_trained, table

LIMITS = """\
- It knows the six things of the picture book as vitviz draws them, at 96 x 96 pixels, and nothing else. A photograph
  gets an answer that means nothing, so the app does not take one here.
- Its figures are of pages drawn by the same rules as those that it learned from. They say nothing of other pictures.
- It is small, and was made to be looked into.
"""

DATA = """\
The picture book: house, tree, car, boat, fish and mushroom, one to six of them on a page, overlapping, before a sky
with hills, a sea or clutter that is no thing. vitviz draws every page from its seed (`vitviz/worlds/`), so every box
and every pixel's class is known, and nothing was collected or labelled. Training, the choice of the weights and the
figures above use pages with different seeds.
"""

RECIPES = {
    "detection": """\
AdamW without decay on biases, norms and queries; warm-up, a plateau, then a cosine; the set loss of DETR on every
decoder layer, each matched anew, with "no object" weighted by `no_object` (the paper's 0.1 is for 100 queries; with 12
it leaves doubles). Pages are mirrored,
their colour channels exchanged, their brightness changed. Encoder and decoder start from
Xavier's weights. What is shipped is a moving average (`ema`), running statistics of the batch norms included.
""",
    "segmentation": """\
AdamW without decay on biases, norms and bias tables; warm-up, then a cosine; 0.4 of the cross-entropy and 0.6 of the
Dice loss, the mean over all seven classes. Pages are mirrored, their colour channels exchanged, their brightness
changed. All matrices start from Xavier's weights: narrow Swins hardly learn from a spread of 0.02. What is shipped is a
moving average (`ema`) of the weights.
""",
}


def scene_card(facts: dict[str, Any]) -> str:
    """The card as Markdown, from what ``export_scene_model`` gathered."""
    return f"""\
{head(facts)}
## How good it is

On {facts["figures"]["pages"]:,} pages that it never saw:

{_figures(facts)}
## What it is not good for

{LIMITS}
{how_trained(facts, RECIPES[facts["task"]])}
## Data

{DATA}"""


def _figures(facts: dict[str, Any]) -> str:
    figures, goals = facts["figures"], facts["goals"]
    if facts["task"] == "detection":
        heads = ("average precision", "IoU 0.5", "IoU 0.75")
        rows = [("all classes", *(f"{figures[name]:.3f}" for name in ("ap50", "ap75")))]
        rows.append(("at least, to be shipped", f"{goals['ap50']:.2f}", f"{goals['ap75']:.2f}"))
        rows += [
            (name, f"{value:.3f}", f"{figures['ap75_of_classes'][name]:.3f}")
            for name, value in figures["ap50_of_classes"].items()
        ]
        return table(heads, rows)
    rows = [("mean of all classes", f"{figures['miou']:.3f}", f"{_mean(figures['dice_of_classes']):.3f}")]
    rows.append(("at least, to be shipped", f"{goals['miou']:.2f}", ""))
    rows += [
        (name, f"{value:.3f}", f"{figures['dice_of_classes'][name]:.3f}")
        for name, value in figures["iou_of_classes"].items()
    ]
    return table(("class", "IoU", "Dice"), rows) + f"\n{figures['pixels']:.1%} of the pixels are right.\n"


def _mean(values: dict[str, float]) -> float:
    return sum(values.values()) / len(values)
