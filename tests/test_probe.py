"""Probes: what a model says to them, and how they are put together."""

from __future__ import annotations

import torch
from torch import Tensor

from vitviz.probe import Chain, Scope, no_probe, scoped


class Log:
    """Notes what it hears; adds ``step`` to every tensor and wants the names in ``wanted``."""

    def __init__(self, step: float = 0.0, wanted: frozenset[str] = frozenset()) -> None:
        self.step = step
        self.wanted = wanted
        self.heard: list[str] = []
        self.asked: list[str] = []

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        self.heard.append(name)
        return tensor + self.step

    def wants(self, name: str) -> bool:
        self.asked.append(name)
        return name in self.wanted


def test_the_plain_probe_returns_the_very_tensor_and_wants_nothing() -> None:
    x = torch.ones(3)
    assert no_probe("q", x) is x
    assert not no_probe.wants("pattern")


def test_a_scope_puts_its_prefix_before_calls_and_questions() -> None:
    log = Log(step=1.0, wanted=frozenset({"blocks.3.ln1.mean"}))
    probe = scoped(scoped(log, "blocks.3."), "ln1.")
    assert probe("out", torch.zeros(2)).tolist() == [1.0, 1.0]
    assert probe.wants("mean")
    assert not probe.wants("scale")
    assert log.heard == ["blocks.3.ln1.out"]
    assert log.asked == ["blocks.3.ln1.mean", "blocks.3.ln1.scale"]


def test_the_plain_probe_is_never_wrapped() -> None:
    """A model can tell the plain run by identity however deep it is."""
    assert scoped(no_probe, "blocks.0.") is no_probe
    assert isinstance(scoped(Log(), "a."), Scope)


def test_a_chain_hands_on_what_the_one_before_returned() -> None:
    class Double:
        def __call__(self, name: str, tensor: Tensor) -> Tensor:
            return tensor * 2

        def wants(self, name: str) -> bool:
            return False

    assert Chain((Log(step=1.0), Double()))("x", torch.zeros(1)).item() == 2.0
    assert Chain((Double(), Log(step=1.0)))("x", torch.zeros(1)).item() == 1.0
    assert Chain(())("x", torch.ones(1)).item() == 1.0


def test_every_probe_of_a_chain_is_asked() -> None:
    """A probe that collects names must hear a question that another has already answered."""
    first, second = Log(wanted=frozenset({"pattern"})), Log()
    assert Chain((first, second)).wants("pattern")
    assert not Chain((first, second)).wants("q")
    assert first.asked == second.asked == ["pattern", "q"]
