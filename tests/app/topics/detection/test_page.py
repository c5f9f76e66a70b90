"""The detection page: what its part is given is what the network answers to the scene, and choices are kept."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.conftest import PATIENCE
from tests.app.page_contents import mounted
from vitviz.analysis.detection.matching import assign
from vitviz.analysis.detection.silence import doubles, only_itself
from vitviz.app import scene_models
from vitviz.app.scene_answers import scene_file
from vitviz.app.topics.detection import habits as kept
from vitviz.app.topics.detection.page import VIEWS
from vitviz.app.topics.detection.part import EXAMPLES
from vitviz.payload import unpack
from vitviz.tracing.trace import run_trace
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import Scene, Thing
from vitviz.worlds.scene_text import from_text, to_text
from vitviz.zoo.scene_models import SceneEntry, load_scene_model, page_pixels

Open = Callable[..., AppTest]
COMPOSED = to_text(Scene(7, (Thing("boat", 0.3, 0.4), Thing("fish", 0.7, 0.6, mirrored=True))))


@pytest.mark.parametrize("scene", ["5", COMPOSED])
def test_the_numbers_are_those_of_a_fresh_run(open_page: Open, scene: str) -> None:
    page = open_page("detection", **{"setting.scene": scene})
    data = mounted(page, "detection.part")
    assert data["text"] == data["answer"]["page"]["text"] == scene
    drawn = draw(from_text(scene), 96)
    answer = load_scene_model("detr-mini").network(page_pixels(drawn))
    np.testing.assert_array_equal(data["answer"]["page"]["picture"], drawn.picture.ravel())
    probabilities = answer.class_logits[:, 0].softmax(dim=-1)
    np.testing.assert_allclose(data["answer"]["boxes"], answer.boxes.numpy().ravel(), atol=1e-5)
    np.testing.assert_allclose(data["answer"]["probabilities"], probabilities.numpy().ravel(), atol=1e-5)
    cross = data["answer"]["cross"].reshape(3, 4, 12, 144)
    np.testing.assert_allclose(cross.sum(axis=-1), 1, atol=1e-5)
    matching = data["answer"]["matching"]
    things = len(data["answer"]["truth"]["labels"])
    costs = (matching["ofClass"] + matching["ofL1"] + matching["ofGiou"]).reshape(3, 12, things)
    for layer in range(3):
        taken = matching["query"].reshape(3, things)[layer].tolist()
        assert taken == assign(costs[layer].T.tolist())
    losses = matching["losses"].reshape(3, 3) @ np.array([1, 5, 2])
    assert matching["total"] == pytest.approx(losses.sum(), rel=1e-5)
    assert data["answer"]["constant"]["gap"] < 1e-6


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_its_words_and_numbers(
    open_page: Open, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"pages": 2, "queries": np.zeros(1, np.int32), "kinds": np.zeros(1, np.int32)}
    few |= {"boxes": np.zeros((1, 4), np.float32), "cuts": []}
    monkeypatch.setattr("vitviz.app.topics.detection.page.kept_habits", lambda: few)
    page = open_page("detection", language="zh", **{"setting.detection.view": view})
    data = mounted(page, "detection.part")
    assert data["view"] == view
    assert data["words"][f"{view}_lead"]
    assert (data["habits"] is not None) == (view == "habits")
    assert (data["answer"]["encoder"] is not None) == (view == "encoder")


def test_the_explorer_gets_the_encoder_s_weights_on_the_map_alone(open_page: Open) -> None:
    page = open_page("detection", **{"setting.detection.view": "encoder"})
    answer = mounted(page, "detection.part")["answer"]
    network = load_scene_model("detr-mini").network
    drawn = draw(from_text(answer["page"]["text"]), 96)
    trace = run_trace(network, page_pixels(drawn))
    assert [layer["name"] for layer in answer["encoder"]["layers"]] == ["encoder.0", "encoder.1"]
    for layer, described in enumerate(answer["encoder"]["layers"]):
        assert (described["rows"], described["columns"], described["prefix"]) == (12, 12, [])
        header, arrays = unpack(bytes(answer["encoder"]["payloads"][f"{layer}.bin"]))
        assert header["prefix"] == []
        np.testing.assert_array_equal(arrays["tokens"], np.arange(144)[None])
        scores = arrays["q"] @ arrays["k"].swapaxes(-1, -2) / header["head_dim"] ** 0.5
        weights = np.exp(scores - arrays["lse"][..., None])
        np.testing.assert_allclose(weights, trace[f"encoder.{layer}.pattern"], atol=1e-6)
    archive = scene_file("detection", answer["page"]["text"], {"layer": "1", "head": "3"})
    with np.load(io.BytesIO(archive)) as file:
        pattern = trace["encoder.1.pattern"][0, 3]
        np.testing.assert_allclose(file["encoder.1.head3.pattern"], pattern, atol=1e-6)
    with pytest.raises(ValueError, match="no layer 2"):
        scene_file("detection", "17", {"layer": "2", "head": "0"})


def test_a_cut_is_a_run_of_its_own(open_page: Open) -> None:
    page = open_page("detection", **{"setting.detection.view": "among", "setting.detection.cut": "0,1,2"})
    answer = mounted(page, "detection.part")["answer"]
    network = load_scene_model("detr-mini").network
    without = network(page_pixels(draw(from_text(answer["page"]["text"]), 96)), only_itself([0, 1, 2]))
    assert answer["cut"]["layers"] == [0, 1, 2]
    np.testing.assert_allclose(answer["cut"]["boxes"], without.boxes.numpy().ravel(), atol=1e-5)


def test_habits_are_computed_once_for_all(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from vitviz.analysis.detection import habits

    monkeypatch.setattr(habits, "PAGES", 4)
    monkeypatch.setattr(habits, "AT_ONCE", 2)
    monkeypatch.setattr(kept, "KEY", ("habits", "of a test"))
    page = open_page("detection", **{"setting.detection.view": "habits"})
    assert mounted(page, "detection.part")["habits"]["pages"] == 4
    monkeypatch.setattr(habits, "habits", None)  # nobody asks again
    again = open_page("detection", **{"setting.detection.view": "habits"})
    assert mounted(again, "detection.part")["habits"]["cuts"][0]["layers"] == []


def test_without_its_weights_one_sentence_says_so(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> list[str]:
        return [text.value for text in open_page("detection").caption if "detr-mini" in text.value]

    monkeypatch.setattr(SceneEntry, "trained", property(lambda entry: True))
    assert said() == []
    monkeypatch.setattr(SceneEntry, "trained", property(lambda entry: False))
    scene_models.scene_model.cache_clear()
    (sentence,) = said()
    assert "detr-mini.safetensors" in sentence
    scene_models.scene_model.cache_clear()
    assert torch.is_grad_enabled()


def _run_in_its_place() -> None:
    from vitviz.app import pages, session, shell
    from vitviz.app.topics.detection.page import show

    session.setup()
    shell.sidebar(pages.own_world("detection"))
    show()


def test_no_photograph_and_no_other_model_is_offered() -> None:
    page = AppTest.from_function(_run_in_its_place, default_timeout=PATIENCE).run()
    assert not page.exception, page.exception
    assert any("a photograph of yours would get an answer" in each.value for each in page.sidebar.caption)
    assert not page.sidebar.selectbox
    assert not page.get("file_uploader")
    assert mounted(page, "detection.part")["words"]


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_cut_in_layer_1_shows_on_the_pages_that_are_offered_for_it(text: str) -> None:
    network, image = load_scene_model("detr-mini").network, page_pixels(draw(from_text(text), 96))
    whole, cut = (
        doubles(answer.class_logits[-1, 0].softmax(dim=-1), answer.boxes[-1, 0])
        for answer in (network(image), network(image, only_itself([1])))
    )
    assert len(whole) == 0
    assert len(cut) >= 2
