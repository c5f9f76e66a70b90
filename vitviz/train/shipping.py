"""Make the three files of a shipped model from a run: weights in float16, facts as JSON, and a card for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from safetensors import safe_open
from torch import nn

from vitviz.train.checkpoint import load_weights, save_weights, sha256, write_atomically
from vitviz.train.config import Recipe
from vitviz.train.export import read_run
from vitviz.train.loop import EARLIER
from vitviz.zoo.shipped_entry import ShippedEntry


def ship(
    entry: ShippedEntry,
    task: str,
    run: Path,
    out: Path,
    kind: type[Recipe],
    network: nn.Module,
    measure: Callable[[nn.Module, Mapping[str, Any]], dict[str, Any]],
    goals: Mapping[str, float],
    card: Callable[[dict[str, Any]], str],
) -> dict[str, Any]:
    """Write weights, JSON and card of a run; what the JSON holds is returned.

    ``measure`` is called with ``network``, which has the very weights that are shipped, and the log's last line.

    Raises:
        ValueError: the run is of another model, or its weights miss the goals; nothing is left then.
    """
    recipe, log = read_run(run)
    config = kind.from_json(recipe)
    if config.model != entry.name:
        raise ValueError(f"{run} is a run of {config.model}, not of {entry.name}")
    with safe_open(run / "best.safetensors", "pt") as file:
        best = file.metadata()
    out.mkdir(parents=True, exist_ok=True)
    shipped, measured = out / f"{entry.name}.safetensors", out / f"{entry.name}.new.safetensors"
    weights = {name: tensor.half() for name, tensor in load_weights(run / "best.safetensors").items()}
    save_weights(measured, weights)
    network.load_state_dict(load_weights(measured))
    last = log[-1]
    figures = measure(network.eval(), last)
    missed = {name: figures[name] for name, least in goals.items() if figures[name] < least}
    if missed:
        measured.unlink()
        raise ValueError(f"the weights miss the goal {dict(goals)}: {missed}; let the run go on")
    measured.replace(shipped)
    facts = {
        "model": entry.name,
        "title": entry.title,
        "task": task,
        "file": shipped.name,
        "sha256": sha256(shipped),
        "bytes": shipped.stat().st_size,
        "dtype": "float16",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "figures": figures,
        "goals": dict(goals),
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
    if (run / EARLIER).is_file():
        facts["earlier"] = json.loads((run / EARLIER).read_text(encoding="utf-8"))
    text = json.dumps(facts, indent=1) + "\n"
    write_atomically(out / f"{entry.name}.json", lambda part: part.write_text(text, encoding="utf-8"))
    page = card(facts)
    write_atomically(out / f"{entry.name}.md", lambda part: part.write_text(page, encoding="utf-8"))
    return facts


def rounded(values: dict[str, Any]) -> dict[str, Any]:
    """Figures with four places, and dictionaries of them."""
    return {
        name: rounded(value) if isinstance(value, dict) else round(value, 4) for name, value in values.items()
    }


def table(head: tuple[str, ...], rows: list[Any]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def how_trained(facts: dict[str, Any], words: str) -> str:
    """The section of a card on the run: the command, its settings, what it took, the log."""
    run, recipe = facts["run"], facts["recipe"]
    settings = [(key, value) for key, value in recipe.items() if key != "model" and value != ""]
    changes = "".join(
        f" Until step {change['until_step']:,} the schedule was to be {change['schedule']}."
        for change in run["history"]
    )
    link = facts
    while "run" in (link := link.get("earlier", {})):
        before = link["run"]
        changes += (
            f" {'It' if link is facts['earlier'] else 'That one'} began with the weights of an earlier run of"
            f" {before['steps']:,} steps (of which those of step {before['shipped_step']:,} were taken),"
            f" {before['cpu_minutes']:g} minutes of a core."
        )
    return f"""\
## How it was trained

`python -m vitviz.train --model {facts["model"]}` with the settings below, seed {recipe["seed"]}:
{run["steps"]:,} steps, {run["cpu_minutes"]:g} minutes of one core on {run["device"]}.
The weights of step {run["shipped_step"]:,} are
shipped.{changes}

{table(("setting", "value"), settings)}
{words}
{log_table(facts)}"""


def log_table(facts: dict[str, Any]) -> str:
    """The log, one line an epoch."""
    names = [name for name in facts["log"][-1] if name.startswith("val_")]
    rows = [
        (
            line["step"],
            f"{line['cpu_seconds'] / 60:.1f}",
            f"{line['loss']:.3f}",
            *(f"{line[n]:.3f}" for n in names),
        )
        for line in facts["log"]
    ]
    return table(("step", "minutes of a core", "loss", *(name.removeprefix("val_") for name in names)), rows)


def head(facts: dict[str, Any]) -> str:
    """The beginning of a card."""
    return f"""\
# {facts["model"]}

{facts["title"]}: {facts["parameters"]:,} parameters, trained from scratch on the data below and nothing else.

`{facts["file"]}`: {facts["bytes"]:,} bytes, {facts["dtype"]}, SHA-256
`{facts["sha256"]}`
"""
