"""Make the atlases that are shipped, of the sample pictures: ``python -m vitviz.train.atlases``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import vitviz
from vitviz.analysis.atlas.atlas import Atlas
from vitviz.analysis.atlas.files import write_atlas
from vitviz.analysis.atlas.make import finished, run_all, run_here
from vitviz.analysis.atlas.progress import Progress
from vitviz.analysis.atlas.shards import make_plan
from vitviz.analysis.atlas.shipped import MODELS, path_of
from vitviz.samples import SAMPLES
from vitviz.zoo.model import Model

BATCH, TOP, BUDGET = 9, 4, 128 << 10


def samples_atlas(model: Model) -> Atlas:
    """The atlas of all sample pictures, in the order of their names."""
    files = sorted(sample.path for sample in SAMPLES)
    with tempfile.TemporaryDirectory() as folder:
        progress = Progress(make_plan(files[0].parent, files, model, BATCH, TOP), Path(folder))
        run_all(progress, run_here(progress, model))
        return finished(progress, model, BUDGET)


def main() -> None:
    """Write those of both embedded models."""
    for name in MODELS:
        path = path_of(name)
        path.parent.mkdir(exist_ok=True)
        write_atlas(samples_atlas(vitviz.load_model(name)), path)
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
