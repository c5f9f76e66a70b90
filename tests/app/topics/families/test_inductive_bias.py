"""The section on inductive bias says what the shipped runs show, and would say otherwise of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from vitviz.analysis.families.inductive_bias import BiasCurve, inductive_bias
from vitviz.app.topics.families import inductive_bias as section

Open = Callable[..., AppTest]


def said(page: AppTest) -> str:
    return "\n".join(text.value for text in page.markdown)


def test_the_sentences_are_those_of_the_runs(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"setting.families.view": "data"}
    shipped = inductive_bias()
    text = said(open_page("families", **chosen))
    for count in shipped.counts:
        order = shipped.order(count)
        assert f"{count:,} pictures the {'**' * order.clear}{order.first}" in text
        assert f"{order.of_first:.3f}" in text
    few, many = shipped.counts[0], shipped.counts[-1]
    assert "**within these numbers it does not**" in text
    assert shipped.mean("conv net", many) > shipped.mean("ViT", many)
    assert f"{shipped.mean('conv net', few) - shipped.mean('ViT', few):+.3f} at {few}" in text.replace(
        "\u2212", "-"
    )
    other = {"conv net": "ViT", "ViT": "conv net"}
    turned = tuple(replace(run, network=other.get(run.network, run.network)) for run in shipped.runs)
    made: BiasCurve = replace(shipped, runs=turned)
    monkeypatch.setattr(section, "inductive_bias", lambda: made)
    text = said(open_page("families", **chosen))
    assert "with many pictures the ViT overtakes" in text
    assert "within these numbers it does not" not in text
