"""What the measured curves say of every map, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.app.topics.class_maps import measured
from vitviz.app.topics.class_maps.question import Question
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.faithfulness.curves import Curves, Quantity
    from vitviz.analysis.faithfulness.removal import Removal
    from vitviz.analysis.faithfulness.verdict import Verdict, Verdicts
    from vitviz.tracing.trace import Trace


@dataclass(frozen=True)
class Found:
    """The control, the curves of the maps that are measured, and the verdict on each."""

    control: Curves | None
    curves: Mapping[str, Curves]
    verdicts: Mapping[str, Verdicts]

    def short(self, name: str) -> tuple[str, str]:
        """A mark and a few words for below a small map; both empty while it is not measured."""
        if name not in self.verdicts:
            return "none", ""
        gap = self.verdicts[name].gap
        return gap.word, say(f"class_maps.short.{gap.word}", gain=signed(gap.gain))


def of(trace: Trace, question: Question, removal: Removal, quantity: Quantity, names: Sequence[str]) -> Found:
    """What is there to be said about these maps."""
    from vitviz.analysis.faithfulness.verdict import judged

    control = measured.removed(trace, question, removal, measured.RANDOM)
    if control is None:
        return Found(None, {}, {})
    read = control.curves(quantity, question.target, question.against)
    curves = {}
    for name in names:
        found = measured.removed(trace, question, removal, name)
        if found is not None:
            curves[name] = found.curves(quantity, question.target, question.against)
    return Found(read, curves, {name: judged(one, read) for name, one in curves.items()})


def summary(found: Found) -> str:
    """How many of the tested maps do better than chance, and which does so most."""
    better = {name: one.gap.gain for name, one in found.verdicts.items() if one.gap.word == "better"}
    if not better:
        return say("class_maps.summary_none", count=len(found.verdicts))
    most = max(better, key=better.__getitem__)
    return say(
        "class_maps.summary", better=len(better), count=len(found.verdicts),
        name=say(f"class_maps.name.{most}"), gain=plain(better[most]),
    )  # fmt: skip


def sentence(verdict: Verdict) -> str:
    """The one line."""
    random = verdict.random
    return say(
        f"class_maps.verdict.{verdict.word}", gain=plain(abs(verdict.gain)), value=plain(verdict.value),
        beaten=verdict.beaten, count=len(random), low=plain(float(random.min())),
        high=plain(float(random.max())),
    )  # fmt: skip


def plain(value: float) -> str:
    """Three digits behind the point, as areas are written here."""
    return f"{value:.3f}".replace("-", "\u2212")


def signed(value: float) -> str:
    """The same with its sign."""
    return f"{value:+.2f}".replace("-", "\u2212")
