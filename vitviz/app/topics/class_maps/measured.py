"""The curves of this run as far as they are measured: kept step by step, so that what is stopped goes on later.

They are the same for everybody who looks at this picture through this model, so they are measured once for all.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

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
AUTO = 1.4e11  # most multiplications of a control that begins by itself: that of a ViT-Ti has 1.1e11
IMPUTED = 6.3e-6  # seconds that making up a pixel takes on one core, as measured for 224 x 224
IN_BATCHES = 0.3  # of its time alone that a run takes in a good batch
MOST_KINDS = 64

Kind = tuple[str, int, int, str]  # model, height, width, removal
LAST: dict[
    Kind, float
] = {}  # what steps took here last, as a share of what ``_foreseen`` says; for everybody

Subject = str  # a method's name, or RANDOM


class Step(NamedTuple):
    """The scores after ``gone`` cells went, of these subjects."""

    gone: int
    subjects: tuple[Subject, ...]


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


def missing(trace: Trace, question: Question, removal: Removal, subjects: Sequence[Subject]) -> list[Step]:
    """What is not measured yet: step by step for the control, then step by step for all of these maps together."""
    found = []
    for together in ((RANDOM,), tuple(subjects)):
        for count in counts(trace, removal):
            left = [
                subject for subject in together
                if not session.is_shared(trace, _key(subject, question, removal, count))
            ]  # fmt: skip
            if left:
                found.append(Step(count, tuple(left)))
    return found


def measure(trace: Trace, question: Question, removal: Removal, what: Sequence[Step]) -> Iterator[bool]:
    """Measure these, one after another, and note how long they took here."""
    taken = done = 0.0
    for step in what:
        begun = time.perf_counter()
        _measure(trace, question, removal, step)
        taken += time.perf_counter() - begun
        done += _whole_runs(trace, removal, [step])
        _note(trace, removal, taken, done)
        yield True


def _measure(trace: Trace, question: Question, removal: Removal, step: Step) -> None:
    """The class scores of one step, of all its subjects in one batch."""
    from vitviz.analysis.faithfulness.curves import scores_at

    orders = [_orders(trace, subject, question) for subject in step.subjects]  # (R, N) each
    scores = scores_at(trace, np.concatenate(orders), removal, step.gone)
    parts = np.split(scores, np.cumsum([len(some) for some in orders])[:-1])
    for subject, part in zip(step.subjects, parts, strict=True):
        # A copy: a part of the batch would keep all of it.
        session.shared(trace, _key(subject, question, removal, step.gone), part.copy)


def removed(trace: Trace, question: Question, removal: Removal, subject: Subject) -> Removed | None:
    """What was measured of a map or of the control; None while some of it is missing."""
    from vitviz.analysis.faithfulness.curves import removed_by, scores_at

    def step(count: int) -> NDArray[np.float64]:
        return session.shared(
            trace, _key(subject, question, removal, count),
            lambda: scores_at(trace, _orders(trace, subject, question), removal, count),
        )  # fmt: skip

    what = [_key(subject, question, removal, count) for count in counts(trace, removal)]
    if not all(session.is_shared(trace, key) for key in what):
        return None
    return removed_by(trace, removal, [step(count) for count in counts(trace, removal)])


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

    return session.shared(trace, SECONDS, measure_one)


def seconds(trace: Trace, removal: Removal, what: Sequence[Step]) -> tuple[float, float]:
    """From how many to how many seconds ``what`` takes: the same twice where such steps were measured here before.

    Before, all that is known is how long one run alone takes; in a batch each takes less, how much less depends on the
    machine.
    """
    whole = _whole_runs(trace, removal, what)
    if (last := LAST.get(_kind(trace, removal))) is not None:
        return whole * last, whole * last
    pixels = trace.kept["image"].shape[-2] * trace.kept["image"].shape[-1]
    made_up = IMPUTED * pixels if removal == "road" else 0.0
    alone = whole * (seconds_of_a_run(trace) + made_up)
    return alone * IN_BATCHES, alone


def _kind(trace: Trace, removal: Removal) -> Kind:
    height, width = trace.kept["image"].shape[-2:]
    return repr(trace.config), height, width, removal


def _note(trace: Trace, removal: Removal, taken: float, whole: float) -> None:
    if whole > 0:
        if len(LAST) >= MOST_KINDS:
            LAST.clear()
        LAST[_kind(trace, removal)] = taken / whole


def _whole_runs(trace: Trace, removal: Removal, what: Sequence[Step]) -> float:
    """How many runs ``what`` is, where one on half of the tokens counts as half."""
    cells = max(counts(trace, "blur"))
    return sum(_runs(step, cells) * (1 - step.gone / cells if removal == "drop" else 1.0) for step in what)


def runs(trace: Trace, removal: Removal, what: Sequence[Step]) -> int:
    """How often the network runs for ``what``, on all of the picture or on what is left of it."""
    cells = max(counts(trace, "blur"))
    return sum(_runs(step, cells) for step in what)


def _runs(step: Step, cells: int) -> int:
    if step.gone in (0, cells):  # the run itself, and nothing at all, which is the same for every order
        return int(step.gone == cells)
    return sum(ORDERS if subject == RANDOM else 2 for subject in step.subjects)
