"""The picture book's two tasks, with networks so small that they learn something in a second or two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.train.config import SceneConfig, parse_schedule
from vitviz.train.loop import Trainer
from vitviz.train.scenes import SceneSet, drawn, scene_set
from vitviz.train.tasks.scenes import (
    SCENE_TASKS,
    Detection,
    Segmentation,
    augmented,
    measure_detection,
    page_batch,
)

SIZE = 32
CONFIGS = {
    "detection": DetrConfig(
        (SIZE, SIZE), stem_dim=8, stage_dims=(8,), stage_depths=(1,), embed_dim=16, num_heads=2, mlp_dim=16
    ),
    "segmentation": SwinUnetConfig((SIZE, SIZE), embed_dim=8, depths=(2, 2), num_heads=(1, 2), window_size=4),
}


@pytest.fixture(scope="module")
def pages() -> SceneSet:
    return drawn(0, 24, SIZE)


def make(kind: str, pages: SceneSet) -> Detection | Segmentation:
    recipe = SceneConfig(
        kind, parse_schedule(f"{SIZE}:3"), batch=8, lr=3e-3, warmup=0.3, ema=0.8, clip=1.0, plateau=0.5
    )
    return SCENE_TASKS[kind](recipe, pages, pages, CONFIGS[kind])


@pytest.mark.parametrize("kind", CONFIGS)
def test_it_learns_and_resuming_equals_not_stopping(kind: str, pages: SceneSet, tmp_path: Path) -> None:
    def trainer(folder: str) -> Trainer:
        return Trainer(make(kind, pages), tmp_path / folder, torch.device("cpu"))

    whole = trainer("whole")
    assert whole.run(quiet=True)
    for until in (2, 4, None):  # inside the first epoch, inside the second, to the end
        again = trainer("again")
        assert again.run(until, quiet=True) == (until is None)
    for name, weight in whole.network.state_dict().items():
        torch.testing.assert_close(weight, again.network.state_dict()[name], atol=1e-6, rtol=0)
    for name, weight in whole.average.items():
        torch.testing.assert_close(weight, again.average[name], atol=1e-6, rtol=0)
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [3, 6, 9]
    assert log[-1]["loss"] < log[0]["loss"]
    assert 0 <= log[-1][make(kind, pages).metric] <= 1
    assert log[-1]["cpu_seconds"] > 0


def test_a_mirrored_page_keeps_its_truth(pages: SceneSet) -> None:
    batch = page_batch(pages, slice(0, 24))
    changed = augmented(batch, torch.Generator().manual_seed(0))
    mirrored = [i for i in range(24) if not torch.equal(changed.classes[i], batch.classes[i])]
    assert 4 < len(mirrored) < 20
    for i in mirrored:
        there = batch.labels[i] >= 0
        torch.testing.assert_close(changed.boxes[i][there][:, 0], 1 - batch.boxes[i][there][:, 0])
        assert torch.equal(changed.boxes[i][..., 1:], batch.boxes[i][..., 1:])
        assert torch.equal(changed.classes[i], batch.classes[i].flip(-1))
    labels, boxes, counts = changed.things
    assert len(labels) == len(boxes) == sum(counts)


def test_the_truth_itself_has_full_precision(pages: SceneSet) -> None:
    """A network that answers with the truth: as many queries as a page can have things, the rest "no object"."""

    class Oracle:
        def __call__(self, images: torch.Tensor) -> object:
            from vitviz.models.detr import Detections

            logits = torch.full((1, len(pages), 6, 7), -9.0)
            labels = pages.labels.clone()
            labels[labels < 0] = 6
            logits.scatter_(3, labels[None, ..., None], 9.0)
            return Detections(logits, pages.boxes[None])

    figures = measure_detection(Oracle(), pages, 6)
    assert figures["ap50"] == figures["ap75"] == 1.0


def test_pages_are_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scene_set(5, 3, SIZE, tmp_path)
    monkeypatch.setattr("vitviz.train.scenes.drawn", None)
    again = scene_set(5, 3, SIZE, tmp_path)
    for name in ("pixels", "classes", "boxes", "labels"):
        assert torch.equal(getattr(first, name), getattr(again, name))
