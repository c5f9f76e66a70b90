"""The curves of this run as far as they are measured: kept step by step, so that what is stopped goes on later."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vitviz.app import session
from vitviz.app.derived import DerivedAt
from vitviz.app.topics.class_maps.question import Question, key_of, map_of
from vitviz.models.cost import cost

if TYPE_CHECKING:
    from vitviz.analysis.faithfulness.curves import Removed
    from vitviz.analysis.faithfulness.removal import Removal
    from vitviz.tracing.trace import Trace

STEP: session.Derived[NDArray[np.float64]] = session.Derived("class scores without some cells")
SECONDS: session.Derived[float] = session.Derived("seconds of a run")
RANDOM = ""  # in place of a method's name: the control
ORDERS = 20
AUTO = 2e11  # most multiplications of a control that begins by itself: that of a ViT-Ti has 1.6e11
IMPUTED = 6.3e-6  # seconds that making up a pixel takes on one core, as measured for 224 x 224

Subject = str  # a method's name, or RANDOM


def _orders(trace: Trace, subject: Subject, question: Question) -> NDArray[np.int64]:
    from vitviz.analysis.faithfulness.curves import order_of_map, random_orders_of

    if subject == RANDOM:
        return random_orders_of(trace, ORDERS // 2)
    return order_of_map(trace, map_of(trace, subject, question).values)


def _key(
    subject: Subject, question: Question, removal: Removal, count: int
) -> DerivedAt[NDArray[np.float64]]:
    of = RANDOM if subject == RANDOM else key_of(subject, question)
    return STEP.at(of, removal, count)


def counts(trace: Trace, removal: Removal) -> tuple[int, ...]:
    """After how many removed cells the score is read."""
    from vitviz.analysis.faithfulness.curves import counts_of

    return counts_of(trace, removal)


def missing(
    trace: Trace, question: Question, removal: Removal, subjects: Sequence[Subject]
) -> list[tuple[Subject, int]]:
    """What is not measured yet of the control and of these maps, the control first."""
    return [
        (subject, count)
        for subject in (RANDOM, *subjects)
        for count in counts(trace, removal)
        if not session.is_derived(trace, _key(subject, question, removal, count))
    ]


def measure(
    trace: Trace, question: Question, removal: Removal, what: Sequence[tuple[Subject, int]]
) -> Iterator[bool]:
    """Measure these, one after another."""
    for subject, count in what:
        _step(trace, question, removal, subject, count)
        yield True


def removed(trace: Trace, question: Question, removal: Removal, subject: Subject) -> Removed | None:
    """What was measured of a map or of the control; None while some of it is missing."""
    from vitviz.analysis.faithfulness.curves import removed_by

    what = [_key(subject, question, removal, count) for count in counts(trace, removal)]
    if not all(session.is_derived(trace, key) for key in what):
        return None
    steps = [_step(trace, question, removal, subject, count) for count in counts(trace, removal)]
    return removed_by(trace, removal, steps)


def _step(
    trace: Trace, question: Question, removal: Removal, subject: Subject, count: int
) -> NDArray[np.float64]:
    from vitviz.analysis.faithfulness.curves import scores_at

    return session.derived(
        trace, _key(subject, question, removal, count),
        lambda: scores_at(trace, _orders(trace, subject, question), removal, count),
    )  # fmt: skip


def begins_alone(trace: Trace, removal: Removal) -> bool:
    """Whether the curves are cheap enough to be measured without being asked for."""
    from vitviz.analysis.faithfulness.curves import runs_of

    if removal != "drop":
        return False
    height, width = trace.kept["image"].shape[-2:]
    one = cost(trace.config, (height, width)).multiplications
    return one * runs_of(trace, ORDERS, removal) <= AUTO


def seconds_of_a_run(trace: Trace) -> float:
    """How long one run of the network takes here, measured once."""

    def measure_one() -> float:
        begun = time.perf_counter()
        trace.replay(0)
        return time.perf_counter() - begun

    return session.derived(trace, SECONDS, measure_one)


def seconds(trace: Trace, removal: Removal, what: Sequence[tuple[Subject, int]]) -> float:
    """About how long ``what`` takes."""
    from vitviz.analysis.faithfulness.curves import counts_of

    cells = max(counts_of(trace, "blur"))
    pixels = trace.kept["image"].shape[-2] * trace.kept["image"].shape[-1]
    made_up = IMPUTED * pixels if removal == "road" else 0.0
    total = 0.0
    for subject, count in what:
        orders = 0 if count == 0 else 1 if count == cells else ORDERS if subject == RANDOM else 2
        share = 1 - count / cells if removal == "drop" else 1.0
        total += orders * (seconds_of_a_run(trace) * share + made_up)
    return total
