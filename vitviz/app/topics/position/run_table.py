"""Class probabilities of several runs side by side, each with its difference from the first. Texts are escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.position.class_changes import ClassChange, class_changes, gap, listed_classes
from vitviz.app.html import figure
from vitviz.plot.numbers import MINUS, short

STYLE = """<style>
.vvr { overflow-x: auto; font-size: 13px; line-height: 1.3; }
.vvr table { border-collapse: collapse; width: 100%; }
.vvr th, .vvr td { border: 0; padding: 2px 12px 2px 0; text-align: left; vertical-align: top; }
.vvr th { font-weight: 600; vertical-align: top; }
.vvr th small { display: block; font: 12px var(--st-code-font, monospace); opacity: .75; }
.vvr td.n { font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums; }
.vvr td.n > * { white-space: nowrap; }
.vvr td.n small { opacity: .75; font-size: 11px; margin-left: 5px; }
.vvr .bar { height: 4px; background: currentColor; opacity: .55; min-width: 1px; margin: 1px 0 2px; }
.vvr td:first-child { min-width: 6em; }
.vvr tr.gap td { border-top: 1px solid #8885; padding-top: 5px; }
</style>"""
LISTED = 5
BAR = 90  # CSS pixels of a probability of 1, in every column


@dataclass(frozen=True, eq=False)
class Run:
    """One run: its name, its class scores (K,), and in a few signs what went into it."""

    name: str
    logits: NDArray[np.floating]
    formula: str = ""


def run_table(runs: Sequence[Run], name: Callable[[int], str], class_head: str, gap_head: str) -> str:
    """A row for each class, a column for each run: probability, its rank, and the difference in percentage points.

    The last row is the largest |difference| of all K logits from the first run's.
    """
    heads = "".join(f"<th>{escape(run.name)}<small>{escape(run.formula)}</small></th>" for run in runs)
    logits = [run.logits for run in runs]
    classes = listed_classes(logits, LISTED)
    rows = class_changes(logits, classes)
    columns: dict[str, list[str | float]] = {class_head: [name(index) for index in classes]}
    for number, run in enumerate(runs):
        columns[f"p, {run.name}"] = [changes[number].probability for changes in rows]
        columns[f"rank, {run.name}"] = [changes[number].rank + 1 for changes in rows]
    body = ""
    for index, changes in zip(classes, rows, strict=True):
        cells = "".join(_cell(change, first=number == 0) for number, change in enumerate(changes))
        body += f"<tr><td>{escape(name(index))}</td>{cells}</tr>"
    gaps = "".join(f'<td class="n">{short(gap(other, logits[0]))}</td>' for other in logits[1:])
    body += f'<tr class="gap"><td>{escape(gap_head)}</td><td class="n"></td>{gaps}</tr>'
    head = f"<tr><th>{escape(class_head)}</th>{heads}</tr>"
    return STYLE + figure(f'<div class="vvr" tabindex="0"><table>{head}{body}</table></div>', columns)


def _cell(change: ClassChange, *, first: bool) -> str:
    beside = "" if first else f"<small>{_points(100 * change.change)}</small>"
    weight = "600" if change.rank == 0 else "400"
    return (
        f'<td class="n"><span style="font-weight:{weight}">{100 * change.probability:.1f} %</span>'
        f"<small>#{change.rank + 1}</small>{beside}"
        f'<div class="bar" style="width:{BAR * change.probability:.2f}px"></div></td>'
    )


def _points(change: float) -> str:
    text = f"{change:+.1f}"
    return ("0.0" if text in ("+0.0", "-0.0") else text).replace("-", MINUS)
