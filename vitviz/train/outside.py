"""How well pictures from outside a network's world are told from those inside, by several measures.

``python -m vitviz.train.outside --model vit --data everyday20.npz --foreign FOLDER --foreign-from WHENCE``

measures the shipped weights and writes the figures, the limit and the distances of the validation pictures beside
them. Pictures from outside are the app's samples that show nothing the network knows and, if a folder is named, every
picture in it. With ``--training 2400`` so many training pictures are run as well, which two of the measures need.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vitviz.analysis.class_scores.known_world import World
from vitviz.images import Preprocessing, open_image, preprocess
from vitviz.samples import SAMPLES
from vitviz.train.card import card
from vitviz.train.checkpoint import load_weights, save_weights, sha256, write_atomically
from vitviz.train.config import SHORT_NAMES
from vitviz.train.data import training_pictures, validation_pictures
from vitviz.train.evaluate import trained_network
from vitviz.train.recipe import Network
from vitviz.train.world import auroc, pooled_features
from vitviz.zoo.registry import ASSETS, ModelEntry, find

INSIDE_SHARE = 0.9  # of the validation pictures: beyond their distance a picture counts as not of this world
SAMPLES_DRAWN = 1000  # of the bootstrap
RESIDUAL = 96  # channels that ViM leaves to the principal space
Scores = tuple[Tensor, Tensor]  # of pictures inside (V,) and outside (F,); larger is further away


@dataclass(frozen=True)
class MeasureFigures:
    """What a measure is worth: its area under the curve with the middle 95 % of it over bootstrap samples of pictures.

    ``gap`` is the same interval of what it has more than the distance. With a limit that 90 % of the validation
    pictures keep, ``marked`` foreign pictures are marked, of which ``samples`` are the app's.
    """

    name: str
    auroc: float
    interval: tuple[float, float]
    gap: tuple[float, float]
    marked: int
    samples: int


@dataclass(frozen=True)
class OutsideFigures:
    """The limit of the distance, and what it and other measures are worth.

    ``either_samples`` of the app's ``samples`` are marked by the distance or called unsure, and so is the share
    ``either_inside`` of the validation pictures.
    """

    foreign: int
    samples: int
    distance_limit: float
    either_samples: int
    either_inside: float
    measures: list[MeasureFigures] = field(default_factory=list)


def read_world(path: Path) -> World:
    """The statistics that training left, and the distances of validation pictures where they were measured."""
    stored = load_weights(path)
    return World(stored["means"], stored["precision"], stored.get("validation", torch.zeros(0)))


def foreign_pictures(folder: Path | None) -> list[Image.Image]:
    """The app's samples that show nothing of the twenty classes, and then all pictures in a folder."""
    paths = [sample.path for sample in SAMPLES if not sample.shows]
    paths += sorted(folder.iterdir()) if folder else []
    return [open_image(path).image for path in paths]


def features_of(network: Network, pictures: list[Image.Image], spec: Preprocessing) -> Tensor:
    """What the head reads of pictures that are prepared as the app does it, (N, D)."""
    parts = []
    for i in range(0, len(pictures), 32):
        arrays = np.stack([preprocess(picture, spec)[1] for picture in pictures[i : i + 32]])
        parts.append(pooled_features(network, torch.from_numpy(arrays)))
    return torch.cat(parts)


def background_distance(world: World, features: Tensor) -> Tensor:
    """The squared distance, over the channels, to one cloud that holds all classes, each as often. (B, D) -> (B,)."""
    means = world.means.double()
    centre = means.mean(dim=0)
    between = (means - centre).T @ (means - centre) / len(means)
    precision = torch.linalg.inv(torch.linalg.inv(world.precision.double()) + between)
    return World(centre[None], precision).distance(features)


@torch.no_grad()
def measures(
    network: Network, world: World, temperature: float, inside: Tensor, outside: Tensor,
    training: Tensor | None = None,
) -> dict[str, Scores]:  # fmt: skip
    """Of features (V, D) and (F, D) what each measure says; two of them compare with those of training (N, D)."""
    assert network.head is not None
    both = (inside, outside)
    near, far = (world.distance(each) for each in both)
    scores = [network.head(each).double() for each in both]
    doubts = [1 - (each / temperature).softmax(dim=1).amax(dim=1) for each in scores]
    energies = [-each.logsumexp(dim=1) for each in scores]
    background = [background_distance(world, each) for each in both]

    def spread(values: list[Tensor], i: int) -> Tensor:
        return (values[i] - values[0].mean()) / values[0].std()

    found: dict[str, Scores] = {
        "distance": (near, far),
        "distance, relative to one cloud of all (Ren et al. 2021)": (near - background[0], far - background[1]),
        "1 - confidence": (doubts[0], doubts[1]),
        "energy (Liu et al. 2020)": (energies[0], energies[1]),
        "distance and 1 - confidence, their standard scores added": (
            spread([near, far], 0) + spread(doubts, 0), spread([near, far], 1) + spread(doubts, 1),
        ),
    }  # fmt: skip
    if training is not None:
        apart = [nearest_angle(each, training) for each in both]
        found["angle to the nearest training picture (Sun et al. 2022)"] = (apart[0], apart[1])
        beyond = [residual(each, training) for each in both]
        logits = network.head(training).double()
        scale = logits.amax(dim=1).mean() / residual(training, training).mean()
        found["virtual logit (ViM, Wang et al. 2022)"] = (
            scale * beyond[0] + energies[0], scale * beyond[1] + energies[1],
        )  # fmt: skip
    return found


