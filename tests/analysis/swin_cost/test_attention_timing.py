"""The race of global against windowed attention: it measures what it says, is bounded, and can be stopped."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
import torch

from tests.conftest import randomise
from vitviz.analysis.swin_cost import attention_timing
from vitviz.analysis.swin_cost.attention_timing import FEWEST_RUNS, GLOBAL, WINDOWED, Race, Timing
from vitviz.models.layers import Attention


def attention() -> Attention:
    built = Attention(8, 2)
    randomise(built)
    return built.eval()


def test_every_point_is_the_median_of_several_positive_runs() -> None:
    race = Race(attention(), 2, nullcontext, sides=(2, 4, 6))
    race.run()
    assert race.finished
    assert race.done == race.points == 6
    assert [(t.kind, t.side) for t in race.timings] == [(k, s) for s in (2, 4, 6) for k in (WINDOWED, GLOBAL)]
    assert all(t.milliseconds > 0 and t.runs >= FEWEST_RUNS for t in race.timings)


def test_what_is_measured_is_attention_over_all_and_within_windows() -> None:
    race = Race(attention(), 2, nullcontext)
    x = torch.randn(1, 4, 4, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        everything = race.attention(x.reshape(1, 16, 8)).reshape(1, 4, 4, 8)
        torch.testing.assert_close(race._global(x), everything)
        windowed = race._windowed(x)
        for row in (0, 2):
            for column in (0, 2):
                window = x[:, row : row + 2, column : column + 2].reshape(1, 4, 8)
                expected = race.attention(window).reshape(1, 2, 2, 8)
                torch.testing.assert_close(windowed[:, row : row + 2, column : column + 2], expected)


def test_a_stop_is_heard_after_the_run_under_way() -> None:
    class StopsItself(Attention):
        def forward(self, x: torch.Tensor, *rest: object) -> torch.Tensor:  # type: ignore[override]
            if x.shape[1] == 16:  # the whole map of the second side
                race.stop()
            return super().forward(x)

    race = Race(StopsItself(8, 2), 2, nullcontext, sides=(2, 4, 6, 8))
    worker = threading.Thread(target=race.run)
    worker.start()
    worker.join(timeout=20)
    assert not worker.is_alive()
    assert race.finished
    assert [(t.kind, t.side) for t in race.timings] == [(WINDOWED, 2), (GLOBAL, 2), (WINDOWED, 4)]


def test_a_run_that_would_take_too_long_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_timing, "LONGEST_RUN", 0.5)
    race = Race(attention(), 2, nullcontext, sides=(64,))
    race.timings = [Timing(GLOBAL, 32, 100.0, 3), Timing(WINDOWED, 32, 1.0, 3)]
    race.run()
    assert [(s.kind, s.side) for s in race.skipped] == [(GLOBAL, 64)]
    assert (
        1500 < race.skipped[0].foreseen < 1600
    )  # nearly 16 times 100 ms: four times the tokens, almost all in pairs
    assert race.timings[-1].kind == WINDOWED
