"""What the measured curves say of every map, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vitviz.app.topics.class_maps import measured
from vitviz.app.topics.class_maps.question import Question
from vitviz.app.words import say

if TYPE_CHECKING:
    from vitviz.analysis.faithfulness.curves import Curves, Quantity
    from vitviz.analysis.faithfulness.removal import Removal
    from vitviz.analysis.faithfulness.verdict import Verdict, Verdicts
    from vitviz.tracing.trace import Trace

Mark = Literal["better", "half", "chance", "worse_half", "worse"]
TURNS = 0.1  # a curve's way back that is told, as a share of what the score moves at all


@dataclass(frozen=True)
class Found:
    """The control, the curves of the maps that are measured, and the verdict on each.

    ``groups`` are their names from the best gap down, those together that are not told apart.
    """

    control: Curves | None
    curves: Mapping[str, Curves]
    verdicts: Mapping[str, Verdicts]
    groups: tuple[tuple[str, ...], ...] = ()

    def short(self, name: str) -> str:
        """A few words for below a small map; none while it is not measured."""
        return signed(self.verdicts[name].gap.gain) if name in self.verdicts else ""

    def rank(self, name: str) -> int:
        """From 1; maps that are not told apart share the first place of their group."""
        before = 0
        for group in self.groups:
            if name in group:
                return before + 1
            before += len(group)
        return 0


def of(trace: Trace, question: Question, removal: Removal, quantity: Quantity, names: Sequence[str]) -> Found:
    """What is there to be said about these maps."""
    from vitviz.analysis.faithfulness.verdict import judged, ranked

    control = measured.removed(trace, question, removal, measured.RANDOM)
    if control is None:
        return Found(None, {}, {})
    read = control.curves(quantity, question.target, question.against)
    curves = {}
    for name in names:
        found = measured.removed(trace, question, removal, name)
        if found is not None:
            curves[name] = found.curves(quantity, question.target, question.against)
    verdicts = {name: judged(one, read) for name, one in curves.items()}
    return Found(read, curves, verdicts, ranked({name: one.gap for name, one in verdicts.items()}))


def summary(found: Found) -> str:
    """How many of the tested maps do better than chance in both halves and in one, and all of them in order."""
    marks = [mark_of(one) for one in found.verdicts.values()]
    order = " > ".join(
        " \u2248 ".join(say(f"class_maps.name.{name}") for name in group) for group in found.groups
    )
    key = "class_maps.summary" if len(found.verdicts) > 1 else "class_maps.summary_one"
    return say(key, better=marks.count("better"), half=marks.count("half"), count=len(marks), order=order)


def mark_of(verdict: Verdicts) -> Mark:
    """What is drawn below a map: a triangle claims only what its halves show, a sum alone is none."""
    grade = verdict.grade
    return "chance" if grade == "sum" or grade == "mixed" else grade


def sentence(verdict: Verdicts) -> str:
    """The one line: the grade, then each half with its own area beside those of the random orders."""
    return say(
        "class_maps.verdict", grade=say(f"class_maps.grade.{verdict.grade}"),
        removed=_half("removed", verdict.deletion, turned=True), put_back=_half("put_back", verdict.insertion),
    )  # fmt: skip


def _half(which: str, verdict: Verdict, *, turned: bool = False) -> str:
    """One area in words; ``turned``: the verdict's numbers are areas with the other sign, of which less is better."""
    sign = -1.0 if turned else 1.0
    place, random = verdict.place, verdict.random
    edge = sign * float(random.max() if place == "all" else random.min())
    value, beside = apart(sign * verdict.value, edge)
    return say(
        f"class_maps.half.{which}.{place}", value=value, edge=beside, mean=plain(sign * float(random.mean())),
        beaten=verdict.beaten, count=len(random),
    )  # fmt: skip


def compared(found: Found, name: str, other: str) -> str:
    """How far two maps are apart, and whether that is more than random orders are."""
    ahead = found.verdicts[name].gap.value - found.verdicts[other].gap.value
    spread = found.verdicts[name].gap.spread
    word = "level" if abs(ahead) < spread else "ahead" if ahead > 0 else "behind"
    return say(
        f"class_maps.compared.{word}", name=say(f"class_maps.name.{name}"), by=plain(abs(ahead)),
        other=say(f"class_maps.name.{other}"), spread=plain(spread),
    )  # fmt: skip


def turns(curves: Curves, against_too: bool) -> list[str]:
    """A sentence for each of the two curves that goes back by much; ``against_too``: the map has values below 0."""
    from vitviz.analysis.faithfulness.curves import turn_of

    both = (("deletion", curves.gone, curves.deletion[0]), ("insertion", curves.there, curves.insertion[0]))
    moved = max(float(heights.max()) for _, _, heights in both) - min(float(h.min()) for _, _, h in both)
    why = say("class_maps.turn.signed" if against_too else "class_maps.turn.positive")
    said = []
    for key, x, heights in both:
        turn = turn_of(x, heights, rising=key == "insertion")
        if turn.size <= TURNS * moved:
            continue
        how = say(
            f"class_maps.turn.{key}", start=f"{turn.start:.0%}", end=f"{turn.end:.0%}", size=plain(turn.size)
        )
        said.append(f"{how} {why}")
    return said


def plain(value: float, digits: int = 3) -> str:
    """Three digits behind the point, as areas are written here; no sign before what is rounded to 0."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")


def apart(one: float, other: float) -> tuple[str, str]:
    """Both numbers with three digits, or with as many as show which of them is larger."""
    digits = next((digits for digits in range(3, 9) if plain(one, digits) != plain(other, digits)), 3)
    return plain(one, digits), plain(other, digits)


def signed(value: float) -> str:
    """Two digits with a sign; none before what is rounded to 0."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "\u2212")
