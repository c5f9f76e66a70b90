"""Pictures a second of an atlas against plain batched inference, and the memory of 50 and 500 pictures.

    python -m benchmarks.atlas
    python -m benchmarks.atlas --models vit-tiny --threads 1 --memory 50

Both run on the same pictures in the same batches and on as many processor threads, in turns. A ratio is formed within a
turn, and the median of the ratios is given: on a busy machine both are slow. With T threads the atlas runs T batches
at once on one thread each, as ``vitviz atlas`` does; a plain run is given twice: the same way, and one batch on T
threads, which is what one would write first. ``one batch`` is the atlas that way, too. Models that are not embedded
have random weights: the arithmetic is the same. Memory is the largest that the command takes in a process of its own,
pictures opened and files written.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

import vitviz
from benchmarks.report import machine, print_json, print_table
from vitviz.analysis.atlas.batch import batch_statistics
from vitviz.tracing.segments import Network

BATCH, TURNS = 16, 5
GOAL = 0.6
COUNTS = (50, 500)


def seconds(run: Callable[[], object], threads: int, batches: int) -> float:
    """How long so many batches take, at once, each on ``threads`` threads."""
    torch.set_num_threads(threads)
    with ThreadPoolExecutor(batches, initializer=torch.set_num_threads, initargs=(threads,)) as pool:
        start = time.perf_counter()
        for running in [pool.submit(run) for _ in range(batches)]:
            running.result()
        return time.perf_counter() - start


def speed(network: Network, images: Tensor, threads: int, turns: int) -> dict[str, list[float]]:
    """Pictures a second in every turn: plain and for an atlas, batches side by side and one on all threads."""
    numbers = list(range(len(images)))

    def plain() -> None:
        with torch.no_grad():
            network(images)

    def atlas() -> None:
        batch_statistics(network, images, numbers)

    ways = {
        "plain": (plain, 1, threads),
        "atlas": (atlas, 1, threads),
        "plain, one batch": (plain, threads, 1),
        "atlas, one batch": (atlas, threads, 1),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, (run, each, batches) in ways.items():
            took = seconds(run, each, batches)
            if turn:  # the first warms up
                found[name].append(batches * len(images) / took)
    return found


def peak_memory(model: str, count: int, batch: int, workers: int) -> float:
    """MiB that the command takes at most for so many pictures of noise (Linux)."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        for number in range(count):
            pixels = np.random.default_rng(number).integers(0, 256, (224, 224, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / f"{number:04d}.png", compress_level=1)
        arguments = [
            "atlas", str(pictures), "--model", model, "--out", str(Path(folder) / "out"),
            "--batch", str(batch), "--workers", str(workers),
        ]  # fmt: skip
        # The process's own: the largest size that getrusage knows may be that of the process that started it.
        code = (
            "import sys\n"
            "from vitviz.cli import main\n"
            f"main({arguments!r})\n"
            "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0], file=sys.stderr)"
        )
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(ran.stderr.split()[-1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="*", default=["vit-tiny", "swin-mini", "vit-b16"])
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument(
        "--memory", nargs="*", type=int, default=COUNTS, help="pictures, none to leave it out"
    )
    options = parser.parse_args()
    rows, figures = [], {}
    for name in options.models:
        model = vitviz.load_model(name)
        height, width = model.entry.preprocessing.height_width
        images = torch.randn(options.batch, 3, height, width, generator=torch.Generator().manual_seed(0))
        for threads in options.threads:
            found = speed(model.network, images, threads, options.turns)
            row, ratios = _row(found)
            rows.append([name, str(threads), *row])
            figures[f"{name}, threads {threads}"] = ratios
    columns = ["model", "threads", *_NAMES, "atlas/plain", "atlas/plain, one batch"]
    print_table(f"Pictures a second in batches of {options.batch}, goal of the ratios {GOAL}", columns, rows)
    memory = {str(count): peak_memory("vit-tiny", count, options.batch, 2) for count in options.memory}
    if memory:
        most = [[count, f"{mib:.0f}"] for count, mib in memory.items()]
        print_table("vit-tiny, two batches at once", ["pictures", "MiB at most"], most)
    print_json({"atlas": figures, "memory MiB": memory, **machine("torch")})


_NAMES = ("plain", "atlas", "plain, one batch", "atlas, one batch")


def _row(found: dict[str, list[float]]) -> tuple[list[str], list[float]]:
    """Medians as text, then the ratios, each of one turn's figures."""
    ratios = [
        statistics.median(a / b for a, b in zip(found["atlas"], found[plain], strict=True))
        for plain in ("plain", "plain, one batch")
    ]
    medians = [f"{statistics.median(found[name]):.1f}" for name in _NAMES]
    return [*medians, *(f"{ratio:.2f}" for ratio in ratios)], ratios


if __name__ == "__main__":
    main()
