"""Class probabilities of several runs side by side, each with its difference from the first. Texts are escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from vitviz.plot.numbers import MINUS, short

STYLE = """<style>
.vvr { overflow-x: auto; font-size: 13px; line-height: 1.3; }
.vvr table { border-collapse: collapse; width: 100%; }
.vvr th, .vvr td { border: 0; padding: 2px 12px 2px 0; text-align: left; vertical-align: top; }
.vvr th { font-weight: 600; vertical-align: top; }
.vvr th small { display: block; font: 12px var(--st-code-font, monospace); opacity: .75; }
.vvr td.n { font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums; white-space: nowrap; }
.vvr td.n small { opacity: .75; font-size: 11px; margin-left: 5px; }
.vvr .bar { height: 4px; background: currentColor; opacity: .55; min-width: 1px; margin: 1px 0 2px; }
.vvr td:first-child { white-space: nowrap; }
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


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """softmax of (K,) in float64."""
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    share: NDArray[np.float64] = powers / powers.sum()
    return share


def listed_classes(runs: Sequence[Run], count: int = LISTED) -> list[int]:
    """The first run's best classes, best first, then what is among another run's best and not named yet."""
    best = np.argsort(-runs[0].logits, kind="stable")[:count].tolist()
    for run in runs[1:]:
        best += [i for i in np.argsort(-run.logits, kind="stable")[:count].tolist() if i not in best]
    return best


def run_table(runs: Sequence[Run], name: Callable[[int], str], class_head: str, gap_head: str) -> str:
    """A row for each class, a column for each run: probability, its rank, and the difference in percentage points.

    The last row is the largest |difference| of all K logits from the first run's.
    """
    shares = [probabilities(run.logits) for run in runs]
    ranks = [np.argsort(np.argsort(-run.logits, kind="stable")) for run in runs]
    heads = "".join(f"<th>{escape(run.name)}<small>{escape(run.formula)}</small></th>" for run in runs)
    body = ""
    for index in listed_classes(runs):
        cells = ""
        for number, (share, rank) in enumerate(zip(shares, ranks, strict=True)):
            change = 100 * float(share[index] - shares[0][index])
            beside = f"<small>{_points(change)}</small>" if number else ""
            weight = "600" if rank[index] == 0 else "400"
            cells += (
                f'<td class="n"><span style="font-weight:{weight}">{100 * share[index]:.1f} %</span>'
                f"<small>#{rank[index] + 1}</small>{beside}"
                f'<div class="bar" style="width:{BAR * share[index]:.2f}px"></div></td>'
            )
        body += f"<tr><td>{escape(name(index))}</td>{cells}</tr>"
    gaps = "".join(f'<td class="n">{_gap(run, runs[0])}</td>' for run in runs)
    body += f'<tr class="gap"><td>{escape(gap_head)}</td>{gaps}</tr>'
    return f'{STYLE}<div class="vvr"><table><tr><th>{escape(class_head)}</th>{heads}</tr>{body}</table></div>'


def _points(change: float) -> str:
    text = f"{change:+.1f}"
    return ("0.0" if text in ("+0.0", "-0.0") else text).replace("-", MINUS)


def _gap(run: Run, first: Run) -> str:
    if run is first:
        return ""
    return short(float(np.abs(run.logits - first.logits).max()))
