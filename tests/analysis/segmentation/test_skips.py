"""Switched skips against whole runs that are edited, one at a time."""

from __future__ import annotations

import numpy as np
import torch

from tests.analysis.segmentation.conftest import Runs
from vitviz.analysis.segmentation.answer import judge
from vitviz.analysis.segmentation.skips import (
    OFF,
    OTHER,
    every_setting,
    pair,
    single_settings,
    survey,
    switch,
    switched_logits,
)
from vitviz.probe import no_probe
from vitviz.tracing.edits import patch_from, set_tensor
from vitviz.tracing.interventions import Edit
from vitviz.tracing.trace import run_trace
from vitviz.zoo.scene_models import page_pixels


def test_all_settings_at_once_are_edited_runs(runs: Runs) -> None:
    settings = every_setting(2)
    logits = switched_logits(runs.network, pair(runs.run, runs.other), settings)
    assert len(set(settings)) == 9
    for setting, found in zip(settings, logits, strict=True):
        edit = Edit({})
        for skip, source in enumerate(setting):
            if source == OFF:
                edit += set_tensor(f"skip.{skip}", 0.0)
            if source == OTHER:
                edit += patch_from(runs.other, f"skip.{skip}")
        edited = run_trace(runs.network, runs.run["image"], intervention=edit if any(setting) else no_probe)
        torch.testing.assert_close(found, edited["logits"][0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(logits[0], runs.run["logits"][0], atol=1e-4, rtol=1e-4)


def test_answers_have_the_verdicts_of_their_pictures(runs: Runs) -> None:
    truth = runs.pages[0].classes
    switched = switch(runs.network, pair(runs.run, runs.other), single_settings(2), truth)
    answer, verdict = switched.at((0, OFF))
    assert verdict.pixels == (answer == truth).mean()
    assert not np.array_equal(answer, switched.at((0, 0))[0])
    np.testing.assert_array_equal(switched.at((0, 0))[0], runs.run["logits"][0].argmax(0).numpy())


def test_a_survey_has_the_means_of_its_scenes(runs: Runs) -> None:
    images = page_pixels(*runs.pages)
    truths = np.stack([page.classes for page in runs.pages])
    so_far = list(survey(runs.network, images, truths))
    assert [each.scenes for each in so_far] == [1, 2]
    both = [(runs.run, runs.other), (runs.other, runs.run)]
    settings = single_settings(2)
    assert len(settings) == 7
    for number, setting in enumerate(settings):
        verdicts = [
            judge(switch(runs.network, pair(*each), [setting], truth).answers[0], truth, 7)
            for each, truth in zip(both, truths, strict=True)
        ]
        for name in ("mean_iou", "edges", "outline", "named"):
            expected = np.nanmean([getattr(each, name) for each in verdicts])
            np.testing.assert_allclose(getattr(so_far[-1], name)[number], expected, atol=2e-3)
