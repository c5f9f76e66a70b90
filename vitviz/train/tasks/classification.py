"""The task of the embedded classifiers: which of the classes a photograph shows."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from vitviz.models.build import build
from vitviz.train.augment import Augmentation, normalise, step_generator
from vitviz.train.config import Position, Stage, TrainConfig
from vitviz.train.data import HEADROOM, PictureSet, epoch_order, resized
from vitviz.train.recipe import Network, learning_rate, run_network, soft_cross_entropy
from vitviz.train.start import start
from vitviz.train.tasks.task import AUGMENT, NETWORK, ORDER
from vitviz.zoo.registry import find


class Classification:
    """Labelled pictures ``train``, and ``val`` to measure on."""

    metric = "val_top1"

    def __init__(self, recipe: TrainConfig, train: PictureSet, val: PictureSet) -> None:
        self.recipe = recipe
        self.train, self.val = train, val
        self.config = find(recipe.model).config
        self._stage: Stage | None = None
        self._epoch = -1

    @property
    def examples(self) -> int:
        """How many pictures one epoch goes through."""
        return len(self.train)

    def to(self, device: torch.device) -> None:
        """Move the pictures there."""
        self.train, self.val = _on(self.train, device), _on(self.val, device)

    def build(self) -> nn.Module:
        """The network of the recipe's model.

        Raises:
            ValueError: if it has another number of classes than the data.
        """
        classes = len(self.train.classes)
        if self.config.num_classes != classes:
            raise ValueError(f"{self.recipe.model} has {self.config.num_classes} classes, the data {classes}")
        return build(self.config)

    def start(self, network: nn.Module) -> None:
        """Random weights, or better ones from the training pictures' patches; see ``vitviz.train.start``."""
        sample = None
        if self.recipe.start:
            shrunk = self.train.shrunk(round(self.recipe.schedule[0].size * HEADROOM))
            sample = normalise(
                shrunk[:: max(1, len(shrunk) // 2000)].cpu().float() / 255
            )  # (about 2,000, 3, h, w)
        start(cast(Network, network), self.recipe.seed, sample)

    def learning_rate(self, place: Position) -> float:
        """A cosine after the warm-up."""
        return learning_rate(place.progress, place.warmup, self.recipe.lr, self.recipe.final_lr)

    def loss(self, network: nn.Module, place: Position) -> Tensor:
        """Cross entropy of one augmented batch."""
        self._prepare(place)
        recipe, stage = self.recipe, place.stage
        chosen = self._order[place.step_in_epoch * recipe.batch :][: recipe.batch]
        augment = Augmentation(
            crop=recipe.crop,
            colour=recipe.colour,
            erase=recipe.erase,
            mixup=recipe.mixup,
            cutmix=recipe.cutmix,
        )
        images, target = augment(
            self._pixels[chosen],
            self.train.labels[chosen],
            self.config.num_classes,
            stage.size,
            step_generator(recipe.seed, place.step, AUGMENT),
        )
        randomness = step_generator(recipe.seed, place.step, NETWORK)
        scores = run_network(cast(Network, network), images, randomness, recipe.drop_path, stage.keep)
        return soft_cross_entropy(scores, target, recipe.smoothing)

    def _prepare(self, place: Position) -> None:
        """Bring the pictures to the size of the stage, and put the epoch into an order."""
        if place.stage != self._stage:
            self._stage = place.stage
            self._pixels = self.train.shrunk(round(place.stage.size * HEADROOM))
        if place.epoch != self._epoch:
            self._epoch = place.epoch
            generator = step_generator(self.recipe.seed, place.epoch, ORDER)
            total = place.steps_in_epoch * self.recipe.batch
            labels = self.train.labels.cpu()
            order = epoch_order(labels, total, self.recipe.balance, generator)
            self._order = order.to(self.train.labels.device)

    def measure(self, network: nn.Module, place: Position) -> dict[str, float]:
        """Share of the validation pictures that the network gets right at the size of the stage, 0 to 1."""
        right = 0
        for pixels, labels in zip(
            *(torch.split(x, 128) for x in (self.val.pixels, self.val.labels)), strict=True
        ):
            images = normalise(resized(pixels, place.stage.size).float() / 255)
            right += int((network(images).argmax(1) == labels).sum())
        return {"val_top1": right / max(1, len(self.val))}


def _on(pictures: PictureSet, device: torch.device) -> PictureSet:
    return PictureSet(pictures.pixels.to(device), pictures.labels.to(device), pictures.classes)
