"""Train an embedded model, or go on where its run stopped.

``python -m vitviz.train --model vit --data everyday20.npz``, or of the picture book, whose pages are drawn and kept in
the folder that ``--data`` names: ``python -m vitviz.train --model detr``.
Of rows of tokens: ``--model translator``; what learns from novels is given their folder with ``--data``.
``--task lab`` is the training lab of the app in a terminal: a small network, half a minute, no folder.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from vitviz.analysis.recommendation.losses import LOSSES
from vitviz.train import lab_command
from vitviz.train.config import (
    SCENE_RECIPES,
    SEQUENCE_RECIPES,
    SHORT_NAMES,
    Recipe,
    SceneConfig,
    SequenceRecipe,
    TrainConfig,
    default_config,
    parse_schedule,
)
from vitviz.train.data import load
from vitviz.train.loop import Trainer
from vitviz.train.scenes import CHECK, TRAIN, scene_set
from vitviz.train.tasks.classification import Classification
from vitviz.train.tasks.scenes import SCENE_TASKS
from vitviz.train.tasks.sequence_tasks import make_sequence_task
from vitviz.train.tasks.task import Task
from vitviz.zoo.scene_models import find_scene_model

PAGES = Path("runs") / "picture-book"
CHECKED = 500  # pages that the figures in the log are of
STOPPED = 75  # exit code of a run that was told to stop: it is saved, and the same command goes on


def parser() -> argparse.ArgumentParser:
    """The command line. What is left out comes from the defaults for the model and the device."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument(
        "--data",
        type=Path,
        help=f"the data set, an npz file; of the picture book a folder (default: {PAGES})",
    )
    p.add_argument(
        "--out", type=Path, help="folder of the run (default: runs/MODEL); an unfinished run in it goes on"
    )
    p.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    p.add_argument("--threads", type=int, help="CPU threads (default: torch's)")
    p.add_argument("--save-minutes", type=float, default=3.0, help="minutes between two checkpoints")
    p.add_argument(
        "--schedule", type=parse_schedule, help="SIZE:EPOCHS[:KEEP],... such as 64:14,112:5,224:2:0.25"
    )
    p.add_argument(
        "--reschedule", action="store_true", help="go on with another schedule than the run began with"
    )
    for field in {
        f.name: f for kind in (TrainConfig, SceneConfig, SequenceRecipe) for f in fields(kind)
    }.values():
        if field.name in ("model", "schedule"):
            continue
        if field.name == "start":
            p.add_argument(
                "--start",
                action=argparse.BooleanOptionalAction,
                default=None,
                help="a better start than noise",
            )
        elif field.name == "begin_with":
            p.add_argument("--begin-with", metavar="FILE", help="go on from the weights of an earlier run")
        elif field.name == "loss":
            p.add_argument("--loss", choices=tuple(LOSSES), help="of a recommender")
        elif field.name == "precision":
            p.add_argument("--precision", choices=("float32", "bfloat16"), help="of the matrix products")
        else:
            kind = int if field.name in ("seed", "batch", "scenes", "examples") else float
            p.add_argument(f"--{field.name.replace('_', '-')}", type=kind)
    return p


def make_task(args: argparse.Namespace, device: str) -> Task:
    """What is asked for on the command line, with its data.

    Raises:
        ValueError: a classifier without data.
    """
    name = SHORT_NAMES.get(args.model, args.model)
    if name in SCENE_RECIPES:
        scenes = SCENE_RECIPES[name].with_changes(_changes(args, SceneConfig))
        folder, size = args.data or PAGES, scenes.schedule[0].size
        train = scene_set(TRAIN, scenes.scenes, size, folder)
        entry = find_scene_model(name)
        return SCENE_TASKS[entry.task](scenes, train, scene_set(CHECK, CHECKED, size, folder), entry.config)
    if name in SEQUENCE_RECIPES:
        return make_sequence_task(
            SEQUENCE_RECIPES[name].with_changes(_changes(args, SequenceRecipe)), args.data
        )
    if args.data is None:
        raise ValueError(f"{name} learns from pictures: name their file with --data")
    config = default_config(name, device).with_changes(_changes(args, TrainConfig))
    return Classification(config, *load(args.data))


def _changes(args: argparse.Namespace, kind: type[Recipe]) -> dict[str, Any]:
    return {field.name: getattr(args, field.name) for field in fields(kind) if field.name != "model"}


def main(arguments: list[str] | None = None) -> int:
    """Train; 0 when the run is complete, 75 when it was stopped and can go on."""
    task = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    task.add_argument("--task", choices=("lab",))
    asked, rest = task.parse_known_args(arguments)
    if asked.task == "lab":
        return lab_command.main(rest)
    args = parser().parse_args(rest)
    if args.threads:
        torch.set_num_threads(args.threads)
    device = args.device if args.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    out = args.out or Path("runs") / args.model
    trainer = Trainer(make_task(args, device), out, torch.device(device), args.save_minutes, args.reschedule)

    def stop(signum: int, frame: FrameType | None) -> None:
        trainer.stop = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    print(
        f"{trainer.config.to_json()}\nstep {trainer.step} of {trainer.timeline.steps}, in {out}", flush=True
    )
    return 0 if trainer.run() else STOPPED


if __name__ == "__main__":
    sys.exit(main())
