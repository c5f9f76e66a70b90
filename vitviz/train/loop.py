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

from vitviz.train import checkpoint
from vitviz.train.config import Position, Timeline
from vitviz.train.recipe import ema_decay, ema_update, make_optimizer
from vitviz.train.tasks.task import Task

EARLIER = "earlier.json"  # in the folder of a run: what is known of the weights that it began with


class Trainer:
    """One run, in a folder with ``config.json``, ``checkpoint.pt``, ``log.jsonl`` and ``best.safetensors``.

    Raises:
        ValueError: the folder holds a run with another recipe, or the model does not fit the data.
    """

    def __init__(
        self,
        task: Task,
        out: Path,
        device: torch.device,
        save_minutes: float = 3.0,
        reschedule: bool = False,
    ) -> None:
        self.task, self.config = task, task.recipe
        self.device, self.out, self.save_minutes = device, out, save_minutes
        task.to(device)
        self.timeline = Timeline(self.config, task.examples)
        self.network = task.build()
        self.network.to(device)
        self.optimizer = make_optimizer(self.network, self.config.lr, self.config.weight_decay)
        self.step, self.seconds, self.cpu_seconds = 0, 0.0, 0.0
        self.best = (0, 0.0)  # picture size, the task's metric
        self.log: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []  # schedules that were given up, and at which step
        self.stop = False
        out.mkdir(parents=True, exist_ok=True)
        state = checkpoint.load_checkpoint(out / "checkpoint.pt", device)
        if state is None:
            self._begin()
        else:
            self._resume(state, reschedule)
        recipe = json.dumps(self.config.to_json() | {"history": self.history}, indent=1) + "\n"
        checkpoint.write_atomically(
            out / "config.json", lambda part: part.write_text(recipe, encoding="utf-8")
        )
        self._epoch_begun: tuple[float, int] | None = None  # when, and at which step
        self._saved = time.monotonic()

    def _begin(self) -> None:
        self.task.start(self.network.cpu())
        if self.config.begin_with:
            self._begin_with(Path(self.config.begin_with))
        self.network.to(self.device)
        self.average = {name: x.detach().clone() for name, x in self.network.state_dict().items()}
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
        then = type(self.config).from_json(json.loads(state["config"]))
        self.history = json.loads(state.get("history", "[]"))
        if (
            reschedule
            and then != self.config
            and then.with_changes({"schedule": self.config.schedule}) == self.config
        ):
            if not self.timeline.continues(Timeline(then, self.task.examples), state["step"]):
                raise ValueError(f"the steps that {self.out} has behind it are not in the new schedule")
            self.history.append({"until_step": state["step"], "schedule": then.to_json()["schedule"]})
        elif then != self.config:
            raise ValueError(f"{self.out} holds a run with another recipe: {state['config']}")
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.loss_sum = state["average"], state["loss_sum"]
        self.step, self.seconds = state["step"], state["seconds"]
        self.cpu_seconds = state.get("cpu_seconds", 0.0)
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
            "cpu_seconds": self.cpu_seconds,
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
            begun, used = time.monotonic(), time.process_time()
            place = self.timeline.at(self.step)
            if place.step_in_epoch == 0 or self._epoch_begun is None:
                self._epoch_begun = (begun, self.step)
            self._train_step(place)
            self.step += 1
            self.seconds += time.monotonic() - begun
            self.cpu_seconds += time.process_time() - used
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

    def _train_step(self, place: Position) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.task.learning_rate(place)
        self.network.train()
        with self._precision():
            loss = self.task.loss(self.network, place)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimizer.step()
        ema_update(self.average, self.network, ema_decay(self.step, self.config.ema))
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
        assert self._epoch_begun is not None
        begun, first = self._epoch_begun
        speed = (self.step - first) * self.config.batch / max(1e-9, time.monotonic() - begun)
        figures = self.measure(place)
        line = {
            "epoch": place.epoch,
            "step": self.step,
            "size": place.stage.size,
            "lr": self.optimizer.param_groups[0]["lr"],
            "loss": round(self.loss_sum.item() / place.steps_in_epoch, 5),
            **{name: round(value, 5) for name, value in figures.items()},
            "examples_per_s": round(speed, 1),
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "device": _device_name(self.device),
            "threads": torch.get_num_threads(),
        }
        self.loss_sum.zero_()
        self.log.append(line)
        self._write_log()
        reached = figures[self.task.metric]
        if place.stage.size != self.best[0] or reached >= self.best[1]:
            self.best = (place.stage.size, reached)
            metadata = {
                "step": str(self.step),
                self.task.metric: f"{reached:.5f}",
                "size": str(place.stage.size),
            }
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
    def measure(self, place: Position) -> dict[str, float]:
        """The task's figures of the averaged weights."""
        network = self.network
        own = {name: x.detach().clone() for name, x in network.state_dict().items()}
        network.load_state_dict(self.average)
        network.eval()
        with self._precision():
            figures = self.task.measure(network, place)
        network.load_state_dict(own)
        return figures


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, {os.cpu_count()} cores"


def _say(text: str) -> None:
    print(text, flush=True)
