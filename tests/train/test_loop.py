from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from vitviz.samples import SAMPLES
from vitviz.train.__main__ import STOPPED, main
from vitviz.train.checkpoint import load_checkpoint
from vitviz.train.config import TrainConfig, parse_schedule
from vitviz.train.data import load
from vitviz.train.evaluate import evaluate
from vitviz.train.evaluate import main as evaluate_command
from vitviz.train.export import export, sha256
from vitviz.train.loop import Trainer
from vitviz.train.tasks.classification import Classification

CPU = torch.device("cpu")


def recipe(model: str, schedule: str = "16:1,32:2", **changes: float) -> TrainConfig:
    base = TrainConfig(model, parse_schedule(schedule), batch=8, lr=3e-3, warmup=0.5, ema=0.9, drop_path=0.1)
    return base.with_changes({"mixup": 0.2, "cutmix": 0.2, "erase": 0.2, **changes})


def trainer(config: TrainConfig, data: Path, out: Path) -> Trainer:
    return Trainer(Classification(config, *load(data)), out, CPU)


@pytest.mark.parametrize("model", ["vit-test", "swin-test"])
def test_two_epochs_lower_the_loss(model: str, data_file: Path, tmp_path: Path) -> None:
    config = recipe(model, "32:2", mixup=0.0, cutmix=0.0, drop_path=0.0, smoothing=0.0, batch=4)
    run = trainer(config, data_file, tmp_path)
    assert run.run(quiet=True)
    first, last = (json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines())
    assert last["loss"] < 0.9 * first["loss"]
    assert (first["epoch"], last["epoch"], last["size"], last["step"]) == (0, 1, 32, 20)
    assert last["val_top1"] > 0.3


@pytest.mark.parametrize("model", ["vit-test", "swin-test"])
def test_resuming_equals_not_stopping(model: str, data_file: Path, tmp_path: Path) -> None:
    config = recipe(model, "16:1,32:1.5:0.5" if model == "vit-test" else "16:1,32:1.5")
    whole = trainer(config, data_file, tmp_path / "whole")
    assert whole.run(quiet=True)
    for until in (2, 7, None):  # inside the first epoch, inside the second stage, to the end
        parts = trainer(config, data_file, tmp_path / "parts")
        assert parts.run(until, quiet=True) == (until is None)
    for name, weight in whole.network.state_dict().items():
        assert torch.allclose(weight, parts.network.state_dict()[name], atol=1e-6), name
    for name, weight in whole.average.items():
        assert torch.allclose(weight, parts.average[name], atol=1e-6), name
    assert [line["loss"] for line in parts.log] == pytest.approx(
        [line["loss"] for line in whole.log], abs=1e-4
    )
    assert [line["val_top1"] for line in parts.log] == [line["val_top1"] for line in whole.log]


def test_another_recipe_does_not_go_on_in_the_same_folder(data_file: Path, tmp_path: Path) -> None:
    trainer(recipe("vit-test"), data_file, tmp_path).run(1, quiet=True)
    with pytest.raises(ValueError, match="another recipe"):
        trainer(recipe("vit-test", lr=1.0), data_file, tmp_path)


def test_the_schedule_may_change_ahead_but_not_behind(data_file: Path, tmp_path: Path) -> None:
    def again(schedule: str, reschedule: bool = True) -> Trainer:
        task = Classification(recipe("vit-test", schedule), *load(data_file))
        return Trainer(task, tmp_path, CPU, reschedule=reschedule)

    again("16:2,32:2").run(7, quiet=True)
    for wrong in ("16:1,32:2", "32:2", "16:1.2"):
        with pytest.raises(ValueError, match="behind it"):
            again(wrong)
    with pytest.raises(ValueError, match="another recipe"):
        again("16:3", reschedule=False)
    assert again("16:3").run(quiet=True)
    written = json.loads((tmp_path / "config.json").read_text())
    assert written["history"] == [{"until_step": 7, "schedule": "16:2,32:2"}]
    assert written["schedule"] == "16:3"
    assert again("16:3").history == written["history"]


def test_a_model_of_other_classes_is_refused(data_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="20 classes, the data 5"):
        trainer(recipe("vit-tiny"), data_file, tmp_path)


def test_a_checkpoint_with_code_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"config": Path("x")}, path)
    with pytest.raises(Exception, match=r"[Ww]eights"):
        load_checkpoint(path, CPU)


def test_a_terminated_process_is_saved_and_goes_on(data_file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vitviz.train", "--model", "vit-test", "--data", str(data_file)]
    command += ["--out", str(tmp_path), "--device", "cpu", "--threads", "1", "--batch", "4"]
    process = subprocess.Popen([*command, "--schedule", "32:5000"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 0"):
            break
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGTERM)
    process.stdout.read()
    assert process.wait(30) == STOPPED
    state = load_checkpoint(tmp_path / "checkpoint.pt", CPU)
    assert state is not None
    assert state["step"] >= 10
    assert (tmp_path / "best.safetensors").is_file()


def test_the_command_line_trains_exports_and_evaluates(
    data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    arguments = ["--model", "vit-test", "--data", str(data_file), "--out", str(run), "--device", "cpu"]
    assert main([*arguments, "--threads", "1", "--schedule", "32:2", "--batch", "4", "--lr", "0.003"]) == 0
    facts = export("vit-test", data_file, run, out)
    weights = out / "vit-test.safetensors"
    written = json.loads((out / "vit-test.json").read_text())
    card = (out / "vit-test.md").read_text()
    assert written == facts
    assert facts["run"]["steps"] == facts["run"]["of_steps"] == 20
    assert facts["run"]["epochs"] == 2
    assert sha256(weights) == facts["sha256"]
    assert facts["sha256"] in card
    assert str(tmp_path) not in card + json.dumps(facts)
    best = load_file(run / "best.safetensors")
    for name, tensor in load_file(weights).items():
        assert tensor.dtype == torch.float16
        assert torch.equal(tensor, best[name].half())
    again = evaluate("vit-test", data_file, weights)
    assert round(again.top1, 4) == facts["figures"]["top1"]
    assert f"{again.top1:.1%}" in card
    assert round(again.temperature, 4) == facts["temperature"]
    assert f"{again.temperature:.3f}" in card
    capsys.readouterr()
    evaluate_command(["--model", "vit-test", "--data", str(data_file), "--weights", str(weights)])
    printed = capsys.readouterr().out
    told = json.loads(printed.splitlines()[-1])
    for key, figure in facts["figures"].items():
        assert told[key] == (
            pytest.approx(figure, abs=6e-5) if isinstance(figure, float | dict | list) else figure
        )
    assert all(f"| {sample.file} | (not of its world) |" in printed for sample in SAMPLES)
    with pytest.raises(ValueError, match="no trained weights"):
        evaluate("vit-test", data_file)


def test_weights_that_do_not_fit_are_refused(data_file: Path, tmp_path: Path) -> None:
    save_file({"nothing": torch.zeros(1)}, tmp_path / "bad.safetensors")
    with pytest.raises(RuntimeError):
        evaluate("vit-test", data_file, tmp_path / "bad.safetensors")
