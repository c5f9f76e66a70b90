"""Train the embedded models on one GPU within a given time.

``python -m vitviz.train.gpu --data everyday20.npz --out OUT --state STATE --seconds 560``

Convolutional teachers learn from the labels first; meanwhile the pupils are compiled. Then every pupil learns from the
teachers. Each is a process of its own on the same GPU, and each follows the clock: schedules are shares of the time,
so the run ends when it should on any machine. ``STATE`` keeps what a run needs to go on: the same command with the
same folders takes up unfinished parts and leaves out finished teachers. ``OUT`` receives weights and ``log.jsonl``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import torch

from vitviz.train.checkpoint import save_weights
from vitviz.train.data import load
from vitviz.train.gpu_loops import staff_of, train_teacher
from vitviz.train.gpu_parts import Clock, Log, keep_pictures, pictures_on, whole
from vitviz.train.gpu_pupil import PupilRun
from vitviz.train.gpu_recipes import TeacherRecipe, pupil_recipe, small_pupil_recipe, small_teacher_recipe
from vitviz.train.teacher import ConvTeacher
from vitviz.train.world import fit, pooled_features
from vitviz.zoo.registry import find

LAST = 10.0  # seconds at the end, to measure and to save
PATIENCE = {False: 20.0, True: 300.0}  # seconds that a late process is waited for, the second in a small test


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.gpu", description=__doc__)
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--out", required=True, type=Path)
    p.add_argument("--state", required=True, type=Path)
    p.add_argument("--seconds", type=float, default=560.0, help="for everything, from the start")
    p.add_argument("--teacher-seconds", type=float, default=160.0, help="from the start to the teachers' end")
    p.add_argument("--teachers", type=int, default=2)
    p.add_argument("--models", nargs="+", default=["vit-tiny", "swin-mini"])
    p.add_argument(
        "--pupil-seconds", type=float, help="of training in all a pupil's schedule; may be more than fit in"
    )
    p.add_argument("--small", action="store_true", help="tiny sizes, for a test without a GPU")
    p.add_argument("--part", help="one process of the run: teacherN or a model")
    p.add_argument("--begun", type=float, help="when the run began, in seconds since 1970")
    return p


def teacher_files(args: argparse.Namespace) -> list[Path]:
    """Where the teachers' weights are or will be."""
    return [args.state / f"teacher{i}.safetensors" for i in range(args.teachers)]


def run_teacher(args: argparse.Namespace, number: int, device: torch.device) -> None:
    """The process of a teacher; nothing is left to do where its weights are there."""
    if teacher_files(args)[number].is_file():
        return
    train, val = pictures_on(args.state / "pictures.npz", device)
    seconds = args.begun + args.teacher_seconds - time.time()
    log = Log(args.out / "log.jsonl", f"teacher{number}")
    train_teacher(
        number,
        train,
        val,
        (small_teacher_recipe() if args.small else TeacherRecipe()),
        Clock(seconds),
        (args.state, args.out),
        log,
        every=2.0 if args.small else 20.0,
    )


def run_pupil(args: argparse.Namespace, model: str, device: torch.device) -> None:
    """The process of a pupil: get ready, wait for the teachers, learn.

    Raises:
        RuntimeError: no teacher came.
    """
    log = Log(args.out / "log.jsonl", model)
    train, val = pictures_on(args.state / "pictures.npz", device)
    recipe = small_pupil_recipe(model) if args.small else pupil_recipe(model)
    widths, classes = (small_teacher_recipe() if args.small else TeacherRecipe()).widths, len(train.classes)
    clock = Clock(args.pupil_seconds or 1.0)
    taught = (widths[-2] * args.teachers, widths[-1] * args.teachers)
    pupil = PupilRun(model, train, val, recipe, taught, clock, log)
    pupil.resume(args.state)
    files = teacher_files(args)
    if device.type == "cuda":
        blank = [args.state / f"blank{model}{i}.safetensors" for i in range(args.teachers)]
        for file in blank:
            save_weights(file, ConvTeacher(classes, widths).state_dict())
        pupil.warm_up(staff_of(blank, classes, widths, device))
    end = args.begun + args.seconds
    while not all(file.is_file() for file in files):
        time.sleep(0.2)
        if time.time() > args.begun + args.teacher_seconds + PATIENCE[args.small]:
            raise RuntimeError(f"{model}: not every teacher came")
    left = end - (0.5 if args.small else LAST) - time.time()
    clock.seconds, clock.deadline = args.pupil_seconds or clock.spent + left, time.monotonic() + left
    log(teachers=len(files), spent=clock.spent, seconds=clock.seconds, left=left)
    pupil.run(staff_of(files, classes, widths, device), (args.state, args.out), 2.0 if args.small else 30.0)
    size = find(model).preprocessing.height_width[0]
    features = [pooled_features(pupil.judge, whole(pixels, size)) for pixels in train.pixels.split(128)]
    world = fit(torch.cat(features), train.labels, classes)
    save_weights(
        args.out / f"{model}.world.safetensors", {"means": world.means, "precision": world.precision}
    )


def run_part(args: argparse.Namespace) -> None:
    """One process of the run."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    torch.set_num_threads(1 if device.type == "cpu" else 4)
    if args.part.startswith("teacher"):
        run_teacher(args, int(args.part.removeprefix("teacher")), device)
    else:
        run_pupil(args, args.part, device)


def main(arguments: list[str] | None = None) -> int:
    """Run every part; 0 if all ended well. What fails does not end the others."""
    words = sys.argv[1:] if arguments is None else arguments
    args = parser().parse_args(words)
    if args.part:
        run_part(args)
        return 0
    begun = args.begun or time.time()
    args.out.mkdir(parents=True, exist_ok=True)
    args.state.mkdir(parents=True, exist_ok=True)
    if not (args.state / "pictures.npz").is_file():
        keep_pictures(args.state / "pictures.npz", *load(args.data))
    print(f"pictures after {time.time() - begun:.1f} s", flush=True)
    names = [f"teacher{i}" for i in range(args.teachers)] + args.models
    command = [sys.executable, "-m", "vitviz.train.gpu", *words, "--begun", str(begun), "--part"]
    parts = [subprocess.Popen([*command, name]) for name in names]
    while any(part.poll() is None for part in parts):
        time.sleep(0.5)
        if time.time() > begun + args.seconds + PATIENCE[args.small]:
            break
    for part in parts:
        part.terminate()
    codes = dict(zip(names, (part.wait() for part in parts), strict=True))
    print(f"ended after {time.time() - begun:.1f} s: {codes}", flush=True)
    return 0 if not any(codes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
