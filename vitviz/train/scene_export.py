"""Ship the best weights of a run on the picture book with their card.

``python -m vitviz.train.scene_export --model detr --run runs/detr``. Three files go into ``assets/weights``, as for the
classifiers: ``NAME.safetensors`` (float16), ``NAME.json`` and ``NAME.md``. The figures are measured on the file that is
shipped, on 1,000 pages that neither training nor the choice of the weights ever saw. Weights that miss their model's
goal are not shipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vitviz.analysis.segmentation.loss import dice_score_of_classes, iou_of_classes
from vitviz.models.build import build_scene_network
from vitviz.train.config import SHORT_NAMES, SceneConfig
from vitviz.train.scene_card import scene_card
from vitviz.train.scenes import NEW, SceneSet, scene_set
from vitviz.train.shipping import rounded, ship
from vitviz.train.tasks.scenes import measure_detection, measure_segmentation
from vitviz.zoo.registry import ASSETS
from vitviz.zoo.scene_models import SceneEntry, find_scene_model

PAGES = 1000
GOALS = {"detection": {"ap50": 0.95, "ap75": 0.88}, "segmentation": {"miou": 0.80}}


@torch.inference_mode()
def figures_of(entry: SceneEntry, network: nn.Module, pages: SceneSet) -> dict[str, Any]:
    """The figures of a network on some pages."""
    if entry.task == "detection":
        figures = measure_detection(network, pages, entry.config.num_classes)
        for name in ("ap50", "ap75"):
            figures[f"{name}_of_classes"] = dict(
                zip(entry.class_names, figures[f"{name}_of_classes"], strict=False)
            )
        return {"pages": len(pages), **rounded(figures)}
    counts = measure_segmentation(network, pages, entry.config.num_classes)
    iou, dice = iou_of_classes(counts), dice_score_of_classes(counts)
    return {
        "pages": len(pages),
        "miou": round(float(iou.mean()), 4),
        "pixels": round(float(counts.diagonal().sum() / counts.sum()), 4),
        "iou_of_classes": rounded(dict(zip(entry.class_names, iou.tolist(), strict=True))),
        "dice_of_classes": rounded(dict(zip(entry.class_names, dice.tolist(), strict=True))),
    }


def export_scene_model(
    model: str, run: Path, out: Path, pages: SceneSet, goal: bool = True
) -> dict[str, Any]:
    """Write weights, JSON and card; what the JSON holds is returned.

    Raises:
        ValueError: the run is of another model, or its weights miss the goal (with ``goal``); nothing is left then.
    """
    entry = find_scene_model(SHORT_NAMES.get(model, model))
    return ship(
        entry,
        entry.task,
        run,
        out,
        SceneConfig,
        build_scene_network(entry.config),
        lambda network, _: figures_of(entry, network, pages),
        GOALS[entry.task] if goal else {},
        scene_card,
    )


def main(arguments: list[str] | None = None) -> int:
    """Export and print what was shipped as one line of JSON; 1 and a sentence where the goal was missed."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.scene_export", description=__doc__)
    p.add_argument("--model", required=True, help="detr or swin-unet")
    p.add_argument("--run", type=Path, help="folder of the run (default: runs/MODEL)")
    p.add_argument("--data", type=Path, default=Path("runs") / "picture-book", help="where pages are kept")
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    args = p.parse_args(arguments)
    entry = find_scene_model(SHORT_NAMES.get(args.model, args.model))
    pages = scene_set(NEW, PAGES, entry.config.image_size[0], args.data)
    try:
        facts = export_scene_model(args.model, args.run or Path("runs") / args.model, args.out, pages)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({key: facts[key] for key in ("file", "sha256", "bytes", "figures", "run")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
