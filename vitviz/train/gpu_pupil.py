"""How a pupil learns on a GPU: from what teachers say to the same changed pictures, and where in them they look."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.build import build
from vitviz.train.attention import AttentionFigures, attention_figures
from vitviz.train.augment import normalise
from vitviz.train.checkpoint import save_weights
from vitviz.train.data import PictureSet
from vitviz.train.gpu_loops import Loop
from vitviz.train.gpu_parts import Clock, Feed, Log, autocast, compiled, top1, whole
from vitviz.train.gpu_recipes import Phase, PupilRecipe
from vitviz.train.pupils import Answer, Guides, pupil
from vitviz.train.recipe import Network, soft_cross_entropy
from vitviz.train.start import start
from vitviz.train.teacher import Lesson, Staff
from vitviz.zoo.registry import find


class PupilRun:
    """One pupil and its loop."""

    def __init__(
        self,
        model: str,
        train: PictureSet,
        val: PictureSet,
        recipe: PupilRecipe,
        taught: tuple[int, ...],
        clock: Clock,
        log: Log,
        seed: int = 0,
    ) -> None:
        self.model, self.train, self.val, self.recipe, self.log = model, train, val, recipe, log
        self.device = train.pixels.device
        self.classes = len(train.classes)
        torch.manual_seed(seed)
        self.network: Network = build(find(model).config)
        sample = normalise(train.pixels[:: max(1, len(train) // 1000)].cpu().float() / 255)
        start(self.network, seed, sample)
        self.network.to(self.device)
        self.judge: Network = build(find(model).config).to(self.device).eval()
        spare = pupil(self.network, recipe.phases[0].size, 0.0, recipe.spread)
        self.guides = Guides(spare.channels(), taught).to(self.device)
        trained = nn.ModuleDict({"network": self.network, "guides": self.guides})
        self.loop = Loop(recipe, trained, self.network, clock, log)
        pupils = {p.size: pupil(self.network, p.size, recipe.drop_path, recipe.spread) for p in recipe.phases}
        self.forward = {size: compiled(one.__call__, self.device) for size, one in pupils.items()}

    def loss(self, staff: Staff, chosen: Tensor, phase: Phase, progress: float) -> Tensor:
        """What a batch costs: to differ from the teachers, in word and in map, and to stare."""
        recipe = self.recipe
        label = F.one_hot(self.train.labels[chosen], self.classes).float()
        images, label = recipe.strong(self.train.pixels[chosen], label, phase.size)
        with torch.no_grad(), autocast(self.device):
            seen = F.interpolate(images, size=(phase.taught, phase.taught), mode="bilinear", antialias=True)
            lesson: Lesson = staff(seen.contiguous(memory_format=torch.channels_last))
        target = recipe.own * label + (1 - recipe.own) * lesson.scores
        with autocast(self.device):
            answer: Answer = self.forward[phase.size](images)
            guided = self.guides(answer, lesson.middle, lesson.last)
        weight = recipe.guide * (1 - 0.8 * progress)
        told = soft_cross_entropy(answer.scores, target, 0.0)
        return told + weight * guided + recipe.spread_weight * recipe.spread.penalty(answer.heads.float())

    def warm_up(self, staff: Staff) -> None:
        """Run every phase once, so that everything is compiled before the clock starts; nothing is learnt."""
        done = self.loop.clock.spent / max(1e-6, self.loop.clock.seconds)
        for phase in self.recipe.phases:
            if phase.until <= done:
                continue
            begun = time.monotonic()
            chosen = torch.arange(min(phase.batch, len(self.train)), device=self.device)
            torch.autograd.backward(self.loss(staff, chosen, phase, 0.0))
            self.loop.optimizer.zero_grad(set_to_none=True)
            self.log(compiled=phase.size, seconds=time.monotonic() - begun)

    def resume(self, folder: Path) -> None:
        """Go on from the state in a folder, if there is one."""
        self.loop.resume(folder / f"{self.model}.pt", self.device)

    def check(self, size: int) -> float:
        """Top-1 of the averaged weights at the native size, whatever is trained at."""
        self.judge.load_state_dict(self.loop.average.state)
        return top1(self.judge, self.val, find(self.model).preprocessing.height_width[0])

    def spread(self, count: int = 64) -> AttentionFigures:
        """The attention of the averaged weights over some validation pictures."""
        self.judge.load_state_dict(self.loop.average.state)
        size = find(self.model).preprocessing.height_width[0]
        chosen = self.val.pixels[:: max(1, len(self.val) // count)]
        return attention_figures(self.judge, [whole(one, size) for one in torch.split(chosen, 1)])

    def run(self, staff: Staff, folders: tuple[Path, Path], every: float = 30.0) -> dict[str, Any]:
        """Train until the time is up and leave the averaged weights in the second folder."""
        state = folders[0] / f"{self.model}.pt"
        feed = Feed(self.train, self.loop.seen, self.recipe.balance)
        shipped = folders[1] / f"{self.model}.safetensors"

        def check(size: int) -> float:
            reached = self.check(size)
            save_weights(shipped, {n: t.half() for n, t in self.loop.average.state.items()})
            return reached

        self.loop.run(feed, lambda *rest: self.loss(staff, *rest), check, state, every)
        facts = {
            "val": check(0),
            "steps": self.loop.steps,
            "epochs": self.loop.seen / len(self.train),
            "seconds": self.loop.clock.elapsed(),
            **asdict(self.spread()),
        }
        self.loop.leave(state)
        self.log(done=True, **facts)
        return facts
