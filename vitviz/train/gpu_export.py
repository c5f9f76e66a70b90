"""Ship what a run on a GPU left, with a card.

``python -m vitviz.train.gpu_export --model vit --data everyday20.npz --run OUT --device-name "one H200 GPU"``

``OUT`` is the folder that ``vitviz.train.gpu`` wrote into: weights and ``log.jsonl``. What is known of the weights
shipped before goes into the new card.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from vitviz.models.build import build
from vitviz.train.checkpoint import load_weights, save_weights, sha256
from vitviz.train.config import SHORT_NAMES
from vitviz.train.data import validation_pictures
from vitviz.train.evaluate import attention_on_samples, coarse_groups, measure, trained_network
from vitviz.train.export import write
from vitviz.train.gpu_recipes import PupilRecipe, pupil_recipe
from vitviz.train.outside import features_of, ship_world
from vitviz.zoo.registry import ASSETS, ModelEntry, find

SAME = ("top1", "top1_coarse", "balanced_top1", "ece", "ece_scaled", "nll", "nll_scaled")


def before(entry: ModelEntry, out: Path) -> dict[str, Any] | None:
    """The figures of the weights that are shipped now, and how they came about; None where there are none."""
    shipped, described = out / f"{entry.name}.safetensors", out / f"{entry.name}.json"
    if not described.is_file():
        return None
    facts = json.loads(described.read_text(encoding="utf-8"))
    total = facts["total"]
    known: dict[str, Any] = {key: facts["figures"][key] for key in SAME} | {"sha256": facts["sha256"]}
    known["how"] = f"{total['steps']:,} steps in {total['minutes']:g} minutes on {facts['run']['device']}"
    spread = attention_on_samples(trained_network(entry, shipped), entry)
    known["attention"] = {key: round(value, 4) for key, value in asdict(spread).items()}
    if "before" in facts:
        known["before"] = facts["before"]
    return known


def lines_of(run: Path) -> list[dict[str, Any]]:
    """The log of a run."""
    return [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def ends(lines: list[dict[str, Any]], part: str) -> dict[str, Any]:
    """The last line of a part.

    Raises:
        ValueError: it did not come to its end.
    """
    found = [line for line in lines if line["part"] == part and line.get("done")]
    if not found:
        raise ValueError(f"the log has no end of {part}")
    return found[-1]


def history(
    lines: list[dict[str, Any]], model: str, recipe: PupilRecipe, device: str, date: str
) -> dict[str, Any]:
    """What the card tells of how weights came about, from the log."""
    end = ends(lines, model)
    names = sorted({line["part"] for line in lines if line["part"].startswith("teacher")})
    teachers = [ends(lines, name) | {"name": name} for name in names]
    plain = asdict(recipe)
    plain["phases"] = [phase | {"until": round(phase["until"], 3)} for phase in plain["phases"]]
    return {
        "recipe": {"model": model, "seed": 0} | plain,
        "run": {
            "epochs": round(end["epochs"]),
            "steps": sum(end["steps"]),
            "phase_steps": end["steps"],
            "minutes": round(end["seconds"] / 60, 1),
            "teacher_minutes": round(max(teacher["at"] for teacher in teachers) / 60, 1),
            "device": device,
            "date": date,
        },
        "teachers": [
            {
                "epochs": round(teacher["epochs"]),
                "minutes": round(teacher["at"] / 60, 1),
                "top1": round(teacher["val"], 4),
            }
            for teacher in teachers
        ],
        "log": [line for line in lines if line["part"] == model],
    }


def export(
    model: str,
    data: Path,
    run: Path,
    out: Path,
    device: str,
    foreign: Path | None = None,
    date: str = "",
    foreign_from: str = "",
) -> dict[str, Any]:
    """Write weights, the statistics of their features, JSON and card; what the JSON holds is returned."""
    entry = find(SHORT_NAMES.get(model, model))
    today = datetime.date.today().isoformat()
    known = history(lines_of(run), entry.name, pupil_recipe(entry.name), device, date or today)
    weights = load_weights(run / f"{entry.name}.safetensors")
    build(entry.config).load_state_dict(weights)
    out.mkdir(parents=True, exist_ok=True)
    earlier = before(entry, out)
    if earlier is not None and earlier["sha256"] != sha256(run / f"{entry.name}.safetensors"):
        known["before"] = earlier
    save_weights(out / f"{entry.name}.safetensors", {name: tensor.half() for name, tensor in weights.items()})
    statistics = out / "world" / f"{entry.name}.safetensors"
    statistics.parent.mkdir(exist_ok=True)
    save_weights(statistics, load_weights(run / f"{entry.name}.world.safetensors"))
    network = trained_network(entry, out / f"{entry.name}.safetensors")
    pictures, labels, classes = validation_pictures(data)
    features = features_of(network, pictures, entry.preprocessing)
    with torch.no_grad():
        assert network.head is not None
        logits = network.head(features).double().numpy()
    figures = measure(logits, labels, classes, coarse_groups(classes))
    known["world"] = ship_world(
        entry, network, figures.temperature, figures.unsure_below, out, features, foreign, foreign_from
    )
    return write(entry, figures, out, known)


def main(arguments: list[str] | None = None) -> int:
    """Export and print what was shipped as one line of JSON."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.gpu_export", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--run", required=True, type=Path)
    p.add_argument("--foreign", type=Path, help="a folder of pictures that show nothing of the classes")
    p.add_argument("--foreign-from", default="", help="what the card says of where these are from")
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    p.add_argument("--device-name", default="one GPU", help="what the card says of the machine")
    p.add_argument("--date", default="", help="when the run was (default: today)")
    args = p.parse_args(arguments)
    facts = export(
        args.model,
        args.data,
        args.run,
        args.out,
        args.device_name,
        args.foreign,
        args.date,
        args.foreign_from,
    )
    print(json.dumps({key: facts[key] for key in ("file", "sha256", "temperature", "figures", "attention")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
