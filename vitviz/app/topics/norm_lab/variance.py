"""One pass, two passes and Welford in float16 and float32 on numbers with a large mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html, links, model_titles, session
from vitviz.app.markup import as_text
from vitviz.app.settings import Setting
from vitviz.app.topics.norm_lab.code import code_that_ran
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.numbers import short
from vitviz.plot.variance import variance_errors

if TYPE_CHECKING:
    from vitviz.analysis.norm_lab.variance import Measured, TorchsOwn
    from vitviz.zoo.registry import ModelEntry

MEAN = Setting("norm_lab.variance.mean", links.whole)
SPREAD = Setting("norm_lab.variance.spread", links.decimal)
COUNT = Setting("norm_lab.variance.count", links.whole)
EXPONENTS = [k / 4 for k in range(0, 29)]
SPREADS = [0.01, 0.1, 1.0, 10.0, 100.0]
COUNTS = [16, 64, 192, 256, 768, 1024, 2048]
PRECISIONS = ("float16", "float32")


def experiment(model: ModelEntry) -> None:
    """The experiment on made numbers, and how near the model itself comes to the danger."""
    _try_it()
    _in_the_model(model)


@st.fragment
def _try_it() -> None:
    from vitviz.analysis.norm_lab.variance import METHODS, broken, data, measure, reference, torchs_own

    at, spread, count = _choose()
    normal = np.random.default_rng(0).standard_normal(count)
    means = 10.0 ** np.array(EXPONENTS)
    rows: list[tuple[str, ...]] = []
    first: dict[str, dict[str, str]] = {}
    measured: dict[str, dict[str, Measured]] = {}
    for precision in PRECISIONS:
        x = data(normal, means, spread, precision)
        measured[precision] = measure(x)
        exact = reference(x)
        rows += _rows(precision, measured[precision], torchs_own(x[:, at]), at, float(exact[at]))
        first[precision] = {way: _first_failure(m, exact, means) for way, m in measured[precision].items()}
    st.html(html.table(rows, [say(f"norm_lab.head_{name}") for name in HEAD], numbers=range(7)))
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        curves = {name: {way: m.error for way, m in of.items()} for name, of in measured.items()}
        gone = {name: {way: broken(m) for way, m in of.items()} for name, of in measured.items()}
        ways = {way: say(f"norm_lab.{way}") for way in measured["float32"]}
        caption = say("norm_lab.variance_chart")
        drawn = variance_errors.describe(
            means, curves, gone, float(means[at]), ways, x_title=say("norm_lab.mean"), label=caption
        )
        chart("norm_lab.errors", drawn)
        st.caption(caption)
    with right:
        table = [(name, *(first[precision][way] for precision in PRECISIONS)) for way, name in ways.items()]
        st.html(html.table(table, (say("norm_lab.first_wrong"), *PRECISIONS), numbers=(1, 2)))
        limit = float(np.finfo(np.float16).max) / count
        st.markdown(say("norm_lab.variance_why", count=count, limit=short(limit)))
        st.caption(say("norm_lab.variance_reference"))
    code_that_ran(*METHODS.values())


HEAD = ("precision", "method", "variance", "error", "verdict", "mean", "rest")


def _choose() -> tuple[int, float, int]:
    """Number of the mean, spread, and how many numbers."""
    means = range(len(EXPONENTS))
    one, two, three = st.columns(3, gap="medium")
    at = MEAN.widget(
        lambda key: one.select_slider(
            say("norm_lab.mean"), means, format_func=lambda i: _grouped(10 ** EXPONENTS[i]), key=key
        ),
        means, EXPONENTS.index(4.0),
    )  # fmt: skip
    spread = SPREAD.widget(
        lambda key: two.select_slider(say("norm_lab.spread"), SPREADS, format_func=lambda s: f"{s:g}", key=key),
        SPREADS, 1.0,
    )  # fmt: skip
    count = COUNT.widget(lambda key: three.select_slider(say("norm_lab.count"), COUNTS, key=key), COUNTS, 768)
    return at, spread, count


def _grouped(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _rows(
    precision: str, measured: dict[str, Measured], torchs: TorchsOwn, at: int, exact: float
) -> list[tuple[str, ...]]:
    """The lines of the table for one precision: every method, torch's own, and the exact variance."""
    rows: list[tuple[str, ...]] = []
    for way, one in measured.items():
        mean, variance = float(one.found.mean[at]), float(one.found.variance[at])
        first = "" if rows else precision
        judged = _judged(variance, exact)
        rows.append((first, say(f"norm_lab.{way}"), *judged, _text(mean), _made_of(way, one, at)))
    made = say("norm_lab.torch_made", rstd=_text(torchs.rstd))
    rows.append(("", say("norm_lab.torch"), *_judged(torchs.variance, exact), _text(torchs.mean), made))
    rows.append(("", say("norm_lab.exactly"), _text(exact), "", "", "", ""))
    return rows


def _judged(variance: float, exact: float) -> tuple[str, str, str]:
    """A variance, its relative error, and what that means."""
    from vitviz.analysis.norm_lab.variance import verdict

    error = abs(variance - exact) / exact if exact > 0 else np.nan
    written = short(error) if np.isfinite(error) else "\u2013"
    return _text(variance), written, say(f"norm_lab.verdict_{verdict(variance, exact)}")


def _made_of(way: str, one: Measured, at: int) -> str:
    """The operands of a variance, as the method has them in its precision."""
    rest = _text(float(one.found.rest[at]))
    if way == "one_pass":
        with np.errstate(over="ignore"):
            square = _text(float(one.found.mean[at] * one.found.mean[at]))
        return f"E[x\u00b2] \u2212 \u03bc\u00b2 = {rest} \u2212 {square}"
    return (
        f"\u03a3(x\u2212\u03bc)\u00b2 / n = {rest} / {one.numbers}"
        if way == "two_passes"
        else f"M2 / n = {rest} / {one.numbers}"
    )


def _text(value: float) -> str:
    """Seven digits: what differs between the methods is far behind the point."""
    return "NaN" if np.isnan(value) else f"{value:.7g}".replace("-", "\u2212")


def _first_failure(measured: Measured, exact: NDArray[np.float64], means: NDArray[np.float64]) -> str:
    """The smallest of the ``means`` (M,) at which a method fails, as words."""
    from vitviz.analysis.norm_lab.variance import first_failure

    at = first_failure(measured, exact)
    return say("norm_lab.never_wrong") if at is None else f"\u03bc = {_grouped(float(means[at]))}"


def _in_the_model(model: ModelEntry) -> None:
    """How near this person's run comes to the means at which one pass fails."""
    from vitviz.analysis.norm_lab.variance import nearest_to_trouble

    with st.spinner(say("running")):
        trace = session.trace(model)
        statistics = session.norm_statistics(trace)
    nearest = nearest_to_trouble(statistics)
    st.caption(
        say(
            "norm_lab.variance_model",
            name=as_text(model_titles.title(model)),
            ratio=short(nearest.ratio),
            where=nearest.name,
        )
    )
