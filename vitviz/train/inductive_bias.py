"""A conv net, a Swin and a ViT of about equal size, learned from 60 to 6,000 pictures: what each makes of how many.

``python -m vitviz.train.inductive_bias runs/inductive-bias.jsonl`` trains every network on every number of pictures
from every seed, with one recipe and on one thread. Each run that is done is a line of the file, so the same command
goes on where it was stopped; when all are there, ``assets/data/inductive-bias.json`` is written. The pictures are
pages of the picture book with one thing in them: six classes, whose shapes tell them apart and whose colours do not.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from vitviz.assets import shipped
from vitviz.models.config import SwinConfig, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.train.checkpoint import write_atomically
from vitviz.train.recipe import learning_rate, make_optimizer
from vitviz.worlds.picture_book import CLASS_NAMES, draw
from vitviz.worlds.scene import one_thing_scene

FILE = shipped("assets") / "data" / "inductive-bias.json"
COUNTS = (60, 200, 600, 2000, 6000)
SEEDS = (0, 1, 2)
NEW = 1_000_000_000  # first seed of the pictures that accuracy is measured on
SIDE = 32
CLASSES = len(CLASS_NAMES) - 1


@dataclass(frozen=True)
class BiasRecipe:
    """How all of them are trained: the same number of steps, however many pictures there are."""

    steps: int = 800
    batch: int = 32
    lr: float = 2e-3
    final_lr: float = 2e-5
    warmup: int = 50
    weight_decay: float = 0.05
    clip: float = 1.0
    measured: int = 2000


def conv_net() -> nn.Module:
    """Three convolutions 3 x 3, each halving the map, with batch norm and ReLU; then the mean of every map."""
    layers: list[nn.Module] = []
    channels = (3, 32, 64, 96)
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels[-1], CLASSES))


def swin() -> nn.Module:
    """Two stages of two blocks: windows of 4 x 4 patches on a map of 8 x 8, then one window on a map of 4 x 4."""
    config = SwinConfig((SIDE, SIDE), 4, 3, 24, (2, 2), (2, 4), 4, num_classes=CLASSES)
    return SwinTransformer(config)


def vit() -> nn.Module:
    """Three blocks on 64 patches and a class token, with learned positions."""
    return VisionTransformer(ViTConfig((SIDE, SIDE), 4, 3, 48, 3, 4, 3.0, CLASSES))


NETWORKS: dict[str, Callable[[], nn.Module]] = {"conv net": conv_net, "Swin": swin, "ViT": vit}


def start(network: nn.Module, seed: int) -> None:
    """Fill a network in place: Xavier's weights for matrices and filters, 0.02 for positions and tokens, no biases."""
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
            elif parameter.ndim == 1:
                parameter.fill_(1.0)
            elif name.endswith(("token", "pos_embed", "bias_table")):
                parameter.normal_(std=0.02, generator=generator)
            else:
                nn.init.xavier_uniform_(parameter, generator=generator)


@lru_cache(maxsize=2)
def pictures(first: int, count: int) -> tuple[Tensor, Tensor]:
    """Pages with the seeds from ``first`` on, (N, 3, 32, 32) in -1 to 1, and the class of what each shows, (N,)."""
    pixels = np.empty((count, 3, SIDE, SIDE), np.uint8)
    labels = np.empty(count, np.int64)
    for i in range(count):
        page = draw(one_thing_scene(first + i), SIDE)
        pixels[i], labels[i] = page.picture.transpose(2, 0, 1), page.labels[0]
    return torch.from_numpy(pixels).float() / 127.5 - 1, torch.from_numpy(labels)


def train(network: nn.Module, recipe: BiasRecipe, images: Tensor, labels: Tensor, seed: int) -> float:
    """Train in place, pictures mirrored by lot; the mean loss of the last 50 steps is returned."""
    generator = Generator().manual_seed(seed)
    optimizer = make_optimizer(network, recipe.lr, recipe.weight_decay)
    network.train()
    order = torch.empty(0, dtype=torch.long)
    lately: list[float] = []
    for step in range(recipe.steps):
        while len(order) < recipe.batch:  # every picture once before any comes again
            order = torch.cat([order, torch.randperm(len(images), generator=generator)])
        chosen, order = order[: recipe.batch], order[recipe.batch :]
        mirrored = torch.rand(recipe.batch, 1, 1, 1, generator=generator) < 0.5
        batch = torch.where(mirrored, images[chosen].flip(-1), images[chosen])
        for group in optimizer.param_groups:
            warm = min(1.0, (step + 1) / recipe.warmup)
            group["lr"] = learning_rate(step / recipe.steps, warm, recipe.lr, recipe.final_lr)
        loss = F.cross_entropy(network(batch), labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        optimizer.step()
        lately = [*lately[-49:], loss.item()]
    return math.fsum(lately) / len(lately)


@torch.no_grad()
def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Share of pictures whose class comes out on top."""
    network.eval()
    return (network(images).argmax(dim=1) == labels).double().mean().item()


def one_run(
    name: str, count: int, seed: int, recipe: BiasRecipe, new: tuple[Tensor, Tensor]
) -> dict[str, Any]:
    """Train one network; each seed has pictures and weights of its own. Its line of the file."""
    images, labels = (of_all[:count] for of_all in pictures(seed * max(COUNTS), max(COUNTS)))
    network = NETWORKS[name]()
    start(network, seed)
    begun = time.process_time()
    with sdpa_kernel(SDPBackend.MATH):  # on a CPU the quicker way back, at so few tokens
        loss = train(network, recipe, images, labels, seed)
    return {
        "network": name,
        "pictures": count,
        "seed": seed,
        "accuracy": round(accuracy(network, *new), 4),
        "accuracy_on_training": round(accuracy(network, images[:2000], labels[:2000]), 4),
        "loss": round(loss, 5),
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def all_runs(path: Path, recipe: BiasRecipe) -> list[dict[str, Any]]:
    """Do every run that ``path`` has no line of yet, seed by seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    known = {(run["network"], run["pictures"], run["seed"]) for run in done}
    new = pictures(NEW, recipe.measured)
    for seed in SEEDS:
        for count in COUNTS:
            for name in NETWORKS:
                if (name, count, seed) not in known:
                    done.append(one_run(name, count, seed, recipe, new))
                    with path.open("a") as file:
                        file.write(json.dumps(done[-1]) + "\n")
    return done


def curve(runs: list[dict[str, Any]], recipe: BiasRecipe) -> dict[str, Any]:
    """What is shipped: the recipe, the size of every network, and all runs."""
    sizes = {name: sum(p.numel() for p in make().parameters()) for name, make in NETWORKS.items()}
    order = {name: i for i, name in enumerate(NETWORKS)}
    runs = sorted(runs, key=lambda run: (order[run["network"]], run["pictures"], run["seed"]))
    return {"recipe": asdict(recipe), "side": SIDE, "classes": CLASSES, "parameters": sizes, "runs": runs}


if __name__ == "__main__":
    torch.set_num_threads(1)
    found = curve(all_runs(Path(sys.argv[1]), BiasRecipe()), BiasRecipe())
    write_atomically(FILE, lambda part: part.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8"))
