"""What the loops on a GPU share: the clock that rules a run, pictures on the device, an average of the weights."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.train.augment import normalise, step_generator
from vitviz.train.checkpoint import write_atomically
from vitviz.train.data import PictureSet, epoch_order, resized


@dataclass
class Clock:
    """A run lasts ``seconds``, however fast the machine is: the schedule follows the time that has passed.

    Attributes:
        seconds: of training until the schedule ends.
        spent: of those, before this start, when a run goes on.
        since: when this start was, by the monotonic clock.
        deadline: when it has to stop even if the schedule has not ended, by the same clock.
    """

    seconds: float
    spent: float = 0.0
    since: float = 0.0
    deadline: float = math.inf

    def begin(self) -> None:
        """Start counting."""
        self.since = time.monotonic()

    def elapsed(self) -> float:
        """Seconds of training, those before an interruption too."""
        return self.spent + time.monotonic() - self.since

    def progress(self) -> float:
        """0 at the beginning, 1 when the time is up."""
        return min(1.0, self.elapsed() / max(1e-6, self.seconds))

    def over(self) -> bool:
        """Whether it is time to stop."""
        return self.progress() >= 1 or time.monotonic() >= self.deadline


def cosine(progress: float, warmup: float, peak: float) -> float:
    """Linear warm-up to ``peak`` over the share ``warmup`` of a run, then a cosine down to nothing."""
    if progress < warmup:
        return peak * (0.02 + 0.98 * progress / warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup)))


class Feed:
    """Endless batches of pictures' numbers, epoch after epoch, rare classes more often."""

    def __init__(self, pictures: PictureSet, seed: int, balance: float) -> None:
        self.labels, self.device = pictures.labels.cpu(), pictures.labels.device
        self.seed, self.balance, self.epoch = seed, balance, 0
        self._order, self._place = self.labels.new_zeros(0).to(self.device), 0

    def next(self, count: int) -> Tensor:
        """The next ``count`` pictures, (count,) indices on the device."""
        count = min(count, len(self.labels))
        if self._place + count > len(self._order):
            generator = step_generator(self.seed, self.epoch)
            order = epoch_order(self.labels, len(self.labels), self.balance, generator)
            self._order, self._place, self.epoch = order.to(self.device), 0, self.epoch + 1
        self._place += count
        return self._order[self._place - count : self._place]


class Average:
    """A moving average of all weights and running statistics of a network."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.state = {name: t.detach().clone() for name, t in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take a step towards the network; long steps at first, so that the beginning is forgotten."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        now = network.state_dict()
        names = [name for name, tensor in now.items() if tensor.is_floating_point()]
        torch._foreach_lerp_([self.state[n] for n in names], [now[n].detach() for n in names], 1 - decay)


class Pace:
    """Keeps the CPU from running ahead of the GPU, so that the clock means what it says."""

    def __init__(self, device: torch.device, ahead: int = 4) -> None:
        self.device, self.ahead = device, ahead
        self.events: list[torch.cuda.Event] = []

    def step(self) -> None:
        """Wait until the step that was given out ``ahead`` steps ago is done."""
        if self.device.type != "cuda":
            return
        event = torch.cuda.Event()
        event.record()
        self.events.append(event)
        if len(self.events) > self.ahead:
            self.events.pop(0).synchronize()


def compiled(function: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    """The same function with its small operations fused, on a GPU; as it is elsewhere."""
    return torch.compile(function, dynamic=False) if device.type == "cuda" else function


def autocast(device: torch.device) -> torch.autocast:
    """Matrix products in bfloat16 on a GPU."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


@torch.no_grad()
def answers(network: Callable[[Tensor], Tensor], pictures: PictureSet, size: int) -> Iterator[Tensor]:
    """What ``network`` says to whole pictures at ``size``, batch by batch."""
    for pixels in torch.split(pictures.pixels, 128):
        with autocast(pixels.device):
            yield network(whole(pixels, size)).float()


def whole(pixels: Tensor, size: int) -> Tensor:
    """Bytes (B, 3, h, w) -> normalised pictures (B, 3, size, size), nothing cut off."""
    if pixels.shape[-1] < size and pixels.device.type == "cuda":
        x = F.interpolate(pixels.float() / 255, size=(size, size), mode="bicubic", align_corners=False)
        return normalise(x.clamp(0, 1))
    return normalise(resized(pixels, size).float() / 255)


def top1(network: Callable[[Tensor], Tensor], pictures: PictureSet, size: int) -> float:
    """Share of the pictures that are named rightly."""
    right = torch.cat([scores.argmax(1) for scores in answers(network, pictures, size)]) == pictures.labels
    return right.float().mean().item()


def pictures_on(path: Path, device: torch.device) -> tuple[PictureSet, PictureSet]:
    """What ``keep_pictures`` left: the training and the validation pictures, on the device."""
    with np.load(path, allow_pickle=False) as file:
        pixels = torch.from_numpy(file["pixels"]).to(device)
        labels, is_val = (torch.from_numpy(file[name]).to(device) for name in ("labels", "is_val"))
        classes = tuple(str(name) for name in file["classes"])
    return (
        PictureSet(pixels[~is_val].contiguous(), labels[~is_val], classes),
        PictureSet(pixels[is_val].contiguous(), labels[is_val], classes),
    )


def keep_pictures(path: Path, train: PictureSet, val: PictureSet) -> None:
    """Leave decoded pictures in one file, for several processes to read."""

    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.savez(
                file,
                pixels=torch.cat([train.pixels, val.pixels]).numpy(),
                labels=torch.cat([train.labels, val.labels]).numpy(),
                is_val=np.arange(len(train) + len(val)) >= len(train),
                classes=np.array(train.classes),
            )

    write_atomically(path, write)


class Log:
    """One line of JSON for everything that is worth knowing, in a file that several processes share."""

    def __init__(self, path: Path, part: str) -> None:
        self.path, self.part, self.begun = path, part, time.monotonic()

    def __call__(self, **facts: Any) -> None:
        """Write a line, and print it."""
        rounded = {k: round(v, 5) if isinstance(v, float) else v for k, v in facts.items()}
        line = json.dumps({"part": self.part, "at": round(time.monotonic() - self.begun, 1)} | rounded)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        print(line, flush=True)
