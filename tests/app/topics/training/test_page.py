"""The training page shows what its run recorded, the step on random numbers, and a step that is torch's."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted, number
from vitviz.analysis.training.random_label import random_label
from vitviz.app.kept import memory
from vitviz.app.people import PERSON
from vitviz.app.topics.training import film, recipe
from vitviz.app.topics.training.lab import Lab
from vitviz.train.lab import LabRun
from vitviz.train.lab_config import LabConfig

Open = Callable[..., AppTest]
SHORT = LabConfig(steps=6, pictures=200, batch=8)


def lab_of(page: AppTest) -> Lab:
    found = memory.get(("lab", page.session_state[PERSON].owner))
    assert isinstance(found, tuple)
    (lab,) = found
    assert isinstance(lab, Lab)
    return lab


def tables(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


def press(page: AppTest, key: str) -> None:
    next(button for button in page.button if button.key == f"training.{key}").click().run()
    assert not page.exception, page.exception


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain run has 6 steps, and there are few pictures."""
    monkeypatch.setattr(recipe, "PLAIN", SHORT)
    real = recipe.choose
    monkeypatch.setattr(
        recipe, "choose", lambda fixed: [replace(c, steps=6, pictures=200, batch=8) for c in real(fixed)]
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_seeds_last_step(open_page: Open, language: str) -> None:
    page = open_page("training", language=language)
    run = random_label(0)
    shown = tables(page)
    for p, z in zip(run.probabilities, run.logits, strict=True):
        assert f"{-float(p.log()):.4f}" in shown
        assert f"{float(z):.4f}".replace("-", "\u2212") in shown
    assert "nn.CrossEntropyLoss()" in shown
    assert "(1, 196, 8)" in shown
    (formula,) = [text.value for text in page.markdown if text.value.startswith("$L = ")]
    assert number(formula.split(" = ")[3].split(r"\qquad")[0]) == pytest.approx(run.loss, rel=1e-3)
    other = open_page("training", language=language, **{"setting.training.seed": 5})
    assert f"{-float(random_label(5).probabilities[0].log()):.4f}" in tables(other)


def test_a_run_is_shown_as_it_was_recorded(open_page: Open, short: None) -> None:
    page = open_page("training", **{"setting.training.section": "live"})
    press(page, "start")
    lab = lab_of(page)
    assert lab.wait(60)
    page.run()
    page.run()
    assert not page.exception
    (run,) = lab.runs
    assert run.ended
    traces = mounted(page, "training.curves")["figure"]["data"]
    drawn = [np.asarray(trace["y"], np.float64) for trace in traces]
    np.testing.assert_allclose(drawn[0], [step.loss for step in run.steps])
    np.testing.assert_allclose(drawn[2], [each.loss for each in run.evaluations])
    np.testing.assert_allclose(drawn[4], [each.accuracy for each in run.evaluations])
    norms = mounted(page, "training.norms")["figure"]["data"]
    np.testing.assert_allclose(np.asarray(norms[1]["y"]), [step.gradient_norm for step in run.steps])
    accuracy = f"{100 * run.evaluations[-1].accuracy:.1f} %"
    assert any(accuracy in text.value for text in page.markdown)
    shown = mounted(page, "training.film")["runs"][0]
    rows = np.stack([each.rows(0)[..., 1:] for each in run.snapshots])
    np.testing.assert_array_equal(shown["rows"], rows.ravel())
    positions = run.network.pos_embed
    assert positions is not None
    np.testing.assert_array_equal(shown["positions"][-64 * 64 :], positions.detach()[0, 1:].numpy().ravel())
    press(page, "reset")
    assert memory.get(("lab", page.session_state[PERSON].owner)) is None
    assert any(button.key == "training.start" for button in page.button)


def test_two_visitors_see_their_own_runs(open_page: Open, short: None) -> None:
    pages = [open_page("training", **{"setting.training.section": "live"}) for _ in range(2)]
    next(toggle for toggle in pages[1].toggle if toggle.key == "training.no_positions").set_value(True).run()
    for page in pages:
        press(page, "start")
    found = [lab_of(page) for page in pages]
    assert found[0] is not found[1]
    for lab in found:
        assert lab.wait(60)
    for page, lab in zip(pages, found, strict=True):
        page.run()
        trace = mounted(page, "training.curves")["figure"]["data"][0]
        np.testing.assert_allclose(np.asarray(trace["y"]), [step.loss for step in lab.runs[0].steps])
    assert found[1].runs[0].config.positions is False
    assert mounted(pages[1], "training.film")["runs"][0]["dim"] == 0
    press(pages[0], "reset")
    assert lab_of(pages[1]) is found[1]


def test_the_switches_make_the_run(open_page: Open, short: None) -> None:
    page = open_page("training", **{"setting.training.section": "live"})
    for key in ("no_warmup", "tenfold", "post_norm", "mean", "beside"):
        next(toggle for toggle in page.toggle if toggle.key == f"training.{key}").set_value(True).run()
    press(page, "start")
    lab = lab_of(page)
    lab.stop()
    first, second = (run.config for run in lab.runs)
    assert (first.warmup, first.tenfold, first.post_norm, first.pool) == (False, True, True, "avg")
    assert second.changed() == SHORT.changed()
    assert "x10" in recipe.named(first)
    assert lab.wait(60)


@pytest.mark.parametrize("place", ["head", "fc2", "fc1"])
def test_an_opened_step_is_torchs(open_page: Open, place: str) -> None:
    page = open_page(
        "training",
        **{
            "setting.training.section": "opened",
            "setting.training.place": place,
            f"setting.training.row.{place}": 2,
            f"setting.training.column.{place}": 3,
        },
    )
    run = LabRun(LabConfig(pictures=200))
    images, labels = run.next_batch()
    loss = torch.nn.functional.cross_entropy(run.network(images), labels)
    loss.backward()
    name = "head.weight" if place == "head" else f"blocks.1.mlp.{place}.weight"
    weight = run.network.get_parameter(name)
    assert weight.grad is not None
    gradient = weight.grad[2, 3].item()
    assert any(f"{loss.item():.6f}" in text.value for text in page.markdown)
    (sentence,) = [text.value for text in page.markdown if "autograd" in text.value]
    numbers = [float(found) for found in re.findall(r"-?\d+\.\d{9}", sentence)]
    assert numbers == pytest.approx([gradient, gradient], abs=2e-8)
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    for group in run.optimizer.param_groups:
        group["lr"] = run.next_lr()
    run.optimizer.step()
    assert formulas(page)[-1].endswith(f"{weight[2, 3].item():.9f}")
    assert any("66,566" in text.value and "last bit" in text.value for text in page.markdown)


def test_a_film_without_a_class_token_is_of_the_patch_in_the_middle() -> None:
    run = LabRun(LabConfig(steps=1, pictures=200, batch=8, pool="avg"))
    list(run.records())
    shown = film.described(run, film.CLASS_TOKEN)
    assert shown["query"] == film.MIDDLE
    np.testing.assert_array_equal(shown["rows"][0], run.snapshots[0].rows(film.MIDDLE).numpy())
    assert film.described(run, 9)["query"] == 9


def test_the_page_leaves_no_thread_behind(open_page: Open, short: None) -> None:
    page = open_page("training", **{"setting.training.section": "live"})
    press(page, "start")
    lab = lab_of(page)
    page.session_state[PERSON].stop()
    end = time.monotonic() + 30
    while lab.running and time.monotonic() < end:
        time.sleep(0.01)
    assert not lab.running
