"""Chosen source lines of a segment of a trace, each with the shape of what it made in this run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vitviz.tracing.lines import Lines


class StepLine(NamedTuple):
    """One source line without its comment, the live shape of what it made, and its number in its file."""

    text: str
    shape: tuple[int, ...]
    number: int


def step_lines(lines: Lines, function: str) -> tuple[StepLine, ...]:
    """The lines of ``function`` ("SwinBlock.forward") that made tensors, in order, each with its last result's shape.

    Raises:
        ValueError: if that function did not run.
    """
    source = next((source for source in lines.functions if source.function == function), None)
    if source is None:
        raise ValueError(f"{function} did not run in this segment")
    shapes = {call.line: call.shape for call in lines.calls if call.function == function}
    return tuple(
        StepLine(_without_comment(source.lines[number - source.first_line]), shapes[number], number)
        for number in sorted(shapes)
    )


def find(lines: Sequence[StepLine], marks: Sequence[str]) -> list[StepLine]:
    """The lines that contain one of ``marks``, in their own order."""
    return [line for line in lines if any(mark in line.text for mark in marks)]


def _without_comment(text: str) -> str:
    return text.split("  #")[0].strip()
