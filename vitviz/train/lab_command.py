"""``python -m vitviz.train --task lab``: the lab's run in a terminal, a line for every measurement."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch

from vitviz.train.lab import Evaluation, LabRun, StepRecord
from vitviz.train.lab_config import BATCHES, PICTURES, LabConfig


def parser() -> argparse.ArgumentParser:
    """The switches of a run; what is left out is as in the plain one."""
    plain = LabConfig()
    p = argparse.ArgumentParser(prog="python -m vitviz.train --task lab", description=__doc__)
    p.add_argument("--no-positions", dest="positions", action="store_false", help="tokens without places")
    p.add_argument("--no-warmup", dest="warmup", action="store_false", help="the full learning rate at once")
    p.add_argument("--tenfold", action="store_true", help="ten times the learning rate")
    p.add_argument("--post-norm", action="store_true", help="layer norms behind the sums")
    p.add_argument("--pool", choices=("token", "avg"), default=plain.pool)
    p.add_argument("--noise", type=float, default=plain.noise, help="share of labels drawn anew by lot")
    p.add_argument("--batch", type=int, choices=BATCHES, default=plain.batch)
    p.add_argument("--pictures", type=int, choices=PICTURES, default=plain.pictures)
    p.add_argument("--steps", type=int, default=plain.steps)
    p.add_argument("--seed", type=int, default=plain.seed)
    p.add_argument("--out", type=Path, help="a file that gets every record as a line of JSON")
    return p


def main(arguments: list[str] | None = None) -> int:
    """Train on one thread; 0 when the run is complete, 1 where its loss was no number any more."""
    options = vars(parser().parse_args(arguments))
    out: Path | None = options.pop("out")
    torch.set_num_threads(1)
    run, begun = LabRun(LabConfig(**options)), time.monotonic()
    print(json.dumps(run.config.to_json()), flush=True)
    for record in run.records():
        if isinstance(record, Evaluation):
            print(
                f"{time.monotonic() - begun:5.1f} s  step {record.steps:4d}"
                f"  loss {record.train_loss:.3f} (new {record.loss:.3f})"
                f"  accuracy {record.train_accuracy:.3f} (new {record.accuracy:.3f})",
                flush=True,
            )
    if out is not None:
        records: list[StepRecord | Evaluation] = [*run.steps, *run.evaluations]
        out.write_text("".join(json.dumps(asdict(each)) + "\n" for each in records), encoding="utf-8")
    return int(run.failed)
