"""What decides what a training run computes, as plain data, and the defaults for the compute at hand."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

SHORT_NAMES = {
    "vit": "vit-tiny",
    "swin": "swin-mini",
    "detr": "detr-mini",
    "swin-unet": "swin-unet-mini",
    "translator": "translator-mini",
    "bert": "bert-mini",
    "gpt": "gpt-mini",
    "sasrec": "sasrec-mini",
    "gru4rec": "gru4rec-mini",
}


@dataclass(frozen=True)
class Stage:
    """A stretch of training at one picture size.

    Attributes:
        size: pixels of a side of what the network sees.
        epochs: how often the training set is gone through; may be a fraction.
        keep: share of the patch tokens that a ViT sees (patch dropout, arXiv 2208.07220); 1 means all.
    """

    size: int
    epochs: float
    keep: float = 1.0

    def __str__(self) -> str:
        return f"{self.size}:{self.epochs:g}" + (f":{self.keep:g}" if self.keep < 1 else "")


def parse_schedule(text: str) -> tuple[Stage, ...]:
    """Read ``64:14,112:5,224:2:0.25``: size, epochs, and for a ViT the share of the patches it sees.

    Raises:
        ValueError: the text is not such a list, or a number is out of range.
    """
    stages = []
    for part in text.split(","):
        values = part.split(":")
        if len(values) not in (2, 3):
            raise ValueError(f"a stage is size:epochs or size:epochs:keep, not {part!r}")
        stage = Stage(int(values[0]), float(values[1]), float(values[2]) if len(values) == 3 else 1.0)
        if stage.size < 1 or not stage.epochs > 0 or not 0 < stage.keep <= 1:
            raise ValueError(f"size and epochs must be above 0 and keep in (0, 1], not {part!r}")
        stages.append(stage)
    return tuple(stages)


@dataclass(frozen=True)
class Recipe:
    """What every task's recipe has. Two runs with equal recipes and data give equal weights up to float noise."""

    model: str
    schedule: tuple[Stage, ...]
    seed: int = 0
    batch: int = 128
    lr: float = 1e-3
    final_lr: float = 1e-6
    warmup: float = 1.0  # epochs of the first stage
    weight_decay: float = 0.05
    clip: float = 1.0
    ema: float = 0.998
    begin_with: str = ""  # a safetensors file of this model: go on from its weights instead
    precision: str = "float32"  # of the matrix products: "float32" or "bfloat16"

    def to_json(self) -> dict[str, Any]:
        """As plain data, for a checkpoint, a log or a card."""
        return asdict(self) | {"schedule": ",".join(map(str, self.schedule))}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Undo ``to_json``."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        return cls(**values | {"schedule": parse_schedule(values["schedule"])})

    def with_changes(self, changes: dict[str, Any]) -> Self:
        """The same recipe with what is not None in ``changes``."""
        return replace(self, **{key: value for key, value in changes.items() if value is not None})


@dataclass(frozen=True)
class TrainConfig(Recipe):
    """The recipe of a classifier."""

    smoothing: float = 0.1
    drop_path: float = 0.0
    balance: float = 0.5  # 0: pictures equally often, 1: classes equally often, 0.5: half way (square root)
    crop: float = 0.5  # smallest share of the picture's area that a random crop shows
    colour: float = 0.2
    erase: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0
    start: bool = True  # the starting weights of ``start.py`` rather than plain random ones


@dataclass(frozen=True)
class SceneConfig(Recipe):
    """The recipe of a network that finds or paints the things of the picture book."""

    scenes: int = 20_000  # pages to train on
    plateau: float = (
        0.0  # share of the run after the warm-up during which the learning rate stays at its peak
    )
    no_object: float = 0.4  # weight of "no object" in a detector's class loss


@dataclass(frozen=True)
class SequenceRecipe(Recipe):
    """The recipe of a network that reads rows of tokens; ``size`` in its schedule is the longest row."""

    examples: int = 12_800  # rows in an epoch
    smoothing: float = 0.0
    plateau: float = 0.0  # share of the run after the warm-up with the learning rate at its peak
    hidden: float = (
        0.15  # share of a row's pieces that BERT is asked for in the first 60 % of the run, then 0.15
    )
    loss: str = (
        "cross_entropy"  # of a recommender: a name in ``vitviz.analysis.recommendation.losses.LOSSES``
    )
    dropout: float = 0.0


