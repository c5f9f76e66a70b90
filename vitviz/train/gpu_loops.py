"""The loop on a GPU that teachers and pupils share, and how a convolutional teacher learns from labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.train.checkpoint import load_checkpoint, load_weights, save_checkpoint, save_weights
from vitviz.train.data import PictureSet
from vitviz.train.gpu_parts import Average, Clock, Feed, Log, Pace, autocast, cosine, top1
from vitviz.train.gpu_recipes import Phase, PupilRecipe, TeacherRecipe
from vitviz.train.recipe import make_optimizer, soft_cross_entropy
from vitviz.train.teacher import ConvTeacher, Lesson, Staff


class Loop:
    """What both loops do: follow the clock, step, average, log, and leave a state to go on from."""

    def __init__(
        self,
        recipe: TeacherRecipe | PupilRecipe,
        trained: nn.Module,
        averaged: nn.Module,
        clock: Clock,
        log: Log,
    ) -> None:
        self.recipe, self.trained, self.averaged, self.clock, self.log = recipe, trained, averaged, clock, log
        self.optimizer = make_optimizer(trained, recipe.lr, recipe.weight_decay)
        self.average = Average(averaged, recipe.ema)
        self.steps = [0] * len(recipe.phases)
        self.seen = 0

    def resume(self, path: Path, device: torch.device) -> None:
        """Go on from what ``leave`` wrote, if there is something."""
        state = load_checkpoint(path, device)
        if state is not None:
            self.trained.load_state_dict(state["trained"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.state, self.average.steps = state["average"], state["average_steps"]
            self.steps, self.seen, self.clock.spent = state["steps"], state["seen"], state["spent"]

    def leave(self, path: Path) -> None:
        """Write everything that going on needs."""
        state = {
            "trained": self.trained.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state,
            "average_steps": self.average.steps,
            "steps": self.steps,
            "seen": self.seen,
            "spent": self.clock.elapsed(),
        }
        save_checkpoint(path, state)

    def phase(self, progress: float) -> int:
        """Which phase it is."""
        return next((i for i, p in enumerate(self.recipe.phases) if progress < p.until), len(self.steps) - 1)

    def run(
        self,
        feed: Feed,
        loss_of: Callable[[Tensor, Phase, float], Tensor],
        check: Callable[[int], float],
        state: Path,
        every: float,
    ) -> None:
        """Train until the time is up; every ``every`` seconds look at the validation pictures and save.

        Raises:
            ArithmeticError: the loss is no number any more.
        """
        pace = Pace(feed.device)
        self.clock.begin()
        looked, sums, count, begun = self.clock.elapsed(), torch.zeros((), device=feed.device), 0, self.seen
        while not self.clock.over():
            progress = self.clock.progress()
            number = self.phase(progress)
            phase = self.recipe.phases[number]
            for group in self.optimizer.param_groups:
                group["lr"] = cosine(progress, self.recipe.warmup, self.recipe.lr)
            self.trained.train()
            chosen = feed.next(phase.batch)
            loss = loss_of(chosen, phase, progress)
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(self.trained.parameters(), self.recipe.clip)
            self.optimizer.step()
            self.average.update(self.averaged)
            self.steps[number] += 1
            self.seen += len(chosen)
            sums += loss.detach()
            count += 1
            pace.step()
            if self.clock.elapsed() - looked > every:
                mean = sums.item() / count
                speed = (self.seen - begun) / (self.clock.elapsed() - looked)
                if mean != mean:
                    raise ArithmeticError(f"{self.log.part}: the loss is no number")
                self.log(progress=progress, size=phase.size, loss=mean, per_s=speed, val=check(phase.taught))
                self.leave(state)
                looked, count, begun = self.clock.elapsed(), 0, self.seen
                sums.zero_()


def train_teacher(
    number: int,
    train: PictureSet,
    val: PictureSet,
    recipe: TeacherRecipe,
    clock: Clock,
    folders: tuple[Path, Path],
    log: Log,
    every: float = 20.0,
) -> float:
    """Train teacher ``number`` and leave it in both folders as ``teacherN.safetensors``; its top-1."""
    device = train.pixels.device
    torch.manual_seed(100 + number)
    classes = len(train.classes)
    network = ConvTeacher(classes, recipe.widths, drop_path=recipe.drop_path).to(device)
    channels_last(network)
    loop = Loop(recipe, network, network, clock, log)
    loop.resume(folders[0] / f"teacher{number}.pt", device)
    clock.seconds += clock.spent
    judge = ConvTeacher(classes, recipe.widths).to(device).eval()

    def loss_of(chosen: Tensor, phase: Phase, progress: float) -> Tensor:
        target = F.one_hot(train.labels[chosen], classes).float()
        images, target = recipe.strong(train.pixels[chosen], target, phase.size)
        with autocast(device):
            lesson = network(images.contiguous(memory_format=torch.channels_last))
        return soft_cross_entropy(lesson.scores, target, recipe.smoothing)

    def check(size: int) -> float:
        judge.load_state_dict(loop.average.state)
        return top1(lambda x: cast("Lesson", judge(x)).scores, val, size)

    loop.run(
        Feed(train, 100 + number, recipe.balance), loss_of, check, folders[0] / f"teacher{number}.pt", every
    )
    reached = check(recipe.phases[-1].taught)
    half = {n: t.half() if t.is_floating_point() else t for n, t in loop.average.state.items()}
    log(done=True, val=reached, steps=loop.steps, seen=loop.seen, epochs=loop.seen / len(train))
    for folder in folders:
        save_weights(folder / f"teacher{number}.safetensors", half)
    return reached


def channels_last(network: nn.Module) -> None:
    """Lay filters out so that a GPU's convolutions in bfloat16 are fast."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # the stub knows it by place only


def staff_of(files: list[Path], classes: int, widths: tuple[int, ...], device: torch.device) -> Staff:
    """Teachers from their files, ready to teach."""
    teachers = []
    for file in files:
        teacher = ConvTeacher(classes, widths)
        weights = load_weights(file)
        teacher.load_state_dict({n: weights[n].to(t.dtype) for n, t in teacher.state_dict().items()})
        teachers.append(teacher)
    staff = Staff(teachers).to(device).eval().requires_grad_(False)
    channels_last(staff)
    return staff
