"""Ship the best weights of a run with their card.

``python -m vitviz.train.export --model vit --data everyday20.npz``, or with ``--refresh`` to measure weights that
are already shipped again and write their card anew, without the run that made them.

Three files go into ``assets/weights``: ``NAME.safetensors`` (float16), ``NAME.json`` (hash, temperature,
figures, recipe) and ``NAME.md`` (the same for people). The figures are measured on the file that is shipped.
"""

from __future__ import annotations

import argparse
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
from vitviz.train.checkpoint import load_weights, save_weights, sha256, write_atomically
from vitviz.train.config import SHORT_NAMES, Timeline, TrainConfig
from vitviz.train.evaluate import Figures, attention_on_samples, evaluate, sample_answers, trained_network
from vitviz.train.loop import EARLIER
from vitviz.zoo.registry import ASSETS, ModelEntry, find

HISTORY = (
    "recipe",
    "run",
    "log",
    "earlier",
    "before",
    "teachers",
    "world",
)  # what is known of how weights came about


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


def total(run: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    """The cost of a run and of all that it went on from; ``complete`` is false where one of these left no record."""
    runs, complete = [run], True
    while earlier is not None:
        if "run" in earlier:
            runs.append(earlier["run"])
        complete = "run" in earlier
        earlier = earlier.get("earlier")
    sums = {key: sum(run[key] for run in runs) for key in ("epochs", "steps")}
    minutes = round(sum(run["minutes"] for run in runs), 1)
    return {"runs": len(runs), **sums, "minutes": minutes, "complete": complete}


def export(model: str, data: Path, run: Path, out: Path, device: str = "cpu") -> dict[str, Any]:
    """Write weights, JSON and card; what the JSON holds is returned.

    Raises:
        ValueError: the run is of another model, its weights do not fit, or what it began with is not known.
    """
    entry = find(SHORT_NAMES.get(model, model))
    recipe, log = read_run(run)
    config = TrainConfig.from_json(recipe)
    if config.model != entry.name:
        raise ValueError(f"{run} is a run of {config.model}, not of {entry.name}")
    with safe_open(run / "best.safetensors", "pt") as file:
        best = file.metadata()
    with np.load(data, allow_pickle=False) as file:
        steps = Timeline(config, int((~file["is_val"]).sum())).steps
    history: dict[str, Any] = {
        # A folder of the machine that trained means nothing elsewhere; ``earlier`` names the file by its hash.
        "recipe": config.to_json() | {"begin_with": Path(config.begin_with).name},
        "run": compute(log)
        | {"of_steps": steps, "shipped_step": int(best["step"]), "history": recipe["history"]},
        "log": log,
    }
    if config.begin_with:
        if not (run / EARLIER).is_file():
            raise ValueError(f"{run} began with the weights of an earlier run, but its {EARLIER} is gone")
        history["earlier"] = json.loads((run / EARLIER).read_text(encoding="utf-8"))
    weights = load_weights(run / "best.safetensors")
    build(entry.config).load_state_dict(weights)
    out.mkdir(parents=True, exist_ok=True)
    save_weights(out / f"{entry.name}.safetensors", {name: tensor.half() for name, tensor in weights.items()})
    shipped = out / f"{entry.name}.safetensors"
    return write(entry, evaluate(entry.name, data, shipped, device), out, history)


def refresh(model: str, data: Path, out: Path, device: str = "cpu") -> dict[str, Any]:
    """Measure the weights in ``out`` again and write their JSON and card anew, with the history that the JSON has.

    Raises:
        ValueError: there is no JSON of these very weights.
    """
    entry = find(SHORT_NAMES.get(model, model))
    shipped, described = out / f"{entry.name}.safetensors", out / f"{entry.name}.json"
    if not shipped.is_file() or not described.is_file():
        raise ValueError(f"there are no weights of {entry.name} with their JSON in {out}")
    facts = json.loads(described.read_text(encoding="utf-8"))
    if facts["sha256"] != sha256(shipped):
        raise ValueError(f"{described} is of other weights than {shipped.name}")
    history = {key: facts[key] for key in HISTORY if key in facts}
    return write(entry, evaluate(entry.name, data, shipped, device), out, history)


def write(entry: ModelEntry, figures: Figures, out: Path, history: dict[str, Any]) -> dict[str, Any]:
    """Write all that is known of the weights in ``out``, which ``figures`` are of, beside them."""
    shipped = out / f"{entry.name}.safetensors"
    network = trained_network(entry, shipped)
    facts = {
        "model": entry.name,
        "title": entry.title,
        "file": shipped.name,
        "sha256": sha256(shipped),
        "bytes": shipped.stat().st_size,
        "dtype": "float16",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "temperature": round(figures.temperature, 4),
        "figures": _rounded(asdict(figures)),
        "attention": _rounded(asdict(attention_on_samples(network, entry))),
        "samples": [_rounded(asdict(answer)) for answer in sample_answers(network, entry, figures)],
        "total": total(history["run"], history.get("earlier")),
        **history,
    }
    text = json.dumps(facts, indent=1) + "\n"
    write_atomically(out / f"{entry.name}.json", lambda part: part.write_text(text, encoding="utf-8"))
    write_atomically(out / f"{entry.name}.md", lambda part: part.write_text(card(facts), encoding="utf-8"))
    return facts


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def main(arguments: list[str] | None = None) -> int:
    """Export and print what was shipped as one line of JSON."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.export", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--run", type=Path, help="folder of the run (default: runs/MODEL)")
    p.add_argument(
        "--refresh", action="store_true", help="measure shipped weights again instead of exporting a run"
    )
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int)
    args = p.parse_args(arguments)
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.refresh:
        facts = refresh(args.model, args.data, args.out, args.device)
    else:
        facts = export(args.model, args.data, args.run or Path("runs") / args.model, args.out, args.device)
    print(
        json.dumps({key: facts[key] for key in ("file", "sha256", "bytes", "temperature", "figures", "run")})
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
