"""Every section of the segmentation page sends the browser what torch computed, here computed by other ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.analysis.segmentation.answer import judge
from vitviz.analysis.segmentation.loss import segmentation_loss
from vitviz.app.kept import memory
from vitviz.app.topics.segmentation import run, skips
from vitviz.app.topics.segmentation.answer import answer
from vitviz.app.topics.segmentation.run import network
from vitviz.probe import no_probe
from vitviz.tracing.edits import patch_from, set_tensor
from vitviz.tracing.trace import Trace, run_trace
from vitviz.worlds.picture_book import Page, draw
from vitviz.worlds.scene import random_scene
from vitviz.worlds.scene_text import from_text
from vitviz.zoo.scene_models import page_pixels

Open = Callable[..., AppTest]
SCENE, OTHER = "4", "9"


def drawn(text: str) -> Page:
    return draw(from_text(text), 96)


def run_of(text: str) -> Trace:
    return run_trace(network(), page_pixels(drawn(text)))


def sent(open_page: Open, section: str, **state: object) -> dict[str, Any]:
    """What the page's part is sent with a section open."""
    settings = {f"setting.segmentation.{name}": value for name, value in state.items()}
    chosen = {"setting.segmentation.section": section, "setting.scene": SCENE}
    found: dict[str, Any] = mounted(open_page("segmentation", **chosen, **settings), "segmentation.part")
    assert found["section"] == found["answer"]["section"] == section
    return found


def test_the_answer_is_the_networks_with_its_figures_counted(open_page: Open) -> None:
    data = sent(open_page, "painting")
    found, page = data["answer"], drawn(SCENE)
    with torch.no_grad():
        logits = network()(page_pixels(page))[0]
    np.testing.assert_allclose(found["probabilities"].reshape(7, 96, 96), logits.softmax(0), atol=1e-6)
    painted = logits.argmax(0).numpy()
    np.testing.assert_array_equal(found["answer"].reshape(96, 96), painted)
    np.testing.assert_array_equal(found["truth"].reshape(96, 96), page.classes)
    np.testing.assert_array_equal(found["picture"].reshape(96, 96, 3), page.picture)
    for number, iou in enumerate(found["iou"]):
        one, other = painted == number, page.classes == number
        union = (one | other).sum()
        assert np.isnan(iou) if not union else iou == pytest.approx((one & other).sum() / union)
    assert found["figures"][0] == pytest.approx((painted == page.classes).mean())
    assert found["figures"][1] == pytest.approx(np.nanmean(found["iou"]))
    assert len(data["names"]) == len(set(data["names"])) == 7


def test_the_u_has_the_maps_of_the_run(open_page: Open) -> None:
    data = sent(open_page, "u", node=9, view=1, channel=5)["answer"]
    trace = run_of(SCENE)
    for node in data["nodes"]:
        x = trace[node["name"]][0]
        x = x.permute(1, 2, 0) if node["name"] == "logits" else x
        assert (node["rows"], node["columns"], node["channels"]) == tuple(x.shape)
        np.testing.assert_allclose(node["map"], x.norm(dim=-1).flatten(), rtol=1e-5)
    name = data["nodes"][9]["name"]
    assert name == "layers_up.1.concat.resid_post"
    np.testing.assert_allclose(data["features"], trace[name].flatten(), atol=1e-4)
    one = sent(open_page, "u", node=9, view=2, channel=5)["answer"]
    np.testing.assert_allclose(one["nodes"][9]["map"], trace[name][0, ..., 5].flatten(), atol=1e-4)


def test_switched_skips_are_edited_runs(open_page: Open) -> None:
    data = sent(open_page, "skips", switches="102", other=int(OTHER))["answer"]
    image = page_pixels(drawn(SCENE))
    edit = set_tensor("skip.0", 0.0) + patch_from(run_of(OTHER), "skip.2")
    answers = data["answers"].reshape(-1, 96, 96)
    settings = data["settings"].reshape(-1, 3).tolist()
    assert (len(settings), settings[0], settings[data["setting"]]) == (10, [0, 0, 0], [1, 0, 2])
    single = settings.index([0, 1, 0])
    for number, change in ((0, no_probe), (single, set_tensor("skip.1", 0.0)), (9, edit)):
        edited = run_trace(network(), image, intervention=change)
        painted = edited["logits"][0].argmax(0).numpy()
        assert (answers[number] != painted).mean() < 1e-3  # of equal scores rounding may choose another
        iou = [
            (one & other).sum() / (one | other).sum()
            for one, other in ((painted == k, drawn(SCENE).classes == k) for k in range(7))
            if (one | other).any()
        ]
        assert data["figures"].reshape(-1, 4)[number, 0] == pytest.approx(np.mean(iou), abs=1e-3)
    np.testing.assert_array_equal(data["other"].reshape(96, 96, 3), drawn(OTHER).picture)


