"""Edits of a run as a widget's state has them: short texts, as ``h3.1`` for head 1 of block 3 switched off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from vitviz.probe import no_probe
from vitviz.tracing.edits import Made
from vitviz.tracing.planned_edit import PlannedEdit
from vitviz.tracing.trace import Trace, run_edited


def edited(trace: Trace, texts: Sequence[str]) -> Trace:
    """The run with these edits; itself where there are none.

    Raises:
        ValueError: a text is no edit (``vitviz.tracing.planned_edit`` says how they are written), the model has no such
            place, or the run was edited already.
    """
    if not texts:
        return trace
    if trace.intervention is not no_probe:
        raise ValueError("this run was edited already: make the widget of a plain one")
    return run_edited(trace, reduce(add, [_read(text).edit(_no_other) for text in texts]))


def _read(text: str) -> PlannedEdit:
    try:
        return PlannedEdit.read(text)
    except (ValueError, TypeError):
        raise ValueError(f"{text!r} is no edit; head 1 of block 3 is switched off by 'h3.1'") from None


def _no_other(name: str) -> Made:
    raise ValueError("a widget knows no other pictures: edit the run with vitviz.trace and show it beside")
