"""The GPU recipe in miniature, on the CPU."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.train.attention import Spread, attention_figures
from vitviz.train.checkpoint import save_weights
from vitviz.train.data import load
from vitviz.train.gpu import main
from vitviz.train.gpu_loops import staff_of, train_teacher
from vitviz.train.gpu_parts import Average, Clock, Feed, Log, cosine, keep_pictures, pictures_on
from vitviz.train.gpu_pupil import PupilRun
from vitviz.train.gpu_recipes import small_pupil_recipe, small_teacher_recipe
from vitviz.train.pupils import pupil
from vitviz.train.recipe import Network
from vitviz.train.teacher import ConvTeacher
from vitviz.zoo.registry import find


def network(name: str) -> Network:
    built: Network = build(find(name).config)
    initialize(built, 0)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return built


@pytest.mark.parametrize("name", ["vit-test", "swin-test"])
@pytest.mark.parametrize("size", [32, 24, 64])
def test_a_pupil_computes_what_its_network_does(name: str, size: int) -> None:
    torch.manual_seed(0)
    built = network(name)
    x = torch.randn(3, 3, size, size)
    answer = pupil(built, size, 0.0, Spread())(x)
    assert torch.allclose(answer.scores, built(x), atol=1e-5)
    assert answer.heads.shape == (2 if name == "vit-test" else 4, 3)
    dropped = pupil(built, size, 0.9, Spread())(x)
    assert not torch.allclose(dropped.scores, built(x), atol=1e-3)


def test_what_training_sees_of_attention_is_what_is_measured() -> None:
    torch.manual_seed(0)
    built = network("vit-test")
    x = torch.randn(1, 3, 32, 32)
    sinks, entropy, _ = pupil(built, 32, 0.0, Spread())(x).heads.mean(0).tolist()
    figures = attention_figures(built, [x])
    assert (sinks, entropy) == pytest.approx((figures.sinks, figures.entropy), rel=0.02)


def test_the_clock_rules() -> None:
    clock = Clock(1000.0, spent=250.0)
    clock.begin()
    assert clock.progress() == pytest.approx(0.25, abs=0.01)
    assert not clock.over()
    clock.deadline = time.monotonic() - 1
    assert clock.over()
    assert Clock(0.0).progress() == 1
    assert cosine(0.0, 0.1, 1.0) == pytest.approx(0.02)
    assert cosine(0.1, 0.1, 1.0) == pytest.approx(1)
    assert cosine(1.0, 0.1, 1.0) == pytest.approx(0)


def test_a_feed_goes_through_all_pictures(data_file: Path) -> None:
    train, _ = load(data_file)
    feed = Feed(train, 0, balance=0.0)
    chosen = torch.cat([feed.next(8) for _ in range(5)])
    assert sorted(chosen.tolist()) == list(range(40))
    assert len(feed.next(1000)) == 40


def test_the_average_takes_running_statistics_along() -> None:
    torch.manual_seed(0)
    teacher = ConvTeacher(5, (8, 8, 16, 16))
    average = Average(teacher, 0.5)
    before = average.state["stem.0.1.running_mean"].clone()
    teacher.train()(torch.randn(4, 3, 32, 32) + 3)
    average.update(teacher)
    assert not torch.equal(average.state["stem.0.1.running_mean"], before)
    assert average.state["stem.0.1.num_batches_tracked"] == 0


def test_pictures_are_kept(data_file: Path, tmp_path: Path) -> None:
    train, val = load(data_file)
    keep_pictures(tmp_path / "pictures.npz", train, val)
    for was, now in zip(
        (train, val), pictures_on(tmp_path / "pictures.npz", torch.device("cpu")), strict=True
    ):
        assert torch.equal(was.pixels, now.pixels)
        assert torch.equal(was.labels, now.labels)
        assert was.classes == now.classes


def test_the_staff_speaks_with_one_voice(tmp_path: Path) -> None:
    torch.manual_seed(0)
    for i in range(2):
        save_weights(tmp_path / f"{i}.safetensors", ConvTeacher(5, (8, 8, 16, 16)).state_dict())
    files = [tmp_path / f"{i}.safetensors" for i in range(2)]
    staff = staff_of(files, 5, (8, 8, 16, 16), torch.device("cpu"))
    lesson = staff(torch.randn(3, 3, 64, 64))
    assert torch.allclose(lesson.scores.sum(1), torch.ones(3))
    assert lesson.middle.shape == (3, 32, 4, 4)
    assert lesson.last.shape == (3, 32, 2, 2)
    assert staff.channels == (32, 32)
    assert not any(parameter.requires_grad for parameter in staff.parameters())


def test_a_teacher_and_its_pupil_learn_and_go_on(data_file: Path, tmp_path: Path) -> None:
    train, val = load(data_file)
    folders = (tmp_path, tmp_path)
    log = Log(tmp_path / "log.jsonl", "x")
    recipe = small_teacher_recipe()
    train_teacher(0, train, val, recipe, Clock(2.0), folders, log, every=0.5)
    staff = staff_of([tmp_path / "teacher0.safetensors"], 5, recipe.widths, train.pixels.device)
    lesson = replace(small_pupil_recipe("vit-test"), guide=0.1)
    first = PupilRun("vit-test", train, val, lesson, (16, 16), Clock(3.0), log)
    first.loop.clock.deadline = time.monotonic() + 1.5
    first.run(staff, folders, every=0.5)
    spent = first.loop.clock.elapsed()
    assert spent < 3
    again = PupilRun("vit-test", train, val, lesson, (16, 16), Clock(3.0), log)
    again.resume(tmp_path)
    assert again.loop.steps == first.loop.steps
    assert again.loop.clock.spent == pytest.approx(spent, abs=0.5)
    for name, weight in again.network.state_dict().items():
        assert torch.equal(weight, first.network.state_dict()[name])
    facts = again.run(staff, folders, every=0.5)
    assert sum(facts["steps"]) > sum(first.loop.steps)
    assert facts["steps"][1] > 0  # the second phase was reached
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["val"] for line in lines if line.get("done")]


def test_a_loss_that_is_no_number_ends_the_run(data_file: Path, tmp_path: Path) -> None:
    train, val = load(data_file)
    recipe = small_teacher_recipe()
    recipe = replace(recipe, strong=replace(recipe.strong, colour=float("nan")))
    log = Log(tmp_path / "log.jsonl", "x")
    with pytest.raises(ArithmeticError, match="no number"):
        train_teacher(0, train, val, recipe, Clock(60.0), (tmp_path, tmp_path), log, every=0.2)


def test_the_whole_command(data_file: Path, tmp_path: Path) -> None:
    words = ["--data", str(data_file), "--out", str(tmp_path / "out"), "--state", str(tmp_path / "state")]
    words += ["--small", "--teachers", "1", "--models", "swin-test"]
    # Processes that import torch on a busy machine start late; what is not reached by then is saved all the same.
    assert main([*words, "--seconds", "8", "--teacher-seconds", "4"]) == 0
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert made == {
        "log.jsonl",
        "teacher0.safetensors",
        "swin-test.safetensors",
        "swin-test.world.safetensors",
    }
