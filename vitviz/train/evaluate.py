"""Measure a model on the validation pictures.

``python -m vitviz.train.evaluate --model vit --data everyday20.npz``

A picture goes through exactly the preprocessing that the app uses, so the figures are what a person gets. What the
model says to the sample pictures of the app is printed too.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from vitviz.images import Preprocessing, open_image, preprocess
from vitviz.models.build import build
from vitviz.samples import SAMPLES
from vitviz.train.attention import AttentionFigures, attention_figures
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
from vitviz.zoo.registry import ASSETS, ModelEntry, find

COARSE = ASSETS / "labels" / "everyday20_coarse13.json"
UNSURE_SHARE = 0.2  # of the validation pictures: the app calls the model unsure of those


@dataclass(frozen=True)
class Figures:
    """What a model does on the validation pictures. Shares are 0 to 1.

    ``top1_coarse`` counts a picture as right if the merged class with the largest sum of probabilities is the
    right one; it is None where the classes have no merged form. ``ece_scaled`` and ``nll_scaled`` are after
    dividing the logits by ``temperature``, which was fitted on the same pictures. The intervals hold the middle 95 %
    of the figure over bootstrap samples of the pictures. ``unsure_share`` of the pictures
    have a calibrated confidence below ``unsure_below``, and ``top1_unsure`` of these are right.
    """

    pictures: int
    top1: float
    top1_interval: tuple[float, float]
    top1_coarse: float | None
    top1_coarse_interval: tuple[float, float] | None
    coarse_classes: int | None
    balanced_top1: float
    per_class: dict[str, float]
    per_class_pictures: dict[str, int]
    ece: float
    nll: float
    temperature: float
    ece_scaled: float
    nll_scaled: float
    unsure_share: float
    unsure_below: float
    top1_unsure: float


def measure(
    logits: Floats, labels: Labels, classes: tuple[str, ...], coarse: dict[str, list[str]] | None
) -> Figures:
    """Every figure from the logits (N, K) of N labelled pictures."""
    right = logits.argmax(axis=1) == labels
    present = [i for i in range(len(classes)) if (labels == i).any()]
    per_class = {classes[i]: float(right[labels == i].mean()) for i in present}
    probabilities = softmax(logits)
    merged = coarse_right(probabilities, labels, classes, coarse) if coarse else None
    temperature = fit_temperature(logits, labels)
    calibrated = softmax(logits, temperature)
    confidence = calibrated.max(axis=1)
    below = float(np.quantile(confidence, UNSURE_SHARE))
    return Figures(
        pictures=len(labels),
        top1=float(right.mean()),
        top1_interval=bootstrap_interval(right),
        top1_coarse=None if merged is None else float(merged.mean()),
        top1_coarse_interval=None if merged is None else bootstrap_interval(merged),
        coarse_classes=len(coarse) if coarse else None,
        balanced_top1=float(np.mean(list(per_class.values()))),
        per_class=per_class,
        per_class_pictures={classes[i]: int((labels == i).sum()) for i in present},
        ece=expected_calibration_error(probabilities, labels),
        nll=negative_log_likelihood(logits, labels),
        temperature=temperature,
        ece_scaled=expected_calibration_error(calibrated, labels),
        nll_scaled=negative_log_likelihood(logits, labels, temperature),
        unsure_share=UNSURE_SHARE,
        unsure_below=below,
        top1_unsure=float(right[confidence <= below].mean()),
    )


def coarse_right(
    probabilities: Floats, labels: Labels, classes: tuple[str, ...], coarse: dict[str, list[str]]
) -> npt.NDArray[np.bool_]:
    """Which pictures are right over merged classes: merged probabilities are added, and the largest sum wins."""
    group = {name: i for i, names in enumerate(coarse.values()) for name in names}
    of_class = np.array([group[name] for name in classes])
    sums = np.stack([probabilities[:, of_class == i].sum(axis=1) for i in range(len(coarse))], axis=1)
    right: npt.NDArray[np.bool_] = sums.argmax(axis=1) == of_class[labels]
    return right


def bootstrap_interval(
    right: npt.NDArray[np.bool_], samples: int = 4000, seed: int = 0
) -> tuple[float, float]:
    """The middle 95 % of the share of right answers over samples, with replacement, of the same pictures."""
    # A sample's number of right answers is a binomial number with the share that was found.
    counts = np.random.default_rng(seed).binomial(len(right), right.mean(), samples)
    low, high = np.quantile(counts / len(right), (0.025, 0.975))
    return float(low), float(high)


def coarse_groups(classes: tuple[str, ...]) -> dict[str, list[str]] | None:
    """Which classes are merged under which name, or None for classes that the file does not know."""
    groups: dict[str, list[str]] = json.loads(COARSE.read_text(encoding="utf-8"))
    return groups if {name for names in groups.values() for name in names} == set(classes) else None


@dataclass(frozen=True)
class SampleAnswer:
    """What a model says to a sample picture of the app; ``shows`` is empty where that is none of its classes."""

    file: str
    shows: str
    answer: str
    confidence: float
    unsure: bool

    def row(self) -> tuple[str, str, str, str, str]:
        """One line of a table."""
        answer = self.answer if self.shows in ("", self.answer) else f"{self.answer} (wrong)"
        shows = self.shows or "(not of its world)"
        return self.file, shows, answer, f"{self.confidence:.1%}", "unsure" if self.unsure else ""


def sample_answers(network: Network, entry: ModelEntry, figures: Figures) -> list[SampleAnswer]:
    """What a network says to each sample picture, with the confidence that ``figures`` calibrates."""
    pictures = [open_image(sample.path).image for sample in SAMPLES]
    probabilities = softmax(validation_logits(network, pictures, entry.preprocessing), figures.temperature)
    names = entry.class_names or tuple(f"class {i}" for i in range(entry.config.num_classes))
    return [
        SampleAnswer(
            sample.file,
            sample.shows if sample.shows in names else "",
            names[row.argmax()],
            float(row.max()),
            bool(row.max() < figures.unsure_below),
        )
        for sample, row in zip(SAMPLES, probabilities, strict=True)
    ]


def attention_on_samples(network: Network, entry: ModelEntry) -> AttentionFigures:
    """How a network's attention is spread over the app's sample pictures."""
    prepared = (preprocess(open_image(sample.path).image, entry.preprocessing)[1] for sample in SAMPLES)
    return attention_figures(network, (torch.from_numpy(pixels)[None] for pixels in prepared))


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


def trained_network(entry: ModelEntry, weights: Path | None) -> Network:
    """The network of a registry entry with its shipped weights, or with those in the file ``weights``.

    Raises:
        ValueError: the entry has no trained weights and no file is named.
    """
    if weights is None:
        loaded = load_model(entry.name)
        if not loaded.trained:
            raise ValueError(f"{entry.name} has no trained weights; name a file with --weights")
        return loaded.network
    network: Network = build(entry.config)
    network.load_state_dict(load_weights(weights))
    return network.eval()


def evaluate(model: str, data: Path, weights: Path | None = None, device: str = "cpu") -> Figures:
    """Measure the registry entry ``model`` with its shipped weights, or with those in the file ``weights``.

    Raises:
        ValueError: no such model, no trained weights, or other classes than the data.
    """
    entry = find(SHORT_NAMES.get(model, model))
    network = trained_network(entry, weights)
    pictures, labels, classes = validation_pictures(data)
    if len(classes) != entry.config.num_classes or (entry.class_names and entry.class_names != classes):
        raise ValueError(
            f"{entry.name} knows {entry.config.num_classes} classes, not the {len(classes)} of {data}"
        )
    logits = validation_logits(network, pictures, entry.preprocessing, device)
    return measure(logits, labels, classes, coarse_groups(classes))


def with_interval(share: float, interval: tuple[float, float]) -> str:
    """Such as ``58.1% (55.3% to 60.9%)``."""
    return f"{share:.1%} ({interval[0]:.1%} to {interval[1]:.1%})"


def table(figures: Figures) -> str:
    """The figures as text for a terminal or a card."""
    rows = [
        (f"top-1, {len(figures.per_class)} classes", with_interval(figures.top1, figures.top1_interval)),
        (f"mean over {len(figures.per_class)} classes", f"{figures.balanced_top1:.1%}"),
        ("ECE, 15 bins", f"{figures.ece:.3f}"),
        (f"ECE at temperature {figures.temperature:.3f}", f"{figures.ece_scaled:.3f}"),
        ("negative log-likelihood", f"{figures.nll:.3f}"),
        (f"... at temperature {figures.temperature:.3f}", f"{figures.nll_scaled:.3f}"),
        (f"calibrated confidence of {figures.unsure_share:.0%} is below", f"{figures.unsure_below:.3f}"),
        ("top-1 of those", f"{figures.top1_unsure:.1%}"),
    ]
    if figures.top1_coarse is not None and figures.top1_coarse_interval is not None:
        coarse = with_interval(figures.top1_coarse, figures.top1_coarse_interval)
        rows.insert(1, (f"top-1, {figures.coarse_classes} merged classes", coarse))
    lines = ["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    lines += ["", "| class | pictures | right |", "|---|---|---|"]
    lines += [
        f"| {name} | {figures.per_class_pictures[name]} | {share:.1%} |"
        for name, share in figures.per_class.items()
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures, what is said to the sample pictures, then the figures as one line of JSON."""
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
    entry = find(SHORT_NAMES.get(args.model, args.model))
    answers = sample_answers(trained_network(entry, args.weights), entry, figures)
    lines = [
        ("sample", "shows", "answer", "confidence", ""),
        ("---",) * 5,
        *(answer.row() for answer in answers),
    ]
    print("", *("| " + " | ".join(line) + " |" for line in lines), sep="\n")
    spread = attention_on_samples(trained_network(entry, args.weights), entry)
    print(
        f"\nattention over the samples: {spread.sinks:.1%} of a head's weight on its most-looked-at keys, entropy "
        f"{spread.entropy:.2f} of the most possible, largest |score| {spread.largest_score:.1f}\n"
    )
    print(json.dumps({"model": entry.name, **asdict(figures)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
