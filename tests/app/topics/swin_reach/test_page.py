"""The Swin reach page: what its browser parts are given is the model that ran, whichever model was chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.app.topics.swin_reach.part import KINDS
from vitviz.zoo.registry import find

Open = Callable[..., AppTest]


def topic(name: str) -> dict[str, object]:
    return {"setting.swin_reach.view": name}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_topic_opens_in_both_languages(open_page: Open, name: str, language: str) -> None:
    page = open_page("swin_reach", model="swin-mini", language=language, **topic(name))
    data = mounted(page, f"swin_reach.{name}")
    # The corner, where the mask of block 1 leaves 9 of 49 keys; else the middle of 56 x 56 patches.
    assert data["patch"] == (0 if name in ("windows", "scores") else 28 * 56 + 28)
    assert data["block"] == 1
    assert data["words"]
    assert all(data["words"].values())


def test_the_steps_are_those_of_the_model(open_page: Open) -> None:
    page = open_page("swin_reach", model="swin-mini")
    journey = mounted(page, "swin_reach.windows")["journey"]
    assert [(m["rows"], m["columns"]) for m in journey["maps"]] == [(56, 56), (28, 28), (14, 14), (7, 7)]
    assert [m["shifted"] and m["shifted"]["shift"] for m in journey["maps"]] == [3, 3, 3, None]
    assert [step["shift"] for step in journey["steps"] if "shift" in step] == [0, 3, 0, 3, 0, 3, 0, 3, 0, 0]


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_with_a_vit_chosen_a_swin_runs_and_the_page_says_so(open_page: Open, model: str) -> None:
    page = open_page("swin_reach", model=model)
    said = any(find("swin-mini").title in caption.value for caption in page.caption)
    assert said == (model == "vit-tiny")
    assert len(mounted(page, "swin_reach.windows")["journey"]["maps"]) == 4


def test_the_tables_of_every_block_are_sent(open_page: Open) -> None:
    page = open_page("swin_reach", model="swin-mini", **topic("scores"))
    data = mounted(page, "swin_reach.scores")
    assert [block["heads"] for block in data["tables"]["blocks"]] == [3, 3, 6, 6, *[12] * 4, 24, 24]
    assert data["tables"]["blocks"][0]["values"].size == 13 * 13 * 3
    assert data["url"].startswith("api/explorer/")
    assert any("0.1 SW-MSA" in caption.value for caption in page.caption), "the check names its block"


@pytest.mark.parametrize(
    ("model", "names"),
    [("deit-ti16", ("deit-ti16", "swin-mini")), ("swin-mini", ("vit-tiny", "swin-mini"))],
)
def test_beside_stands_the_persons_own_model(open_page: Open, model: str, names: tuple[str, str]) -> None:
    page = open_page("swin_reach", model=model, **topic("beside_vit"))
    sides = mounted(page, "swin_reach.beside_vit")["sides"]
    assert [side["title"] for side in sides] == [find(name).title for name in names]
    for side, name in zip(sides, names, strict=True):
        layer, size = side["layers"][0], side["picture"]["height"]
        assert layer["rows"] * layer["cell"] == size
        left, top, right, bottom = side["box"]
        crop = find(name).preprocessing.crop_fraction
        short = min(page.session_state["picture"].size)
        # The view is rounded to whole pixels of the resized picture.
        assert right - left == pytest.approx(crop * short, abs=short / size)
        assert bottom - top == pytest.approx(crop * short, abs=short / size)
