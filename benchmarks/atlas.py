"""Pictures a second of an atlas against plain batched inference, and the memory of 64 and 256 pictures.

    python -m benchmarks.atlas [MODEL ...]

Both run on the same pictures in the same batch, one after the other in turns; the medians are compared. Memory is the
largest that ``vitviz atlas`` takes in a process of its own, pictures opened and files written.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import vitviz
from vitviz.analysis.atlas.batch import batch_statistics

BATCH, TURNS = 16, 5


def speed(name: str) -> tuple[float, float]:
    """Pictures a second, plain and for an atlas."""
    model = vitviz.load_model(name)
    height, width = model.entry.preprocessing.height_width
    images = torch.randn(BATCH, 3, height, width, generator=torch.Generator().manual_seed(0))
    numbers = list(range(BATCH))
    plain, atlas = [], []
    for turn in range(TURNS + 1):
        start = time.perf_counter()
        with torch.no_grad():
            model.network(images)
        middle = time.perf_counter()
        batch_statistics(model.network, images, numbers)
        end = time.perf_counter()
        if turn:  # the first warms up
            plain.append(middle - start)
            atlas.append(end - middle)
    return BATCH / statistics.median(plain), BATCH / statistics.median(atlas)


def peak_memory(count: int) -> float:
    """MiB that the command takes at most for so many pictures of noise."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        for number in range(count):
            pixels = np.random.default_rng(number).integers(0, 256, (224, 224, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / f"{number:04d}.png", compress_level=1)
        code = (
            "import resource, sys\n"
            "from vitviz.cli import main\n"
            f"main(['atlas', {str(pictures)!r}, '--batch', '{BATCH}', '--out', {str(Path(folder) / 'out')!r}])\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        )
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return int(ran.stderr.split()[-1]) / unit


def main() -> None:
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, batches of {BATCH}")
    for name in sys.argv[1:] or ["vit-tiny", "swin-mini", "vit-b16"]:
        plain, atlas = speed(name)
        print(
            f"{name}: {plain:.1f} pictures/s plain, {atlas:.1f} atlas, {atlas / plain:.2f} of it", flush=True
        )
    for count in (64, 256):
        print(f"{count} pictures: {peak_memory(count):.0f} MiB at most", flush=True)


if __name__ == "__main__":
    main()
