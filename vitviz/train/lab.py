"""The live training lab: a small ViT learns six things of the picture book, and every step leaves a record.

The same loop from Python, ``python -m vitviz.train --task lab`` and the app's page: ``LabRun(config).records()`` draws
the pictures, trains and yields what happened; it may be left between any two records and gone on with later. In the
first epoch pictures come in the order in which they are drawn, which is a random one, so that training need not wait
until all of them are there.

>>> from vitviz.train.lab import LabRun, StepRecord
>>> from vitviz.train.lab_config import LabConfig
>>> run = LabRun(LabConfig(steps=1, pictures=200, batch=8))
>>> [record for record in run.records() if isinstance(record, StepRecord)][0].loss < 3
True
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from vitviz.analysis.training.measures import weight_norms
from vitviz.train.lab_config import LabConfig
from vitviz.train.lab_network import make_network
from vitviz.train.lab_pictures import (
    TRAIN,
    VALIDATION,
    Progress,
    chosen,
    classes,
    drawn,
    noisy,
    prepared,
    stock,
)
from vitviz.train.lab_snapshot import Snapshot, snapshot
from vitviz.train.recipe import decays, learning_rate

WEIGHT_DECAY, BETAS, CLIP = 0.05, (0.9, 0.99), 1.0
FINAL = 0.01  # of the highest learning rate, at the end
MEASURED, MEASURED_OF_TRAINING, MEASURED_AT_ONCE = 500, 250, 125  # pictures
EVERY, MEASURED_EVERY = 50, 100  # steps between two snapshots, and between two measurements
EARLY, EARLY_MEASURED = (
    (0, 5, 10, 20, 35, 75),
    (0, 25, 50, 75, 150, 250),
)  # further ones: much happens at the beginning
FIXED = 3  # the validation picture that snapshots are of


@dataclass(frozen=True)
class StepRecord:
    """One step, before its weights changed: of its batch the loss and accuracy; the gradient's length as it came."""

    number: int
    loss: float
    accuracy: float
    lr: float
    gradient_norm: float
    clipped: bool


@dataclass(frozen=True)
class Evaluation:
    """Loss and accuracy after so many steps, on training pictures with the labels they were given, and on new ones."""

    steps: int
    train_loss: float
    train_accuracy: float
    loss: float
    accuracy: float
    norms: dict[str, float]


Record = Progress | StepRecord | Evaluation | Snapshot


