"""The models of the picture book: those that are shipped are those of their card, and good enough to be."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import vitviz
from vitviz.train.checkpoint import sha256
from vitviz.train.scene_export import GOALS
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import random_scene
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.registry import ASSETS
from vitviz.zoo.scene_models import SCENE_MODELS, load_scene_model, page_pixels

SHIPPED = [name for name, entry in SCENE_MODELS.items() if entry.trained]


@pytest.mark.parametrize("name", SCENE_MODELS)
def test_it_answers_a_page_whether_trained_or_not(name: str) -> None:
    model = load_scene_model(name)
    assert model.trained == (name in SHIPPED)
    page = draw(random_scene(3), 96)
    pixels = page_pixels(page, page)
    assert pixels.shape == (2, 3, 96, 96)
    np.testing.assert_allclose((pixels[0].permute(1, 2, 0).numpy() + 1) * 127.5, page.picture, atol=1e-4)
    with torch.no_grad():
        answer = model.network(pixels)
    if model.entry.task == "detection":
        assert answer.class_logits.shape == (3, 2, 12, len(model.entry.class_names))
        assert answer.boxes.shape == (3, 2, 12, 4)
    else:
        assert answer.shape == (2, len(model.entry.class_names), 96, 96)


def test_they_are_no_classifiers_and_are_not_offered_as_such() -> None:
    assert not SCENE_MODELS.keys() & {entry.name for entry in vitviz.list_models()}
    assert {entry.task for entry in SCENE_MODELS.values()} == {"detection", "segmentation"}
    assert {entry.task for entry in vitviz.list_models()} == {"classification"}
    with pytest.raises(CheckpointError, match="detr-mini, swin-unet-mini"):
        load_scene_model("vit-tiny")


def test_what_is_shipped_is_what_its_card_says_and_reaches_its_goal() -> None:
    for name in SHIPPED:
        path = ASSETS / "weights" / f"{name}.safetensors"
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert facts["sha256"] == sha256(path)
        assert f"`{facts['sha256']}`" in path.with_suffix(".md").read_text(encoding="utf-8")
        assert all(facts["figures"][figure] >= least for figure, least in GOALS[facts["task"]].items())
        stored = load_file(path)
        assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
        loaded = load_scene_model(name).network.state_dict()
        assert loaded.keys() == stored.keys()
        assert all(torch.equal(loaded[key], tensor.float()) for key, tensor in stored.items())
    assert sum((ASSETS / "weights" / f"{name}.safetensors").stat().st_size for name in SHIPPED) < 10_000_000