@pytest.mark.parametrize(("step", "factor"), [(0, 2), (3, 4)])
def test_an_expanding_moves_the_numbers_that_torch_moved(open_page: Open, step: int, factor: int) -> None:
    data = sent(open_page, "expanding", step=step)["answer"]
    rows, columns = data["rows"], data["columns"]
    assert (data["factor"], data["gap"]) == (factor, 0)
    product = data["product"].reshape(rows, columns, factor, factor, -1)
    spread = data["spread"].reshape(rows, factor, columns, factor, -1)
    np.testing.assert_array_equal(product.transpose(0, 2, 1, 3, 4), spread)
    name = "expand_last" if step == 3 else "layers_up.0.expand.expanded"
    np.testing.assert_allclose(data["spread"], run_of(SCENE)[name].flatten(), atol=1e-4)


def test_losses_and_gradients_are_autograds(open_page: Open) -> None:
    data = sent(open_page, "loss")["answer"]
    logits = run_of(SCENE)["logits"].clone().requires_grad_()
    loss = segmentation_loss(logits, torch.from_numpy(drawn(SCENE).classes).long()[None])
    (gradient,) = torch.autograd.grad(loss.total, logits)
    both = data["ofCrossEntropy"] + data["ofDice"]
    np.testing.assert_allclose(both, gradient.flatten(), atol=1e-8)
    terms = [loss.of_cross_entropy.item(), loss.of_dice.item(), loss.total.item()]
    np.testing.assert_allclose(data["terms"], terms, rtol=1e-5)
    assert data["crossEntropy"].mean() == pytest.approx(terms[0], rel=1e-5)


def test_a_window_has_its_blocks_pattern(open_page: Open) -> None:
    data = sent(open_page, "windows", block=11)["answer"]
    block = run_of(SCENE).swin_blocks[11]
    assert data["blocks"][11] == {"name": "layers_up.2.blocks.1", "shift": block.grid.shift, "side": 12}
    np.testing.assert_allclose(data["pattern"], block["pattern"].flatten(), atol=1e-5)
    np.testing.assert_array_equal(data["tokens"], block.tokens.flatten())


def test_every_level_is_read_and_the_truth_is_as_coarse(open_page: Open) -> None:
    levels = sent(open_page, "growth")["answer"]["levels"]
    truth = drawn(SCENE).classes
    sides = {
        kind: [row["side"] for row in levels if row["kind"] == kind] for kind in ("up", "skip", "best", "own")
    }
    assert sides == {"up": [3, 6, 12, 24], "skip": [24, 12, 6], "best": [3, 6, 12, 24], "own": [96]}
    for row in levels:
        side = row["side"]
        shares = row["shares"].reshape(side, side, 7)
        np.testing.assert_allclose(shares.sum(-1), 1, atol=1e-4)
        if row["kind"] == "best":
            cells = truth.reshape(side, 96 // side, side, 96 // side)
            for number in range(7):
                counted = (cells == number).mean(axis=(1, 3))
                np.testing.assert_allclose(shares[..., number], counted, atol=1e-6)


def test_a_strangers_options_are_refused_in_a_sentence_or_brought_within_bounds() -> None:
    page = drawn(SCENE)
    for options in ({"section": "<b>"}, {"section": "u", "node": "x"}, {"section": "skips", "switches": "9"}):
        with pytest.raises(ValueError, match=r"not "):
            answer(page, options)
    assert answer(page, {"section": "u", "node": "999999999", "channel": "-3"})["node"] == 18


def test_it_speaks_chinese(open_page: Open) -> None:
    page = open_page("segmentation", language="zh", **{"setting.segmentation.section": "skips"})
    assert "\u5206\u5272" in page.title[0].value
    assert mounted(page, "segmentation.part")["names"][1] == "\u623f\u5b50"


def test_the_switches_on_many_scenes_are_counted_when_asked(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SURVEYED_ON", 3)
    page = open_page("segmentation", **{"setting.segmentation.section": "skips"})
    page.button(key="segmentation.survey").click().run()
    memory.drop(("survey", run.MODEL))
    table = next(text for text in (html.proto.body for html in page.get("html")) if "skip.1" in text)
    images = [page_pixels(draw(random_scene(run.SURVEYED + i), 96)) for i in range(3)]
    iou = []
    for number, image in enumerate(images):
        truth = draw(random_scene(run.SURVEYED + number), 96).classes
        painted = run_trace(network(), image)["logits"][0].argmax(0).numpy().astype(np.uint8)
        iou.append(judge(painted, truth, 7).mean_iou)
    assert f"{np.mean(iou):.3f}" in table


def test_runs_on_other_scenes_are_few_and_count_in_the_server_s_memory() -> None:
    for number in range(skips.KEPT + 1):
        first = skips._other(number)
        assert skips._other(number) is first
    kept = [held for held in memory.held() if held.kind == skips.KIND]
    assert len(kept) == skips.KEPT
    assert all(held.nbytes > 1_000_000 for held in kept)
    assert not memory.has((skips.KIND, 0))
