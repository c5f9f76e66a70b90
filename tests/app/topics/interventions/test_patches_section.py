"""The section shows what the library computes for a painted region and its control, and takes any address."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted, number
from vitviz.analysis.faithfulness.cells import cell_grid
from vitviz.analysis.interventions.region import (
    Removed,
    compared,
    logits_without,
    random_regions,
    without_region,
)
from vitviz.analysis.interventions.report import region_as_csv
from vitviz.app.topics.interventions.patches_exports import program
from vitviz.app.topics.interventions.patches_section import read
from vitviz.samples import FOLDER
from vitviz.tracing.planned_edit import numbers_of
from vitviz.tracing.trace import Trace

Open = Callable[..., AppTest]
PLACE = "setting.interventions"
REGION = "75-78_89-92_103-106"
CASES = [("vit-tiny", "drop", "logit"), ("vit-tiny", "blur", "probability"), ("swin-mini", "other", "logit")]


def opened(open_page: Open, model: str, region: str, how: str, **settings: str) -> AppTest:
    given = {"section": "patches", f"patches.{model}": region, "sweep_patch": how, "other": "cat.jpg"}
    kept = {f"{PLACE}.{name}": text for name, text in (given | settings).items()}
    return open_page("interventions", model=model, **kept)


def by_hand(model: str, region: str, how: str) -> tuple[Trace, Removed, Removed]:
    loaded = vitviz.load_model(model)
    trace = vitviz.trace(loaded, FOLDER / "sunflower.jpg")
    other = vitviz.trace(loaded, FOLDER / "cat.jpg")["image"] if how == "other" else None
    patches = numbers_of(region)
    random = random_regions(patches, cell_grid(trace))
    logits = next(logits_without(trace, random.masks[:1], how, other))  # type: ignore[arg-type]
    for mask in random.masks[1:]:
        one = next(logits_without(trace, mask[None], how, other))  # type: ignore[arg-type]
        logits = logits.new_tensor(np.concatenate([logits, one]))
    found = without_region(trace, patches, how, other)  # type: ignore[arg-type]
    return trace, found, compared(trace.logits, logits)


@pytest.mark.parametrize(("model", "how", "quantity"), CASES)
def test_what_is_shown_is_what_the_library_computes(
    open_page: Open, model: str, how: str, quantity: str
) -> None:
    page = opened(open_page, model, REGION, how, quantity=quantity)
    trace, found, control = by_hand(model, REGION, how)
    best = int(trace.logits.argmax())
    delta = found.delta_logits if quantity == "logit" else found.delta_probabilities
    draws = (control.delta_logits if quantity == "logit" else control.delta_probabilities)[:, best]
    order = np.argsort(-np.abs(delta), kind="stable")[:8]
    order = order if best in order else np.array([*order[:-1], best])
    bars = mounted(page, "interventions.patches_scores")["figure"]["data"][0]
    np.testing.assert_allclose(bars["x"], delta[order], atol=1e-5)
    _, rings, mean, yours = mounted(page, "interventions.patches_chance")["figure"]["data"]
    np.testing.assert_allclose(rings["x"], draws, atol=1e-5)
    assert len(rings["x"]) == 20
    assert mean["x"][0] == pytest.approx(draws.mean(), abs=1e-5)
    assert yours["x"][0] == pytest.approx(delta[best], abs=1e-5)
    said = next(text.value for text in page.markdown if text.value.startswith("Your region"))
    unit, close = (1, 6e-5) if quantity == "logit" else (100, 6e-3)
    assert number(said.split("**")[1]) == pytest.approx(unit * delta[best], abs=close)
    as_far = sum(np.sign(draw) == np.sign(delta[best]) and abs(draw) >= abs(delta[best]) for draw in draws)
    assert f"**{as_far} of 20**" in said
    low, high = said.split("from ")[1].split("; ")[0].split(" to ")
    assert [number(low), number(high)] == pytest.approx([unit * draws.min(), unit * draws.max()], abs=close)
    part = mounted(page, f"interventions.patches_part.{model}")
    assert part["region"] == REGION
    assert (part["rows"], part["columns"]) == cell_grid(trace)
    assert bool(part["standIn"]) == (how != "drop")


def test_the_program_gives_what_is_shown(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", REGION, "other")
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(page.code[0].value, names)
    assert "moved" in printed.getvalue()
    best = int(names["trace"].logits.argmax())
    _, rings, _, yours = mounted(page, "interventions.patches_chance")["figure"]["data"]
    assert yours["x"][0] == pytest.approx(float(names["found"].delta_logits[best]), abs=1e-5)
    np.testing.assert_allclose(rings["x"], names["control"].delta_logits[:, best], atol=1e-5)


def test_the_program_of_a_model_that_is_prepared_otherwise_runs() -> None:
    load = ("'vit-tiny'", "Preprocessing(size=224, fit='squash')")
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(program(load, "FOLDER / 'cat.jpg'", tuple(range(196)), "drop", ""), names)
    assert names["model"].entry.preprocessing.fit == "squash"
    assert "control" not in names  # nothing else is as large as all of it


def test_the_file_has_every_class_with_and_without_a_control() -> None:
    trace, found, control = by_hand("vit-tiny", "90-91", "drop")
    lines = list(csv.DictReader(region_as_csv(trace, found, control).splitlines()))
    assert len(lines) == 20
    assert float(lines[3]["delta_logit"]) == found.delta_logits[3]
    assert float(lines[3]["logit_without"]) == found.logits[3]
    assert float(lines[3]["random_lowest_delta_probability"]) == control.delta_probabilities[:, 3].min()
    assert float(lines[3]["random_mean_delta_logit"]) == control.delta_logits[:, 3].mean()
    nothing = compared(trace.logits, trace.logits.new_empty(0, 20))
    line = next(csv.DictReader(region_as_csv(trace, found, nothing).splitlines()))
    assert line["random_mean_delta_logit"] == line["random_highest_delta_probability"] == ""


@pytest.mark.parametrize("region", ["", "500-900_4000"])
def test_nothing_painted_is_an_invitation(open_page: Open, region: str) -> None:
    page = opened(open_page, "vit-tiny", region, "drop")
    assert "Nothing is removed yet" in " ".join(text.value for text in page.markdown)
    assert mounted(page, "interventions.patches_part.vit-tiny")["region"] == ""


def test_everything_painted_has_no_control(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", "0-195", "drop")
    assert any("no other region of this size" in text.value for text in page.caption)


def test_a_swin_has_no_tokens_to_drop(open_page: Open) -> None:
    page = opened(open_page, "swin-mini", "3", "drop")
    how = next(box for box in page.selectbox if box.label == "How")
    assert how.value == "mean"
    assert len(how.options) == 3


def test_it_speaks_chinese(open_page: Open) -> None:
    page = opened(open_page, "vit-tiny", REGION, "drop", quantity="logit")
    page.session_state["language"] = "zh"
    page.run()
    assert not page.exception
    assert any(text.value.startswith("你的区域") for text in page.markdown)
    assert "涂选" in mounted(page, "interventions.patches_part.vit-tiny")["words"]["before"]


@pytest.mark.parametrize("text", ["<b>x</b>", "9" * 5000, "-1", "5-3", "1,2", "0-9999"])
def test_nonsense_is_no_region(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(text)


def test_a_region_is_written_in_one_way() -> None:
    assert read("7_5-6_12") == "5-7_12"
    assert read("") == ""
