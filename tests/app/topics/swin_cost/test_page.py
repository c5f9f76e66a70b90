"""The cost page: formulas, counts and the race, as they are shown."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted
from vitviz.analysis.swin_cost import attention_timing

Open = Callable[..., AppTest]


def tables(page: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in page.get("html"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_formula_and_count_stand_side_by_side(open_page: Open, language: str) -> None:
    page = open_page("swin_cost", model="swin-mini", language=language)
    shown = tables(page)
    # Stage 0: 56 x 56 patches, C 48, M 7. Stage 3: 7 x 7 patches, C 384, one window.
    everything = 4 * 56**2 * 48**2 + 2 * 56**4 * 48
    windowed = 4 * 56**2 * 48**2 + 2 * 49 * 56**2 * 48
    for number in (everything, windowed, 4 * 49 * 384**2 + 2 * 49**2 * 384):
        assert f"{number:,}" in shown
    second = 4 * 28**2 * 96**2 + 2 * 49 * 28**2 * 96
    assert shown.count(f">{second:,}<") == 2, "the formula and the count"


def test_the_classroom_counts_81_and_9(open_page: Open) -> None:
    page = open_page("swin_cost", model="swin-mini")
    assert any("81" in text.value for text in page.markdown if "**" in text.value)
    everything = mounted(page, "swin_cost.all")["values"]
    alone = mounted(page, "swin_cost.windows")["values"]
    assert everything.sum() == 81
    np.testing.assert_array_equal(alone.reshape(9, 9), np.eye(9, dtype=np.float32))


def test_the_race_starts_shows_its_progress_and_ends(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention_timing, "FACTORS", (1, 2))
    page = open_page("swin_cost", model="swin-mini")
    next(button for button in page.button if "race.start" in str(button.key)).click().run()
    assert not page.exception
    race = page.session_state["swin_cost.race"][1]
    end = time.monotonic() + 30
    while not race.finished and time.monotonic() < end:
        time.sleep(0.05)
    page.run()
    assert not page.exception
    assert len(race.timings) == 4
    # Looking once more after the end shows the button again and the largest map's result.
    assert any("race.start" in str(button.key) for button in page.button)
    assert any("14 x 14" in text.value for text in page.markdown)
