"""From where on a run has to be made for an edit, where a plain run and perhaps another edited one are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitviz.tracing.interventions import Edit
from vitviz.tracing.segments import side_names

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace


class Start(NamedTuple):
    """The run whose tensors are taken, and the number of the first segment that runs again.

    ``done`` names the tensor that this segment starts from, where the run that is taken has changed it already.
    """

    run: Trace
    segment: int
    done: tuple[str, ...] = ()


def start_of(plain: Trace, edit: Edit, begun: Trace | None) -> Start:
    """Where to begin: the later of what ``plain`` allows and what ``begun`` does, an edited run of the same.

    Both edits know the model (``Edit.on``).
    """
    start = Start(plain, _first_difference(plain, edit, Edit(())))
    if begun is None or begun.structure is not plain.structure or begun.given is not plain.given:
        return start
    # What a step reads beside the stream is not looked at here.
    if not isinstance(begun.intervention, Edit) or side_names(plain.structure):
        return start
    segment = _first_difference(plain, edit, begun.intervention)
    if segment <= start.segment:
        return start
    return Start(begun, segment, (plain.segments[segment].input_name,))


def _first_difference(plain: Trace, edit: Edit, other: Edit) -> int:
    """The number of the first segment that the two make differently; of the last one where there is none."""
    mine, theirs = _by_name(edit), _by_name(other)
    # The very same functions: two that say they are equal may hold different tensors.
    differ = {
        name
        for name in {*mine, *theirs}
        if [*map(id, mine.get(name, ()))] != [*map(id, theirs.get(name, ()))]
    }
    names = [segment.name for segment in plain.segments]
    first = min((names.index(plain.segment_of(name).name) for name in differ), default=len(names) - 1)
    # An edited run keeps no input as it was before its changes: there the step before has to run again.
    return first - 1 if other.changes and plain.segments[first].input_name in differ else first


def _by_name(edit: Edit) -> dict[str, list[object]]:
    """The changes of each tensor, in order."""
    found: dict[str, list[object]] = {}
    for name, change in edit.changes:
        found.setdefault(str(name), []).append(change)
    return found
