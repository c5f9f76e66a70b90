"""Skip connections as switches: each as it is, set to 0, or taken from another scene. All settings run as one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.segmentation.answer import Mask, Verdict, judge, painted
from vitviz.models.swin_unet import SwinUnet
from vitviz.probe import no_probe

if TYPE_CHECKING:
    from vitviz.models.sided import Side
    from vitviz.tracing.run import Run

OWN, OFF, OTHER = range(3)
SOURCES = ("own", "off", "other")
FIRST_UP = "layers_up.0.expand"
Setting = tuple[int, ...]  # for each skip, finest first: OWN, OFF or OTHER


class Pair(NamedTuple):
    """What the way up starts from in two runs: the stream at the bottom, and the skips, finest first."""

    bottom: Tensor
    skips: tuple[Tensor, ...]
    others: tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class Switched:
    """What the network paints with each of some settings: ``answers`` (V, H, W) and their verdicts."""

    settings: tuple[Setting, ...]
    answers: NDArray[np.uint8]
    verdicts: tuple[Verdict, ...]

    def at(self, setting: Setting) -> tuple[Mask, Verdict]:
        """What is painted with one setting."""
        number = self.settings.index(setting)
        return self.answers[number], self.verdicts[number]


def num_skips(network: SwinUnet) -> int:
    """How many skips the way up reads; that of the last stage is read by nobody."""
    return network.config.num_stages - 1


def every_setting(count: int) -> tuple[Setting, ...]:
    """All settings of ``count`` skips; the first is the network as it is."""
    return tuple(product(range(len(SOURCES)), repeat=count))


def single_settings(count: int) -> tuple[Setting, ...]:
    """The network as it is, each skip off, all off, each from the other scene, all from the other scene."""
    own = (OWN,) * count
    found: list[Setting] = [own]
    for source in (OFF, OTHER):
        found += [(*own[:skip], source, *own[skip + 1 :]) for skip in range(count)]
        found.append((source,) * count)
    return tuple(found)


def pair(run: Run, other: Run) -> Pair:
    """The tensors that two runs of the same network kept."""
    names = [f"skip.{skip}" for skip in range(num_skips(cast(SwinUnet, run.structure)))]
    return Pair(
        run[f"{FIRST_UP}.resid_pre"],
        tuple(run[name] for name in names),
        tuple(other[name] for name in names),
    )


@torch.no_grad()
def switched_logits(network: SwinUnet, tensors: Pair, settings: Sequence[Setting]) -> Tensor:
    """The class scores with each setting, (V, K, H, W): the way down is that of the run, the way up runs anew."""
    side: Side = {}
    for skip, (own, other) in enumerate(zip(tensors.skips, tensors.others, strict=True)):
        sources = (own, torch.zeros_like(own), other)
        side[f"skip.{skip}"] = torch.cat([sources[setting[skip]] for setting in settings])  # (V, h, w, C)
    start = [name for name, _ in network.steps()].index(FIRST_UP)
    x = tensors.bottom.expand(len(settings), -1, -1, -1)  # (V, h, w, C)
    x = network.encode(x, no_probe, start, side)
    return network.classify(x)


def switch(network: SwinUnet, tensors: Pair, settings: Sequence[Setting], truth: Mask) -> Switched:
    """Paint with each setting, and hold what is painted against the truth of the run's own scene."""
    answers = painted(switched_logits(network, tensors, settings))
    classes = network.config.num_classes
    verdicts = tuple(judge(answer, truth, classes) for answer in answers)
    return Switched(tuple(settings), answers, verdicts)


@dataclass(frozen=True, eq=False)
class Survey:
    """Means over many scenes, (V,) each: mean IoU, edges, outline and named as in ``Verdict``."""

    settings: tuple[Setting, ...]
    scenes: int
    mean_iou: NDArray[np.float64]
    edges: NDArray[np.float64]
    outline: NDArray[np.float64]
    named: NDArray[np.float64]


@torch.no_grad()
def tensors_of(network: SwinUnet, images: Tensor) -> list[Pair]:
    """Each picture's tensors, (B, 3, H, W), with the next one's skips as those of the other scene."""
    side: Side = {}
    x = network.embed(images, no_probe, side)
    for name, _ in network.steps():
        if name == FIRST_UP:
            break
        x = network.run_step(name, x, no_probe, side)
    skips = [side[f"skip.{skip}"] for skip in range(num_skips(network))]
    following = [*range(1, len(images)), 0]
    return [
        Pair(
            x[i : i + 1],
            tuple(skip[i : i + 1] for skip in skips),
            tuple(skip[j : j + 1] for skip in skips),
        )
        for i, j in enumerate(following)
    ]


def survey(network: SwinUnet, images: Tensor, truths: NDArray[np.uint8]) -> Iterator[Survey]:
    """The single settings on every picture (B, 3, H, W), each with the next as the other scene: means so far."""
    settings = single_settings(num_skips(network))
    rows: list[list[tuple[float, float, float, float]]] = []
    for tensors, truth in zip(tensors_of(network, images), truths, strict=True):
        verdicts = switch(network, tensors, settings, truth).verdicts
        rows.append([(each.mean_iou, each.edges, each.outline, each.named) for each in verdicts])
        means = np.stack([_means(np.array(row)) for row in zip(*rows, strict=True)])  # (V, 4)
        yield Survey(settings, len(rows), *means.T)


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each column (N, 4), without what is not a number."""
    counted = ~np.isnan(values)
    sums = np.where(counted, values, 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = sums / counted.sum(axis=0)
    return means
