"""The section shows what single edited runs give, keeps what a stopped sweep has, and a click goes to the bench."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted
from vitviz.analysis.interventions.sweep import head_sweep
from vitviz.app.topics.interventions import sweep_run
from vitviz.app.topics.interventions.map_part import largest_colour
from vitviz.app.topics.interventions.sweep_section import as_csv
from vitviz.samples import FOLDER
from vitviz.tracing.planned_edit import PlannedEdit
from vitviz.web.class_maps.payload import quantity_of
from vitviz.web.colours import colours

Open = Callable[..., AppTest]
PLACE = "setting.interventions"


def swept(open_page: Open, model: str, **settings: str) -> AppTest:
    """The section, once the sweep that it began is finished."""
    kept = {f"{PLACE}.section": "sweep"} | {f"{PLACE}.{name}": text for name, text in settings.items()}
    page = open_page("interventions", model=model, **kept)
    assert not page.exception, page.exception
    return finished(page)


def finished(page: AppTest) -> AppTest:
    end = time.monotonic() + 120
    while sweep_run.KEY in page.session_state and time.monotonic() < end:
        if page.session_state[sweep_run.KEY].finished:
            page.run()
        else:
            time.sleep(0.05)
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize("quantity", ["logit", "probability"])
def test_heads_are_the_runs_with_one_edit_each(open_page: Open, quantity: str) -> None:
    page = swept(open_page, "vit-tiny", quantity=quantity)
    shown = mounted(page, "interventions.sweep.heads.vit-tiny")
    values = shown["values"].reshape(shown["rows"], shown["columns"])
    assert values.shape == (12, 3)
    model = vitviz.load_model("vit-tiny")
    plain = vitviz.trace(model, FOLDER / "sunflower.jpg")
    best = int(plain.logits.argmax())
    for block, head in ((0, 0), (2, 2), (11, 1)):
        edited = vitviz.trace(model, FOLDER / "sunflower.jpg", vitviz.zero_head(block, head))
        of = (
            (edited.logits, plain.logits)
            if quantity == "logit"
            else (edited.probabilities, plain.probabilities)
        )
        assert values[block, head] == pytest.approx((of[0] - of[1])[best].item(), abs=1e-5)


def test_what_helped_the_class_has_the_hue_of_class_maps(open_page: Open) -> None:
    """The lowest change, a loss without the part, is drawn as the highest value of a class map."""
    page = swept(open_page, "vit-tiny")
    shown = mounted(page, "interventions.sweep.heads.vit-tiny")
    for theme in ("light", "dark"):
        drawn = np.asarray(shown["scale"][theme]).reshape(-1, 3)
        np.testing.assert_array_equal(drawn[::-1], colours(quantity_of(signed=True))[theme])
    assert shown["ends"] == ["falls without it: it helped", "rises without it: it hindered"]


def test_one_change_that_dwarfs_the_others_does_not_make_them_white() -> None:
    assert largest_colour(np.array([-2.68, 0.4, np.nan, 0.1])) == 0.4
    assert largest_colour(np.array([-1.1, 0.4, 0.1])) == 1.1
    assert largest_colour(np.array([np.nan, -0.2])) == 0.2
    assert largest_colour(np.array([0.5, 0.0, 0.0])) == 0.5
    assert largest_colour(np.array([np.nan])) == largest_colour(np.zeros(3)) == 1.0


def test_a_swins_rows_have_the_heads_of_their_stage(open_page: Open) -> None:
    page = swept(open_page, "swin-mini")
    shown = mounted(page, "interventions.sweep.heads.swin-mini")
    assert list(shown["counts"]) == [3, 3, 6, 6, 12, 12, 12, 12, 24, 24]
    there = np.isfinite(shown["values"].reshape(10, 24)).sum(axis=1)
    assert there.tolist() == list(shown["counts"])


def test_patches_wait_for_the_button(open_page: Open) -> None:
    page = swept(open_page, "vit-tiny", sweep="patches")
    assert np.isnan(mounted(page, "interventions.sweep.patches.vit-tiny")["values"]).all()
    start = next(button for button in page.button if button.key == "interventions.sweep.start")
    assert start.label == "Run the model 196 times, each time without one patch"
    start.click().run()
    assert not page.exception
    begun = page.session_state[sweep_run.KEY]
    while begun.sweep.done == 0:
        time.sleep(0.02)
    begun.stop()
    finished(page)
    values = mounted(page, "interventions.sweep.patches.vit-tiny")["values"]
    assert 0 < np.isfinite(values).sum() < 196
    assert any(button.key == "interventions.sweep.start" for button in page.button)


def test_the_file_has_a_line_for_every_part() -> None:
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), FOLDER / "sunflower.jpg")
    sweep = head_sweep(trace)
    done = next(sweep.steps())
    lines = list(csv.DictReader(as_csv(trace, sweep, 2).splitlines()))
    assert len(lines) == done
    assert [(line["block"], line["head"]) for line in lines] == [
        (str(b), str(h)) for b, h in sweep.places[:done]
    ]
    assert float(lines[1]["delta_logit"]) == sweep.delta_logits(2)[1].item()
    assert PlannedEdit("head", 0, (1,)).python == "vitviz.zero_head(0, 1)"
