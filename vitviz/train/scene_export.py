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
from safetensors import safe_open

from vitviz.analysis.segmentation.loss import dice_score_of_classes, iou_of_classes
from vitviz.models.build import build_scene_network
from vitviz.train.checkpoint import load_weights, save_weights, sha256, write_atomically
from vitviz.train.config import SHORT_NAMES, SceneConfig
from vitviz.train.export import read_run
from vitviz.train.scene_card import scene_card
from vitviz.train.scenes import NEW, SceneSet, scene_set
from vitviz.train.tasks.scenes import measure_detection, measure_segmentation
from vitviz.zoo.registry import ASSETS
from vitviz.zoo.scene_models import SceneEntry, find_scene_model

PAGES = 1000
GOALS = {"detection": {"ap50": 0.95, "ap75": 0.88}, "segmentation": {"miou": 0.80}}


@torch.inference_mode()
def figures_of(entry: SceneEntry, weights: Path, pages: SceneSet) -> dict[str, Any]:
    """The figures of a weights file on some pages."""
    network = build_scene_network(entry.config)
    network.load_state_dict(load_weights(weights))
    network.eval()
    if entry.task == "detection":
        figures = measure_detection(network, pages, entry.config.num_classes)
        for name in ("ap50", "ap75"):
            figures[f"{name}_of_classes"] = dict(
                zip(entry.class_names, figures[f"{name}_of_classes"], strict=False)
            )
        return {"pages": len(pages), **_rounded(figures)}
    counts = measure_segmentation(network, pages, entry.config.num_classes)
    iou, dice = iou_of_classes(counts), dice_score_of_classes(counts)
    return {
        "pages": len(pages),
        "miou": round(float(iou.mean()), 4),
        "pixels": round(float(counts.diagonal().sum() / counts.sum()), 4),
        "iou_of_classes": _rounded(dict(zip(entry.class_names, iou.tolist(), strict=True))),
        "dice_of_classes": _rounded(dict(zip(entry.class_names, dice.tolist(), strict=True))),
    }


def export_scene_model(
    model: str, run: Path, out: Path, pages: SceneSet, goal: bool = True
) -> dict[str, Any]:
    """Write weights, JSON and card; what the JSON holds is returned.

    Raises:
        ValueError: the run is of another model, or its weights miss the goal (with ``goal``); nothing is left then.
    """
    entry = find_scene_model(SHORT_NAMES.get(model, model))
    recipe, log = read_run(run)
    config = SceneConfig.from_json(recipe)
    if config.model != entry.name:
        raise ValueError(f"{run} is a run of {config.model}, not of {entry.name}")
    with safe_open(run / "best.safetensors", "pt") as file:
        best = file.metadata()
    out.mkdir(parents=True, exist_ok=True)
    shipped, measured = out / f"{entry.name}.safetensors", out / f"{entry.name}.new.safetensors"
    weights = {name: tensor.half() for name, tensor in load_weights(run / "best.safetensors").items()}
    save_weights(measured, weights)
    figures = figures_of(entry, measured, pages)
    missed = {name: figures[name] for name, least in GOALS[entry.task].items() if figures[name] < least}
    if missed and goal:
        measured.unlink()
        raise ValueError(f"the weights miss the goal {GOALS[entry.task]}: {missed}; let the run go on")
    measured.replace(shipped)
    last = log[-1]
    facts = {
        "model": entry.name,
        "title": entry.title,
        "task": entry.task,
        "file": shipped.name,
        "sha256": sha256(shipped),
        "bytes": shipped.stat().st_size,
        "dtype": "float16",
        "parameters": sum(parameter.numel() for parameter in build_scene_network(entry.config).parameters()),
        "figures": figures,
        "goals": GOALS[entry.task],
        "recipe": config.to_json() | {"begin_with": Path(config.begin_with).name},
        "run": {
            "steps": last["step"],
            "shipped_step": int(best["step"]),
            "minutes": round(last["seconds"] / 60, 1),
            "cpu_minutes": round(last["cpu_seconds"] / 60, 1),
            "device": last["device"],
            "threads": last["threads"],
            "history": recipe["history"],
        },
        "log": log,
    }
    text = json.dumps(facts, indent=1) + "\n"
    write_atomically(out / f"{entry.name}.json", lambda part: part.write_text(text, encoding="utf-8"))
    card = scene_card(facts)
    write_atomically(out / f"{entry.name}.md", lambda part: part.write_text(card, encoding="utf-8"))
    return facts


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _rounded(value) if isinstance(value, dict) else round(value, 4)
        for name, value in values.items()
    }


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
