"""The bench as a list of edits: read from an address, added to, turned, and never larger than an address."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from vitviz.app import bench
from vitviz.models.config import SwinConfig
from vitviz.tracing.planned_edit import PlannedEdit
from vitviz.zoo.registry import REGISTRY

VIT: Any = REGISTRY["vit-tiny"]


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", SimpleNamespace(from_dict=lambda query: None))


def test_it_is_read_and_written_again() -> None:
    text = "h3.1,-u4.70~x0.5,t0.5-9_12"
    slots = bench.read(text)
    assert ",".join(map(str, slots)) == text
    assert [slot.on for slot in slots] == [True, False, True]
    assert bench.read("") == ()
    for nonsense in (",", "h3.1,", "--h3.1", "h3", ",".join(["h3.1"] * 13), "h3.1," + "t0.0_2" * 300):
        with pytest.raises(ValueError):  # noqa: PT011
            bench.read(nonsense)


def test_an_edit_stands_on_it_once() -> None:
    edit = PlannedEdit("head", 3, (1,))
    assert bench.add(VIT, edit)
    bench.turn(VIT, edit, on=False)
    assert [slot.on for slot in bench.peek(VIT)] == [False]
    assert bench.add(VIT, edit)
    assert [slot.on for slot in bench.peek(VIT)] == [True]
    bench.remove(VIT, edit)
    assert bench.peek(VIT) == ()


def test_it_holds_no_more_than_an_address() -> None:
    for block in range(bench.MOST):
        assert bench.add(VIT, PlannedEdit("mlp", block))
    assert not bench.add(VIT, PlannedEdit("attention", 0))
    assert bench.add(VIT, PlannedEdit("mlp", 0))  # it is there already
    bench.clear(VIT)
    assert not bench.add(VIT, PlannedEdit("tokens", 0, tuple(range(0, 1000, 2))))
    assert len(",".join(map(str, bench.peek(VIT)))) <= bench.LONGEST


def test_blocks_are_called_as_in_the_trace() -> None:
    from vitviz.zoo.load import load_model

    for name in ("vit-tiny", "swin-mini"):
        model = load_model(name)
        from vitviz.tracing.segments import attention_names

        names = attention_names(model.network)
        assert [bench.block_name(model.entry.config, at) for at in range(len(names))] == names
    assert bench.block_name(SwinConfig(depths=(2, 2), num_heads=(3, 6)), 9) == "9"