@dataclass(eq=False)
class LabRun:
    """One run with all it recorded. ``done`` counts steps; ``failed`` is set where the loss is no number any more.

    ``ended`` is set when the last step is measured too.
    """

    config: LabConfig
    steps: list[StepRecord] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    done: int = 0
    failed: bool = False
    ended: bool = False

    def __post_init__(self) -> None:
        self.network = make_network(self.config)
        self.optimizer = make_optimizer(self.network, self.config)
        self.generator = Generator().manual_seed(self.config.seed)
        count = self.config.pictures
        self._labels = noisy(classes(TRAIN, count), self.config.noise, self.config.seed)
        self._order = torch.arange(count)
        self._seen = min(count, MEASURED_OF_TRAINING)
        self._records = self._go()

    @property
    def finished(self) -> bool:
        """Whether there are no more steps to take."""
        return self.done >= self.config.steps or self.failed

    @property
    def nbytes(self) -> int:
        """Bytes of weights, moments and snapshots; the pictures are everybody's."""
        weights = sum(p.numel() * p.element_size() for p in self.network.parameters())
        return 3 * weights + sum(each.nbytes for each in self.snapshots)

    def records(self) -> Iterator[Record]:
        """What happens from here on; each is also kept in the run, but for ``Progress``."""
        return self._records

    def next_batch(self) -> tuple[Tensor, Tensor]:
        """The batch of the next step, (B, 3, 32, 32) and (B,), without taking it: asked again it is the same."""
        state, order = self.generator.get_state(), self._order
        try:
            return self._draw_batch()
        finally:
            self.generator.set_state(state)
            self._order = order

    def next_lr(self) -> float:
        """The learning rate of the next step."""
        warm = min(1.0, (self.done + 1) / self.config.warmup_steps) if self.config.warmup_steps else 1.0
        return learning_rate(self.done / self.config.steps, warm, self.config.lr, FINAL * self.config.lr)

    def _go(self) -> Iterator[Record]:
        yield from drawn(VALIDATION, MEASURED)
        yield from drawn(TRAIN, self._seen)
        while True:
            if self.done in EARLY or self.done % EVERY == 0 or self.finished:
                yield self._snapshot()
            if self.done in EARLY_MEASURED or self.done % MEASURED_EVERY == 0 or self.finished:
                yield from self._evaluate()
            if self.finished:
                self.ended = True
                return
            # What the next batch needs in the first epoch; later all of them are drawn.
            last = min((self.done + 1) * self.config.batch, self.config.pictures)
            yield from drawn(TRAIN, last, max(0, last - self.config.batch))
            yield self._step()

    def _step(self) -> StepRecord:
        self.network.train()
        images, labels = self._draw_batch()
        for group in self.optimizer.param_groups:
            group["lr"] = self.next_lr()
        scores = self.network(images)  # (B, K)
        loss = F.cross_entropy(scores, labels)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        length = nn.utils.clip_grad_norm_(self.network.parameters(), CLIP).item()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        accuracy = (scores.detach().argmax(dim=1) == labels).float().mean().item()
        record = StepRecord(
            self.done, loss.item(), accuracy, self.optimizer.param_groups[0]["lr"], length, length > CLIP
        )
        self.done += 1
        self.failed = not math.isfinite(record.loss)
        self.steps.append(record)
        return record

    def _draw_batch(self) -> tuple[Tensor, Tensor]:
        while len(self._order) < self.config.batch:  # every picture once before any comes again
            again = torch.randperm(self.config.pictures, generator=self.generator)
            self._order = torch.cat([self._order, again])
        places, self._order = self._order[: self.config.batch], self._order[self.config.batch :]
        mirrored = torch.rand(len(places), 1, 1, 1, generator=self.generator) < 0.5
        images = prepared(chosen(TRAIN, places))  # (B, 3, 32, 32)
        return torch.where(mirrored, images.flip(-1), images), self._labels[places]

    def _snapshot(self) -> Snapshot:
        made = snapshot(self.network, prepared(stock(VALIDATION, MEASURED)[0][FIXED : FIXED + 1]), self.done)
        self.snapshots.append(made)
        return made

    def _evaluate(self) -> Iterator[Record]:
        """In parts, so that others get a turn in between."""
        sets = (
            (stock(TRAIN, self._seen)[0], self._labels[: self._seen]),
            stock(VALIDATION, MEASURED),
        )
        found: list[tuple[float, float]] = []
        for images, given in sets:
            losses, right = 0.0, 0
            for part, labels_of in zip(
                images.split(MEASURED_AT_ONCE), given.split(MEASURED_AT_ONCE), strict=True
            ):
                with torch.no_grad():
                    scores = self.network.eval()(prepared(part))
                losses += F.cross_entropy(scores, labels_of, reduction="sum").item()
                right += int((scores.argmax(dim=1) == labels_of).sum())
                yield Progress("measuring", self.done, self.config.steps)
            found.append((losses / len(given), right / len(given)))
        (train_loss, train_accuracy), (loss, accuracy) = found
        made = Evaluation(self.done, train_loss, train_accuracy, loss, accuracy, weight_norms(self.network))
        self.evaluations.append(made)
        yield made


def make_optimizer(network: nn.Module, config: LabConfig) -> torch.optim.AdamW:
    """AdamW with decay on matrices only; not fused, so that its arithmetic can be followed to the last bit."""
    named = list(network.named_parameters())
    groups = [
        {"params": [p for name, p in named if decays(name, p)], "weight_decay": WEIGHT_DECAY},
        {"params": [p for name, p in named if not decays(name, p)], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.lr, betas=BETAS, foreach=False)
