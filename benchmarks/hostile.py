"""What one person's answers take while another one sends the costliest picture again and again; see README.md."""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import torch
from PIL import Image

from benchmarks.report import machine, print_json, print_table
from tests.images.files import encode
from vitviz.images import ImageError, open_image, to_array
from vitviz.images.pool import Pool
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import run_trace
from vitviz.zoo.load import Model, load_model

GOAL = 1.25


def costliest() -> bytes:
    """An honest file that needs all the time that one may take: noise in a large progressive JPEG."""
    levels = np.random.default_rng(0).integers(0, 256, (5000, 8000, 3), dtype=np.uint8)
    return encode(Image.fromarray(levels), "JPEG", quality=60, progressive=True, subsampling=0)


@contextmanager
def sending(open_it: Callable[[], object] | None) -> Iterator[None]:
    """Have somebody send the file without a pause."""
    ended = threading.Event()

    def send() -> None:
        while open_it is not None and not ended.is_set():
            with suppress(ImageError):
                open_it()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def answers(model: Model, pool: Pool, seconds: float) -> list[float]:
    """How long each answer took: a small own picture is opened and run, on as many threads as there are cores."""
    small = encode(open_image(SAMPLES[0].path).image, "JPEG")
    spec, took, end = model.entry.preprocessing, list[float](), time.perf_counter() + seconds

    def ask() -> None:
        while time.perf_counter() < end:
            start = time.perf_counter()
            _, (seen,) = pool.open(small, [spec])
            pixels = to_array(seen, spec)
            run_trace(model.network, torch.from_numpy(pixels).unsqueeze(0), model.entry.class_names)
            took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=ask) for _ in range(os.cpu_count() or 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(";")[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="for each measurement (8)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, pool, file = load_model("vit-tiny"), Pool(slow=1), costliest()
    ways: dict[str, Callable[[], object] | None] = {
        "nobody sends": None,
        "opened in a process of its own": lambda: pool.open(file, [model.entry.preprocessing]),
        "opened by the server": lambda: open_image(file),
    }
    answers(model, pool, 1.0)
    medians: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            with sending(way):
                time.sleep(0.2)
                medians[name].append(statistics.median(answers(model, pool, options.seconds)))
    pool.close()
    base = medians["nobody sends"]
    figures: dict[str, dict[str, float]] = {}
    for name, values in medians.items():
        ratios = [value / plain for value, plain in zip(values, base, strict=True)]
        figures[name] = {"milliseconds": 1000 * statistics.median(values), "ratio": statistics.median(ratios)}
    rows = [(name, f"{row['milliseconds']:.0f}", f"{row['ratio']:.2f}") for name, row in figures.items()]
    print_table(
        f"an answer while somebody sends {len(file) / 1e6:.0f} MB (goal: x {GOAL})", ("", "ms", "x"), rows
    )
    print_json({"hostile": figures, "machine": machine("torch", "pillow")})


if __name__ == "__main__":
    main()
