"""The command ``vitviz atlas``: every head, MLP unit and block of a model over a folder of pictures."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import vitviz
from vitviz.trace_command import pictures_of, show_progress

if TYPE_CHECKING:
    from vitviz.analysis.atlas.atlas import Atlas
    from vitviz.analysis.atlas.progress import Progress
    from vitviz.analysis.atlas.shards import ShardResult
    from vitviz.zoo.load import Model

FILE = "atlas.npz"
ENGINES = ("local", "ray")
BATCH, TOP, THUMBNAILS = 32, 8, 384
MOST_HERE = 8  # batches at once in one process, where nothing else is asked for: each needs memory of its own


@dataclass(frozen=True)
class AtlasOptions:
    """What a person asked of the command; ``thumbnails`` are KiB; ``workers`` batches run at once, each on ``threads``
    processor threads."""

    folder: Path
    model: str
    revision: str | None = None
    out: Path | None = None
    batch: int = BATCH
    top: int = TOP
    engine: str = "local"
    workers: int | None = None
    threads: int = 1
    thumbnails: int = THUMBNAILS
    restart: bool = False


def run_atlas_command(options: AtlasOptions) -> int:
    """Make the atlas and write it; returns the exit status, 2 if a picture of the folder could not be opened.

    Raises:
        ValueError: for a mistake of the person's, ``OSError`` where a file cannot be read or written, ``ImportError``
            where something is not installed; one sentence each.
    """
    from vitviz.analysis.atlas.tables import pyarrow

    if not options.folder.is_dir():
        raise ValueError(f"an atlas is of a folder of pictures, and {options.folder} is none")
    files = pictures_of(options.folder)
    pyarrow()  # says now that it is missing, not when everything has run
    model = vitviz.load_model(options.model, revision=options.revision)
    atlas, refused = make_atlas(model, files, options)
    target = _out(options)
    print("\n".join(_summary(atlas, target)))
    return 2 if refused else 0


def _out(options: AtlasOptions) -> Path:
    name = re.sub(r"[^\w.-]+", "-", Path(options.model).name)
    return options.out or Path(f"atlas-{name}")


def make_atlas(model: Model, files: list[Path], options: AtlasOptions) -> tuple[Atlas, dict[str, str]]:
    """Run what has not run yet, and write everything; also returns the files that did not open, with a sentence each.

    Raises:
        ValueError: if ``out`` has another atlas, or not one picture opened.
        OSError: if a file cannot be read or written.
    """
    from vitviz.analysis.atlas.files import write_atlas
    from vitviz.analysis.atlas.make import finished, run_all
    from vitviz.analysis.atlas.progress import load_progress
    from vitviz.analysis.atlas.shards import make_plan
    from vitviz.analysis.atlas.tables import write_tables

    out = _out(options)
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out is a folder, and {out} is a file")
    plan = make_plan(options.folder, files, model, options.batch, options.top, options.threads)
    out.mkdir(parents=True, exist_ok=True)
    progress = load_progress(plan, out, restart=options.restart)
    run_all(progress, _results(progress, model, options), _Said(progress))
    atlas = finished(progress, model, options.thumbnails << 10)
    write_atlas(atlas, out / FILE)
    write_tables(atlas, out)
    return atlas, progress.refused


def _results(progress: Progress, model: Model, options: AtlasOptions) -> Iterator[ShardResult]:
    """What each shard that waits gives, on the engine that was asked for."""
    from vitviz.analysis.atlas.make import run_here
    from vitviz.tracing.weights import weights_hash

    workers = options.workers or max(1, _cores() // progress.plan.threads)
    if options.engine == "local":
        most = options.workers or MOST_HERE
        return run_here(progress, model, max(1, min(workers, most, len(progress.waiting))))
    from vitviz.analysis.atlas.ray_engine import run_on_ray

    plan, weights = progress.plan, weights_hash(model.network)
    return run_on_ray(plan, progress.waiting, options.model, options.revision, weights, workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Said:
    """Says on stderr how far it is, and what did not open."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.start, self.count = time.perf_counter(), 0
        if progress.done:
            there = f"{len(progress.done)} of {progress.plan.num_shards} batches are there already"
            print(f"vitviz: {there}", file=sys.stderr)
        self._refused(tuple(progress.refused.items()))

    def __call__(self, result: ShardResult) -> None:
        self._refused(result.refused)
        self.count += result.partial.pictures if result.partial else 0
        speed = self.count / (time.perf_counter() - self.start)
        done, all_of_them = len(self.progress.done), self.progress.plan.num_shards
        text = f"batch {done} of {all_of_them}: {speed:.1f} pictures/s"
        show_progress(text, last=done == all_of_them)

    def _refused(self, refused: tuple[tuple[str, str], ...]) -> None:
        for name, why in refused:
            print(f"vitviz: {name}: {why}", file=sys.stderr)


def _summary(atlas: Atlas, target: Path) -> list[str]:
    """What was made, and where it is."""
    header = atlas.header
    counts = f"{header.num_heads} heads, {header.num_units} MLP units, {len(header.blocks)} blocks"
    lines = [f"{header.model}: {atlas.partial.pictures} pictures, {counts}"]
    if header.refused:
        lines.append(f"{header.refused} files could not be opened")
    names = ("heads.parquet", "units.parquet", "layers.parquet", "pictures.parquet")
    lines.append(f"written to {target}: {', '.join(names)}, and {FILE} for the app's page Atlas")
    return lines
