"""Measure a model on the validation pictures.

``python -m vitviz.train.evaluate --model vit --data everyday20.npz``

A picture goes through exactly the preprocessing that the app uses, so the figures are what a person gets.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vitviz.images import Preprocessing, preprocess
from vitviz.models.build import build
from vitviz.train.calibration import (
    Floats,
    Labels,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    softmax,
)
from vitviz.train.checkpoint import load_weights
from vitviz.train.config import SHORT_NAMES
from vitviz.train.data import validation_pictures
from vitviz.train.recipe import Network
from vitviz.zoo.load import load_model
from vitviz.zoo.registry import ASSETS, find

COARSE = ASSETS / "labels" / "everyday20_coarse13.json"


@dataclass(frozen=True)
class Figures:
    """What a model does on the validation pictures. Shares are 0 to 1.

    ``top1_coarse`` counts a picture as right if the merged class with the largest sum of probabilities is the
    right one; it is None where the classes have no merged form. ``ece_scaled`` and ``nll_scaled`` are after
    dividing the logits by ``temperature``, which was fitted on the same pictures.
    """

    pictures: int
    top1: float
    top1_coarse: float | None
    coarse_classes: int | None
    balanced_top1: float
    per_class: dict[str, float]
    per_class_pictures: dict[str, int]
    ece: float
    nll: float
    temperature: float
    ece_scaled: float
    nll_scaled: float


def measure(
    logits: Floats, labels: Labels, classes: tuple[str, ...], coarse: dict[str, list[str]] | None
) -> Figures:
    """Every figure from the logits (N, K) of N labelled pictures."""
    right = logits.argmax(axis=1) == labels
    present = [i for i in range(len(classes)) if (labels == i).any()]
    per_class = {classes[i]: float(right[labels == i].mean()) for i in present}
    probabilities = softmax(logits)
    temperature = fit_temperature(logits, labels)
    return Figures(
        pictures=len(labels),
        top1=float(right.mean()),
        top1_coarse=coarse_top1(probabilities, labels, classes, coarse) if coarse else None,
        coarse_classes=len(coarse) if coarse else None,
        balanced_top1=float(np.mean(list(per_class.values()))),
        per_class=per_class,
        per_class_pictures={classes[i]: int((labels == i).sum()) for i in present},
        ece=expected_calibration_error(probabilities, labels),
        nll=negative_log_likelihood(logits, labels),
        temperature=temperature,
        ece_scaled=expected_calibration_error(softmax(logits, temperature), labels),
        nll_scaled=negative_log_likelihood(logits, labels, temperature),
    )


def coarse_top1(
    probabilities: Floats, labels: Labels, classes: tuple[str, ...], coarse: dict[str, list[str]]
) -> float:
    """Top-1 over merged classes: the probabilities of what is merged are added, and the largest sum wins."""
    group = {name: i for i, names in enumerate(coarse.values()) for name in names}
    of_class = np.array([group[name] for name in classes])
    sums = np.stack([probabilities[:, of_class == i].sum(axis=1) for i in range(len(coarse))], axis=1)
    return float((sums.argmax(axis=1) == of_class[labels]).mean())


def coarse_groups(classes: tuple[str, ...]) -> dict[str, list[str]] | None:
    """Which classes are merged under which name, or None for classes that the file does not know."""
    groups: dict[str, list[str]] = json.loads(COARSE.read_text(encoding="utf-8"))
    return groups if {name for names in groups.values() for name in names} == set(classes) else None


@torch.inference_mode()
def validation_logits(
    network: Network, pictures: list[Image.Image], spec: Preprocessing, device: str = "cpu", batch: int = 32
) -> Floats:
    """Logits (N, K) in float32 arithmetic, each picture prepared as the app does."""
    network = network.to(device).eval()
    parts = []
    for i in range(0, len(pictures), batch):
        arrays = np.stack(
            [preprocess(picture, spec)[1] for picture in pictures[i : i + batch]]
        )  # (B, 3, H, W)
        parts.append(network(torch.from_numpy(arrays).to(device)).double().cpu().numpy())
    result: Floats = np.concatenate(parts)
    return result


def evaluate(model: str, data: Path, weights: Path | None = None, device: str = "cpu") -> Figures:
    """Measure the registry entry ``model`` with its shipped weights, or with those in the file ``weights``.

    Raises:
        ValueError: no such model, no trained weights, or other classes than the data.
    """
    entry = find(SHORT_NAMES.get(model, model))
    network: Network
    if weights is None:
        loaded = load_model(entry.name)
        if not loaded.trained:
            raise ValueError(f"{entry.name} has no trained weights; name a file with --weights")
        network = loaded.network
    else:
        network = build(entry.config)
        network.load_state_dict(load_weights(weights))
    pictures, labels, classes = validation_pictures(data)
    if len(classes) != entry.config.num_classes or (entry.class_names and entry.class_names != classes):
        raise ValueError(
            f"{entry.name} knows {entry.config.num_classes} classes, not the {len(classes)} of {data}"
        )
    logits = validation_logits(network, pictures, entry.preprocessing, device)
    return measure(logits, labels, classes, coarse_groups(classes))


def table(figures: Figures) -> str:
    """The figures as text for a terminal or a card."""
    rows = [
        (f"top-1, {len(figures.per_class)} classes", f"{figures.top1:.1%}"),
        (f"mean over {len(figures.per_class)} classes", f"{figures.balanced_top1:.1%}"),
        ("ECE, 15 bins", f"{figures.ece:.3f}"),
        (f"ECE at temperature {figures.temperature:.3f}", f"{figures.ece_scaled:.3f}"),
        ("negative log-likelihood", f"{figures.nll:.3f}"),
        (f"... at temperature {figures.temperature:.3f}", f"{figures.nll_scaled:.3f}"),
    ]
    if figures.top1_coarse is not None:
        rows.insert(1, (f"top-1, {figures.coarse_classes} merged classes", f"{figures.top1_coarse:.1%}"))
    lines = ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    lines += ["", "| class | pictures | right |", "|---|---|---|"]
    lines += [
        f"| {name} | {figures.per_class_pictures[name]} | {share:.1%} |"
        for name, share in figures.per_class.items()
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print a table, then the same as one line of JSON."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.evaluate", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--weights", type=Path, help="a safetensors file instead of the shipped weights")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int)
    args = p.parse_args(arguments)
    if args.threads:
        torch.set_num_threads(args.threads)
    figures = evaluate(args.model, args.data, args.weights, args.device)
    print(table(figures))
    print(json.dumps({"model": SHORT_NAMES.get(args.model, args.model), **asdict(figures)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
