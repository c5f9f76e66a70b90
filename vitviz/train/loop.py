"""The training loop: a step, an epoch, and everything needed to stop at any step and go on."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from vitviz.models.build import build
from vitviz.train import checkpoint
from vitviz.train.augment import Augmentation, normalise, step_generator
from vitviz.train.config import Position, Stage, Timeline, TrainConfig
from vitviz.train.data import HEADROOM, PictureSet, epoch_order, resized
from vitviz.train.recipe import (
    Network,
    ema_decay,
    ema_update,
    learning_rate,
    make_optimizer,
    run_network,
    soft_cross_entropy,
)
from vitviz.train.start import start
from vitviz.zoo.registry import find

EARLIER = "earlier.json"  # in the folder of a run: what is known of the weights that it began with
ORDER, AUGMENT, NETWORK = range(3)  # what randomness is for


class Trainer:
    """One run, in a folder with ``config.json``, ``checkpoint.pt``, ``log.jsonl`` and ``best.safetensors``.

    Raises:
        ValueError: the folder holds a run with another recipe, or the model has another number of classes.
    """

    def __init__(
        self,
        config: TrainConfig,
        train: PictureSet,
        val: PictureSet,
        out: Path,
        device: torch.device,
        save_minutes: float = 3.0,
        reschedule: bool = False,
    ) -> None:
        self.config, self.device, self.out, self.save_minutes = config, device, out, save_minutes
        self.train, self.val = _on(train, device), _on(val, device)
        self.timeline = Timeline(config, len(train))
        self.network: Network = build(find(config.model).config)
        self.classes = self.network.config.num_classes
        if self.classes != len(train.classes):
            raise ValueError(f"{config.model} has {self.classes} classes, the data {len(train.classes)}")
        self.network.to(device)
        self.optimizer = make_optimizer(self.network, config.lr, config.weight_decay)
        self.step, self.seconds, self.best = 0, 0.0, (0, 0.0)  # best: picture size, top-1
        self.log: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []  # schedules that were given up, and at which step
        self.stop = False
        out.mkdir(parents=True, exist_ok=True)
        state = checkpoint.load_checkpoint(out / "checkpoint.pt", device)
        if state is None:
            self._begin()
        else:
            self._resume(state, reschedule)
        recipe = json.dumps(config.to_json() | {"history": self.history}, indent=1) + "\n"
        checkpoint.write_atomically(
            out / "config.json", lambda part: part.write_text(recipe, encoding="utf-8")
        )
        self._stage: Stage | None = None
        self._epoch = -1
        self._saved = time.monotonic()

    def _begin(self) -> None:
        sample = None
        if self.config.start:
            shrunk = self.train.shrunk(round(self.config.schedule[0].size * HEADROOM))
            sample = normalise(
                shrunk[:: max(1, len(shrunk) // 2000)].cpu().float() / 255
            )  # (about 2,000, 3, h, w)
        start(self.network.cpu(), self.config.seed, sample)
        if self.config.begin_with:
            self._begin_with(Path(self.config.begin_with))
        self.network.to(self.device)
        self.average = {name: p.detach().clone() for name, p in self.network.named_parameters()}
        self.loss_sum = torch.zeros((), device=self.device)

    def _begin_with(self, weights: Path) -> None:
        """Take the weights of an earlier run, and keep what its card says, so that the next card can say it too."""
        self.network.load_state_dict(checkpoint.load_weights(weights))
        card = weights.with_suffix(".json")
        facts = json.loads(card.read_text(encoding="utf-8")) if card.is_file() else {}
        known = {key: facts[key] for key in ("figures", "recipe", "run", "earlier") if key in facts}
        text = json.dumps({"sha256": checkpoint.sha256(weights)} | known, indent=1) + "\n"
        checkpoint.write_atomically(self.out / EARLIER, lambda part: part.write_text(text, encoding="utf-8"))

    def _resume(self, state: dict[str, Any], reschedule: bool) -> None:
        then = TrainConfig.from_json(json.loads(state["config"]))
        self.history = json.loads(state.get("history", "[]"))
        if (
            reschedule
            and then != self.config
            and then.with_changes({"schedule": self.config.schedule}) == self.config
        ):
            if not self.timeline.continues(Timeline(then, len(self.train)), state["step"]):
                raise ValueError(f"the steps that {self.out} has behind it are not in the new schedule")
            self.history.append({"until_step": state["step"], "schedule": then.to_json()["schedule"]})
        elif then != self.config:
            raise ValueError(f"{self.out} holds a run with another recipe: {state['config']}")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.loss_sum = state["average"], state["loss_sum"]
        self.step, self.seconds = state["step"], state["seconds"]
        self.best = (state["best_size"], state["best_top1"])
        self.log = json.loads(state["log"])
        self._write_log()

    def save(self) -> None:
        """Write everything that going on needs."""
        state = {
            "config": json.dumps(self.config.to_json()),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "loss_sum": self.loss_sum,
            "step": self.step,
            "seconds": self.seconds,
            "best_size": self.best[0],
            "best_top1": self.best[1],
            "log": json.dumps(self.log),
            "history": json.dumps(self.history),
        }
        checkpoint.save_checkpoint(self.out / "checkpoint.pt", state)
        self._saved = time.monotonic()

    def _write_log(self) -> None:
        text = "".join(json.dumps(line) + "\n" for line in self.log)
        checkpoint.write_atomically(
            self.out / "log.jsonl", lambda part: part.write_text(text, encoding="utf-8")
        )

    def run(self, until: int | None = None, quiet: bool = False) -> bool:
        """Train to the end, or to step ``until``, or until ``stop`` is set; whether the run is complete.

        Whatever the reason, the run is saved before this returns.
        """
        end = self.timeline.steps if until is None else min(until, self.timeline.steps)
        shown = 0.0
        while self.step < end and not self.stop:
            begun = time.monotonic()
            place = self.timeline.at(self.step)
            self._prepare(place)
            self._train_step(place)
            self.step += 1
            self.seconds += time.monotonic() - begun
            if place.step_in_epoch + 1 == place.steps_in_epoch:
                self._end_epoch(place, quiet)
            elif not quiet and time.monotonic() - shown > 15:
                shown = time.monotonic()
                loss = self.loss_sum.item() / (place.step_in_epoch + 1)
                _say(f"  epoch {place.epoch} step {self.step}/{self.timeline.steps} loss {loss:.3f}")
            if time.monotonic() - self._saved > 60 * self.save_minutes:
                self.save()
        self.save()
        return self.step == self.timeline.steps

    def _prepare(self, place: Position) -> None:
        """Bring the pictures to the size of the stage, and put the epoch into an order."""
        if place.stage != self._stage:
            self._stage = place.stage
            self._pixels = self.train.shrunk(round(place.stage.size * HEADROOM))
        if place.epoch != self._epoch:
            self._epoch = place.epoch
            generator = step_generator(self.config.seed, place.epoch, ORDER)
            total = place.steps_in_epoch * self.config.batch
            labels = self.train.labels.cpu()
            self._order = epoch_order(labels, total, self.config.balance, generator).to(self.device)
            self._epoch_begun = (time.monotonic(), self.step)

    def _train_step(self, place: Position) -> None:
        config, stage = self.config, place.stage
        chosen = self._order[place.step_in_epoch * config.batch :][: config.batch]
        augment = Augmentation(
            crop=config.crop,
            colour=config.colour,
            erase=config.erase,
            mixup=config.mixup,
            cutmix=config.cutmix,
        )
        images, target = augment(
            self._pixels[chosen],
            self.train.labels[chosen],
            self.classes,
            stage.size,
            step_generator(config.seed, self.step, AUGMENT),
        )
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(place.progress, place.warmup, config.lr, config.final_lr)
        self.network.train()
        randomness = step_generator(config.seed, self.step, NETWORK)
        with self._precision():
            scores = run_network(self.network, images, randomness, config.drop_path, stage.keep)
        loss = soft_cross_entropy(scores, target, config.smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.clip)
        self.optimizer.step()
        ema_update(self.average, self.network, ema_decay(self.step, config.ema))
        self.loss_sum += loss.detach()

    def _precision(self) -> ExitStack:
        stack = ExitStack()
        if self.config.precision == "bfloat16":
            stack.enter_context(torch.autocast(self.device.type, torch.bfloat16))
        if self.device.type == "cpu":
            # Backwards through the fused kernel takes a fifth longer there at 50 tokens, and gains nothing at 197.
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        return stack

    def _end_epoch(self, place: Position, quiet: bool) -> None:
        begun, first = self._epoch_begun
        speed = (self.step - first) * self.config.batch / max(1e-9, time.monotonic() - begun)
        top1 = self.quick_top1(place.stage.size)
        line = {
            "epoch": place.epoch,
            "step": self.step,
            "size": place.stage.size,
            "lr": self.optimizer.param_groups[0]["lr"],
            "loss": round(self.loss_sum.item() / place.steps_in_epoch, 5),
            "val_top1": round(top1, 5),
            "pictures_per_s": round(speed, 1),
            "seconds": round(self.seconds, 1),
            "device": _device_name(self.device),
            "threads": torch.get_num_threads(),
        }
        self.loss_sum.zero_()
        self.log.append(line)
        self._write_log()
        if place.stage.size != self.best[0] or top1 >= self.best[1]:
            self.best = (place.stage.size, top1)
            metadata = {"step": str(self.step), "val_top1": f"{top1:.5f}", "size": str(place.stage.size)}
            checkpoint.save_weights(self.out / "best.safetensors", self.average, metadata)
        self.save()
        if not quiet:
            _say(
                " ".join(
                    f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                    for key, value in line.items()
                )
            )

    @torch.no_grad()
    def quick_top1(self, size: int) -> float:
        """Share of the validation pictures that the averaged weights get right at ``size``, 0 to 1."""
        network = self.network
        own = {name: p.detach().clone() for name, p in network.named_parameters()}
        network.load_state_dict(self.average)
        network.eval()
        right = 0
        with self._precision():
            for pixels, labels in zip(
                *(torch.split(x, 128) for x in (self.val.pixels, self.val.labels)), strict=True
            ):
                images = normalise(resized(pixels, size).float() / 255)
                right += int((network(images).argmax(1) == labels).sum())
        network.load_state_dict(own)
        return right / max(1, len(self.val))


def _on(pictures: PictureSet, device: torch.device) -> PictureSet:
    return PictureSet(pictures.pixels.to(device), pictures.labels.to(device), pictures.classes)


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {os.cpu_count()} cores"


def _say(text: str) -> None:
    print(text, flush=True)