def nearest_angle(features: Tensor, training: Tensor) -> Tensor:
    """1 minus the cosine to the training picture that points most alike. (B, D), (N, D) -> (B,)."""
    one, other = (each.double() / each.double().norm(dim=1, keepdim=True) for each in (features, training))
    return 1 - (one @ other.T).amax(dim=1)


def residual(features: Tensor, training: Tensor) -> Tensor:
    """How far features reach out of the space in which training pictures differ most. (B, D), (N, D) -> (B,)."""
    wide = training.double()
    _, axes = torch.linalg.eigh(torch.cov(wide.T))  # columns, least variance first
    outer = axes[:, : max(1, axes.shape[1] - RESIDUAL)]  # (D, D - 96)
    return ((features.double() - wide.mean(dim=0)) @ outer).norm(dim=1)


def outside_figures(
    found: dict[str, Scores], samples: int, unsure_below: float, seed: int = 0
) -> OutsideFigures:
    """What every measure of ``found`` is worth; the first ``samples`` pictures from outside are the app's."""
    near, far = found["distance"]
    draws = [np.random.default_rng(seed + i) for i in range(SAMPLES_DRAWN)]
    drawn = [(draw.integers(0, len(near), len(near)), draw.integers(0, len(far), len(far))) for draw in draws]

    def areas(name: str) -> NDArray[np.float64]:
        inside, outside = found[name]
        return np.array([auroc(inside[one], outside[other]) for one, other in drawn])

    first, figures = areas("distance"), []
    for name, (inside, outside) in found.items():
        limit, each = inside.quantile(INSIDE_SHARE), areas(name)
        marked = outside > limit
        figures.append(
            MeasureFigures(
                name, auroc(inside, outside), _middle(each), _middle(each - first),
                int(marked.sum()), int(marked[:samples].sum()),
            )
        )  # fmt: skip
    limit = near.quantile(INSIDE_SHARE)
    either = [
        (each > limit) | (doubt > 1 - unsure_below)
        for each, doubt in zip((near, far), found["1 - confidence"], strict=True)
    ]
    return OutsideFigures(
        len(far),
        samples,
        limit.item(),
        int(either[1][:samples].sum()),
        either[0].double().mean().item(),
        figures,
    )


def _middle(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def ship_world(
    entry: ModelEntry, network: Network, temperature: float, unsure_below: float, out: Path, inside: Tensor,
    folder: Path | None, foreign_from: str = "", training: Tensor | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Measure, put the distances of the validation pictures into the file of the world, and return the figures.

    ``inside`` (V, D) are the features of the validation pictures; of these a fifth or so have a confidence, at this
    temperature, below ``unsure_below``.
    """
    path = out / "world" / f"{entry.name}.safetensors"
    world = read_world(path)
    outside = features_of(network, foreign_pictures(folder), entry.preprocessing)
    samples = sum(not sample.shows for sample in SAMPLES)
    found = measures(network, world, temperature, inside, outside, training)
    figures = outside_figures(found, samples, unsure_below)
    distances = found["distance"][0].sort().values.float()
    save_weights(path, {"means": world.means, "precision": world.precision, "validation": distances})
    rounded: dict[str, Any] = json.loads(
        json.dumps(asdict(figures)), parse_float=lambda text: round(float(text), 4)
    )
    return rounded | {
        "file": f"world/{path.name}", "sha256": sha256(path), "inside_share": INSIDE_SHARE,
        "foreign_from": foreign_from, "training": 0 if training is None else len(training),
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure shipped weights, and write their JSON, their card and the file of their world anew."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.outside", description=__doc__)
    p.add_argument("--model", required=True, help=f"{', '.join(SHORT_NAMES)} or a name in the registry")
    p.add_argument("--data", required=True, type=Path)
    p.add_argument("--foreign", type=Path, help="a folder of pictures that show nothing of the classes")
    p.add_argument("--foreign-from", default="", help="what the card says of where these are from")
    p.add_argument("--training", type=int, default=0, help="how many training pictures are run too, by lot")
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    args = p.parse_args(arguments)
    entry = find(SHORT_NAMES.get(args.model, args.model))
    described = args.out / f"{entry.name}.json"
    facts = json.loads(described.read_text(encoding="utf-8"))
    network = trained_network(entry, args.out / f"{entry.name}.safetensors")
    inside = features_of(network, validation_pictures(args.data)[0], entry.preprocessing)
    seen = training_pictures(args.data, args.training) if args.training else []
    training = features_of(network, seen, entry.preprocessing) if seen else None
    facts["world"] = ship_world(
        entry, network, facts["temperature"], facts["figures"]["unsure_below"], args.out, inside, args.foreign,
        args.foreign_from, training,
    )  # fmt: skip
    text = json.dumps(facts, indent=1) + "\n"
    write_atomically(described, lambda part: part.write_text(text, encoding="utf-8"))
    write_atomically(
        args.out / f"{entry.name}.md", lambda part: part.write_text(card(facts), encoding="utf-8")
    )
    print(json.dumps(facts["world"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