SEQUENCE_RECIPES = {
    "translator-mini": SequenceRecipe(
        "translator-mini",
        parse_schedule("26:6"),
        batch=64,
        lr=2e-3,
        final_lr=2e-5,
        warmup=1.5,
        weight_decay=0.01,
        smoothing=0.1,
    ),
    "bert-mini": SequenceRecipe(
        "bert-mini",
        parse_schedule("48:9"),
        batch=48,
        lr=1.5e-3,
        final_lr=1e-5,
        warmup=0.7,
        hidden=0.3,
        weight_decay=0.01,
        examples=18_000,
        ema=0.99,
    ),
    "gpt-mini": SequenceRecipe(
        "gpt-mini",
        parse_schedule("64:5"),
        batch=32,
        lr=2e-3,
        final_lr=2e-5,
        warmup=0.3,
        weight_decay=0.05,
        examples=9_600,
        ema=0.99,
    ),
    "sasrec-mini": SequenceRecipe(
        "sasrec-mini",
        parse_schedule("50:12"),
        batch=128,
        lr=2e-3,
        final_lr=2e-5,
        warmup=0.5,
        weight_decay=0.0,
        examples=12_800,
        dropout=0.2,
    ),
    "gru4rec-mini": SequenceRecipe(
        "gru4rec-mini",
        parse_schedule("50:5"),
        batch=128,
        lr=3e-3,
        final_lr=3e-5,
        warmup=0.5,
        weight_decay=0.0,
        examples=12_800,
    ),
}

SCENE_RECIPES = {
    "detr-mini": SceneConfig(
        "detr-mini",
        parse_schedule("96:8"),
        batch=32,
        lr=6e-4,
        final_lr=1e-5,
        warmup=0.3,
        weight_decay=1e-4,
        clip=0.1,
        plateau=0.5,
    ),
    "swin-unet-mini": SceneConfig(
        "swin-unet-mini",
        parse_schedule("96:3.6"),
        batch=16,
        lr=2e-3,
        final_lr=2e-5,
        warmup=0.12,
        weight_decay=0.01,
    ),
}


def default_config(name: str, device: str) -> TrainConfig:
    """The recipe for a registry entry on a kind of device: minutes on a GPU, an hour or two on a CPU core."""
    model = SHORT_NAMES.get(name, name)
    swin = model.startswith("swin")
    if device == "cuda":
        return TrainConfig(
            model,
            parse_schedule("112:250,224:50"),
            batch=256,
            lr=1e-3,
            warmup=10,
            drop_path=0.1,
            ema=0.998,
            crop=0.2,
            colour=0.4,
            erase=0.25,
            mixup=0.3,
            cutmix=0.3,
            precision="bfloat16",
        )
    if swin:
        return TrainConfig(model, parse_schedule("56:8,112:2,224:0.3"), batch=32, lr=7e-4, ema=0.99)
    return TrainConfig(model, parse_schedule("64:14,112:5,224:2:0.25"), batch=64, lr=1e-3, ema=0.99)


@dataclass(frozen=True)
class Position:
    """Where in a run a step lies."""

    step: int
    epoch: int  # over the whole run, from 0
    step_in_epoch: int
    steps_in_epoch: int
    stage: Stage
    progress: float  # 0 to 1, counting pixels that the network sees, so that costly stages weigh more
    warmup: float  # 0 to 1 during the warm-up, then 1


class Timeline:
    """The steps of a run in their order: which stage, which epoch, and how far along."""

    def __init__(self, config: Recipe, pictures: int) -> None:
        self.epochs: list[tuple[Stage, int, int]] = []  # stage, first step, steps
        per_epoch = max(1, pictures // config.batch)
        step = 0
        for stage in config.schedule:
            left = max(1, round(stage.epochs * per_epoch))
            while left:
                steps = min(left, per_epoch)
                self.epochs.append((stage, step, steps))
                step, left = step + steps, left - steps
        self.steps = step
        self.warmup_steps = max(1, round(config.warmup * per_epoch))
        self._cost = [steps * stage.size**2 * stage.keep for stage, _, steps in self.epochs]

    def continues(self, other: Timeline, step: int) -> bool:
        """Whether every epoch that ``other`` has begun before ``step`` is here too."""
        then, now = (
            [
                (stage.size, stage.keep, first, steps)
                for stage, first, steps in timeline.epochs
                if first < step
            ]
            for timeline in (other, self)
        )
        return then == now

    def at(self, step: int) -> Position:
        """The place of step number ``step`` (from 0)."""
        epoch = next(i for i, (_, first, steps) in enumerate(self.epochs) if step < first + steps)
        stage, first, steps = self.epochs[epoch]
        done = math.fsum(self._cost[:epoch]) + self._cost[epoch] * (step - first) / steps
        progress = done / math.fsum(self._cost)
        return Position(
            step, epoch, step - first, steps, stage, progress, min(1.0, (step + 1) / self.warmup_steps)
        )
