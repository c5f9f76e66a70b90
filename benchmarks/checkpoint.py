"""How long a checkpoint takes from its file to a network and to the first prediction, and how much memory.

    python -m benchmarks.checkpoint
    python -m benchmarks.checkpoint --sizes large --rounds 3
    python -m benchmarks.checkpoint --quick

The files hold random numbers and are written first. Every measurement is a process of its own, so that nothing is
warm but the system's file cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from benchmarks.report import machine, mib, print_json, print_table
from vitviz.images import HALF_MEAN, HALF_STD, Preprocessing
from vitviz.models.build import build
from vitviz.models.config import ViTConfig
from vitviz.models.init import initialize

SIZES = {"base": ViTConfig(), "large": ViTConfig(embed_dim=1024, depth=24, num_heads=16)}
DTYPES = {"float32": torch.float32, "float16": torch.float16}
PREPROCESSING = Preprocessing(size=224, mean=HALF_MEAN, std=HALF_STD)
LARGEST_PEAK = 1.2  # of the weights in float32
LARGEST_TIME = 1.3  # of load_file and building


def write(folder: Path, size: str, dtype: str) -> Path:
    """A file of random weights by our names."""
    path = folder / f"vit-{size}-{dtype}.safetensors"
    network = build(SIZES[size])
    initialize(network, seed=1)
    save_file({name: tensor.to(DTYPES[dtype]) for name, tensor in network.state_dict().items()}, path)
    return path


def resident(line: str) -> int:
    """Memory of this process in bytes: now ("VmRSS"), or at its peak ("VmHWM"). Linux only."""
    status = dict(row.split(":", 1) for row in Path("/proc/self/status").read_text("utf-8").splitlines())
    return int(status[line].split()[0]) << 10


def measure_ours(path: Path, size: str) -> dict[str, float]:
    """Seconds to load and to the first prediction, and bytes that loading added at its peak."""
    import vitviz

    before, start = resident("VmRSS"), time.perf_counter()
    model = vitviz.load_model(path, config=SIZES[size], preprocessing=PREPROCESSING)
    ready, at_peak = time.perf_counter() - start, resident("VmHWM")
    with torch.no_grad():
        model.network(torch.zeros(1, 3, 224, 224))
    return {"ready": ready, "predicted": time.perf_counter() - start, "peak": float(at_peak - before)}


def measure_plain(path: Path, size: str) -> dict[str, float]:
    """The same for reading the file into a network that is built as torch builds it."""
    before, start = resident("VmRSS"), time.perf_counter()
    network = build(SIZES[size])
    network.load_state_dict(load_file(path))
    network.eval()
    ready, at_peak = time.perf_counter() - start, resident("VmHWM")
    with torch.no_grad():
        network(torch.zeros(1, 3, 224, 224))
    return {"ready": ready, "predicted": time.perf_counter() - start, "peak": float(at_peak - before)}


def alone(way: str, path: Path, size: str) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.checkpoint", "--one", way, str(path), size]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Write the files, measure both ways in turns, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round of ViT-B: only whether it runs")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FILE", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        torch.set_num_threads(1)
        way, file, size = options.one
        print(json.dumps((measure_ours if way == "ours" else measure_plain)(Path(file), size)))
        return
    if options.quick:
        options.sizes, options.rounds = ["base"], 1
    rows, figures = [], []
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            for dtype in DTYPES:
                found = compare(Path(folder), size, dtype, options.rounds)
                figures.append(found)
                rows.append(row(found))
    columns = (
        "file",
        "ready s",
        "plain s",
        "ratio",
        "predicted s",
        "weights MiB",
        "peak MiB",
        "peak / weights",
    )
    print_table("checkpoint: from a file to a network", columns, rows)
    within = all(f["ratio"] <= LARGEST_TIME and f["peak_share"] <= LARGEST_PEAK for f in figures)
    print_json({"figures": figures, "within_goals": within, **machine("torch", "safetensors")})


def compare(folder: Path, size: str, dtype: str, rounds: int) -> dict[str, Any]:
    """Medians of both ways for one file; the ratio is formed within a round."""
    path = write(folder, size, dtype)
    pairs = [(alone("ours", path, size), alone("plain", path, size)) for _ in range(rounds)]
    path.unlink()
    with torch.device("meta"):
        weights = 4 * sum(parameter.numel() for parameter in build(SIZES[size]).parameters())
    at_peak = statistics.median(ours["peak"] for ours, _ in pairs)
    return {
        "file": f"ViT {size}, {dtype}",
        "ready": statistics.median(ours["ready"] for ours, _ in pairs),
        "plain": statistics.median(plain["ready"] for _, plain in pairs),
        "ratio": statistics.median(ours["ready"] / plain["ready"] for ours, plain in pairs),
        "predicted": statistics.median(ours["predicted"] for ours, _ in pairs),
        "weights": weights,
        "peak": at_peak,
        "peak_share": at_peak / weights,
        "plain_peak_share": statistics.median(plain["peak"] for _, plain in pairs) / weights,
    }


def row(found: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table."""
    times = (f"{found[name]:.2f}" for name in ("ready", "plain", "ratio", "predicted"))
    return (found["file"], *times, mib(found["weights"]), mib(found["peak"]), f"{found['peak_share']:.2f}")


if __name__ == "__main__":
    main()
