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


def step_lines(lines: Lines, *functions: str) -> tuple[StepLine, ...]:
    """The lines of ``functions`` ("SwinBlock.forward") that made tensors, each with its last result's shape.

    They come in the order in which they first ran.

    Raises:
        ValueError: if one of the functions did not run.
    """
    sources = {source.function: source for source in lines.functions}
    for function in functions:
        if function not in sources:
            raise ValueError(f"{function} did not run in this segment")
    shapes = {(call.function, call.line): call.shape for call in lines.calls if call.function in functions}
    return tuple(
        StepLine(_without_comment(source.lines[number - source.first_line]), shape, number)
        for (function, number), shape in shapes.items()
        for source in [sources[function]]
    )


def find(lines: Sequence[StepLine], marks: Sequence[str]) -> list[StepLine]:
    """The lines that contain one of ``marks``, in their own order."""
    return [line for line in lines if any(mark in line.text for mark in marks)]


def _without_comment(text: str) -> str:
    return text.split("  #")[0].strip()
