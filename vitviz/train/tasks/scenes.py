"""The two tasks of the picture book: find its things (DETR), and paint them (Swin-Unet)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from vitviz.analysis.detection.loss import detection_loss
from vitviz.analysis.detection.precision import Precision
from vitviz.analysis.segmentation.loss import confusion, iou_of_classes, segmentation_loss
from vitviz.models.build import build_scene_network
from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.models.scene_start import start_scene_network
from vitviz.train.augment import step_generator
from vitviz.train.config import Position, SceneConfig
from vitviz.train.recipe import learning_rate
from vitviz.train.scenes import SceneSet
from vitviz.train.tasks.task import AUGMENT, ORDER


@dataclass(frozen=True)
class Batch:
    """Normalised pages (B, 3, s, s), and their truth as in ``SceneSet``."""

    images: Tensor
    classes: Tensor
    boxes: Tensor
    labels: Tensor

    @property
    def things(self) -> tuple[Tensor, Tensor, list[int]]:
        """All things of the batch, page by page: labels (M,), boxes (M, 4), and how many there are on each page."""
        there = self.labels >= 0  # (B, 6)
        return self.labels[there], self.boxes[there], there.sum(dim=1).tolist()


def page_batch(scenes: SceneSet, chosen: Tensor | slice) -> Batch:
    """Some pages as they are."""
    pixels = scenes.pixels[chosen].float() / 255 * 2 - 1  # as ``vitviz.zoo.scene_models.page_pixels``
    images = pixels.contiguous(memory_format=torch.channels_last)
    return Batch(images, scenes.classes[chosen].long(), scenes.boxes[chosen], scenes.labels[chosen])


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """Mirror half of the pages, exchange the colour channels of all, and make all a little darker or brighter."""
    mirror = torch.rand(len(batch.images), generator=generator) < 0.5  # (B,)
    images = torch.where(mirror[:, None, None, None], batch.images.flip(-1), batch.images)
    classes = torch.where(mirror[:, None, None], batch.classes.flip(-1), batch.classes)
    boxes = batch.boxes.clone()  # (B, 6, 4)
    boxes[..., 0] = torch.where(mirror[:, None], 1 - boxes[..., 0], boxes[..., 0])
    light = 0.8 + 0.3 * torch.rand((), generator=generator)
    images = images[:, torch.randperm(3, generator=generator)] * light
    return Batch(images.contiguous(memory_format=torch.channels_last), classes, boxes, batch.labels)


class SceneTask:
    """What both tasks share: pages ``train``, pages ``val`` to measure on, and a network of its own."""

    metric: str

    def __init__(
        self, recipe: SceneConfig, train: SceneSet, val: SceneSet, config: DetrConfig | SwinUnetConfig
    ) -> None:
        self.recipe = recipe
        self.train, self.val = train, val
        self.config = config
        self._epoch = -1

    @property
    def examples(self) -> int:
        """How many pages one epoch goes through."""
        return len(self.train)

    def to(self, device: torch.device) -> None:
        """The pages stay where they are.

        Raises:
            ValueError: for another device than the CPU.
        """
        if device.type != "cpu":
            raise ValueError("the networks of the picture book are trained on the CPU: use --device cpu")

    def build(self) -> nn.Module:
        """The network, with its convolutions laid out as they run fastest."""
        network: Any = build_scene_network(self.config)
        laid_out: nn.Module = network.to(memory_format=torch.channels_last)
        return laid_out

    def start(self, network: nn.Module) -> None:
        """Weights that narrow networks learn from; see ``vitviz.models.scene_start``."""
        start_scene_network(network, self.recipe.seed)

    def learning_rate(self, place: Position) -> float:
        """A plateau after the warm-up, then a cosine."""
        recipe = self.recipe
        return learning_rate(place.progress, place.warmup, recipe.lr, recipe.final_lr, recipe.plateau)

    def batch(self, place: Position) -> Batch:
        """The augmented pages of a step."""
        if place.epoch != self._epoch:
            self._epoch = place.epoch
            generator = step_generator(self.recipe.seed, place.epoch, ORDER)
            self._order = torch.randperm(len(self.train), generator=generator)
        chosen = self._order[place.step_in_epoch * self.recipe.batch :][: self.recipe.batch]
        return augmented(
            page_batch(self.train, chosen), step_generator(self.recipe.seed, place.step, AUGMENT)
        )


class Detection(SceneTask):
    """Find the things: a DETR."""

    metric = "val_ap75"

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """The set loss of all decoder layers."""
        batch = self.batch(place)
        return detection_loss(network(batch.images), *batch.things, self.recipe.no_object)[0]

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """Average precision on the pages to measure on."""
        figures = measure_detection(network, self.val, self.config.num_classes)
        return {f"val_{name}": figures[name] for name in ("ap50", "ap75")}


def measure_detection(network: Any, scenes: SceneSet, num_classes: int) -> dict[str, Any]:
    """AP50 and AP75, over all classes and of each, of the last decoder layer's answers."""
    collected = {"ap50": Precision(num_classes, 0.5), "ap75": Precision(num_classes, 0.75)}
    for first in range(0, len(scenes), 50):
        batch = page_batch(scenes, slice(first, first + 50))
        answer = network(batch.images)
        for page, labels in enumerate(batch.labels):
            there = labels >= 0
            for precision in collected.values():
                precision.add(
                    answer.class_logits[-1, page],
                    answer.boxes[-1, page],
                    labels[there],
                    batch.boxes[page][there],
                )
    figures: dict[str, Any] = {name: precision.average() for name, precision in collected.items()}
    for name, precision in collected.items():
        figures[f"{name}_of_classes"] = [precision.of_class(kind) for kind in range(num_classes)]
    return figures


class Segmentation(SceneTask):
    """Paint the things: a Swin-Unet."""

    metric = "val_miou"

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Cross-entropy and Dice."""
        batch = self.batch(place)
        return segmentation_loss(network(batch.images), batch.classes).total

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """Mean IoU over all classes, background included, on the pages to measure on."""
        counts = measure_segmentation(network, self.val, self.config.num_classes)
        return {
            "val_miou": float(iou_of_classes(counts).mean()),
            "val_pixels": float(counts.diagonal().sum() / counts.sum()),
        }


def measure_segmentation(network: Any, scenes: SceneSet, num_classes: int) -> Tensor:
    """How many pixels of each true class got each class, (K, K)."""
    counts = torch.zeros(num_classes, num_classes, dtype=torch.long)
    for first in range(0, len(scenes), 50):
        batch = page_batch(scenes, slice(first, first + 50))
        counts += confusion(network(batch.images).argmax(dim=1), batch.classes, num_classes)
    return counts


SCENE_TASKS: dict[str, type[Detection | Segmentation]] = {
    "detection": Detection,
    "segmentation": Segmentation,
}
