"""Ship the best weights of a run with their card.

``python -m vitviz.train.export --model vit --data everyday20.npz``

Three files go into ``assets/weights``: ``NAME.safetensors`` (float16), ``NAME.json`` (hash, temperature,
figures, recipe) and ``NAME.md`` (the same for people). The figures are measured on the file that is shipped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open

from vitviz.models.build import build
from vitviz.train.card import card
from vitviz.train.checkpoint import load_weights, save_weights, write_atomically
from vitviz.train.config import SHORT_NAMES, Timeline, TrainConfig
from vitviz.train.evaluate import evaluate
from vitviz.zoo.registry import ASSETS, find


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_run(run: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The recipe of a run and its log, one entry an epoch; the run may still be going.

    Raises:
        ValueError: there is no run in the folder, or not one epoch of it.
    """
    recipe, log = run / "config.json", run / "log.jsonl"
    if not recipe.is_file() or not log.is_file():
        raise ValueError(f"there is no epoch of a run in {run}")
    lines = log.read_text(encoding="utf-8").splitlines()
    return json.loads(recipe.read_text(encoding="utf-8")), [json.loads(line) for line in lines]


def compute(log: list[dict[str, Any]]) -> dict[str, Any]:
    """What the run cost, from its log."""
    return {
        "epochs": len(log),
        "steps": log[-1]["step"],
        "minutes": round(log[-1]["seconds"] / 60, 1),
        "device": log[-1]["device"],
        "threads": log[-1]["threads"],
    }


def export(model: str, data: Path, run: Path, out: Path, device: str = "cpu") -> dict[str, Any]:
    """Write weights, JSON and card; what the JSON holds is returned.

    Raises:
        ValueError: the run is of another model, or its weights do not fit.
    """
    entry = find(SHORT_NAMES.get(model, model))
    recipe, log = read_run(run)
    config = TrainConfig.from_json(recipe)
    if config.model != entry.name:
        raise ValueError(f"{run} is a run of {config.model}, not of {entry.name}")
    weights = load_weights(run / "best.safetensors")
    with safe_open(run / "best.safetensors", "pt") as file:
        best = file.metadata()
    with np.load(data, allow_pickle=False) as file:
        steps = Timeline(config, int((~file["is_val"]).sum())).steps
    network = build(entry.config)
    network.load_state_dict(weights)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    out.mkdir(parents=True, exist_ok=True)
    shipped = out / f"{entry.name}.safetensors"
    save_weights(shipped, {name: tensor.half() for name, tensor in weights.items()})
    figures = evaluate(entry.name, data, shipped, device)
    facts = {
        "model": entry.name,
        "title": entry.title,
        "file": shipped.name,
        "sha256": sha256(shipped),
        "bytes": shipped.stat().st_size,
        "dtype": "float16",
        "parameters": parameters,
        "temperature": round(figures.temperature, 4),
        "figures": _rounded(asdict(figures)),
        "recipe": config.to_json(),
        "run": compute(log)
        | {"of_steps": steps, "shipped_step": int(best["step"]), "history": recipe["history"]},
        "log": log,
    }
    text = json.dumps(facts, indent=1) + "\n"
    write_atomically(out / f"{entry.name}.json", lambda part: part.write_text(text, encoding="utf-8"))
    write_atomically(out / f"{entry.name}.md", lambda part: part.write_text(card(facts), encoding="utf-8"))
    return facts


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def main(arguments: list[str] | None = None) -> int:
    """Export and print what was shipped as one line of JSON."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.export", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--run", type=Path, help="folder of the run (default: runs/MODEL)")
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int)
    args = p.parse_args(arguments)
    if args.threads:
        torch.set_num_threads(args.threads)
    facts = export(args.model, args.data, args.run or Path("runs") / args.model, args.out, args.device)
    print(
        json.dumps({key: facts[key] for key in ("file", "sha256", "bytes", "temperature", "figures", "run")})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
