"""The browser part with one or two runs, on the cursor that every page has; for both sections of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from vitviz.app import links, session, tokens
from vitviz.app.settings import BLOCK, Setting
from vitviz.app.topics.likeness.part import LikenessPart, Place
from vitviz.app.topics.likeness.part import likeness as likeness_part
from vitviz.app.widgets.explorer import described

if TYPE_CHECKING:
    from vitviz.analysis.likeness.components import Components
    from vitviz.analysis.likeness.vectors import Kind
    from vitviz.app.chosen_picture import ChosenPicture
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# As analysis/likeness/vectors.py has them, which imports torch.
KINDS: tuple[Kind, ...] = ("stream", "keys", "queries", "values")
KIND: Setting[Kind] = Setting("likeness.kind", links.one_of(KINDS))
HEAD = Setting("likeness.head", links.signed)
SIDE = Setting("likeness.side", links.whole)
PINNED = Setting("likeness.pinned", links.flag)
ALL_HEADS = -1
COMPONENTS: session.Derived[tuple[Components | None, ...]] = session.Derived("main directions of every block")
ASKED, OFFER_AGAIN = "likeness.asked", "likeness.offer_again"


class Run(NamedTuple):
    """A model's run on a picture, and what the picture is called."""

    model: ModelEntry
    picture: ChosenPicture
    name: str

    def trace(self) -> Trace:
        """The run."""
        return session.trace(self.model, self.picture)


def maps(runs: Sequence[Run], related: bool) -> None:
    """The part; in a fragment, which is run again with every choice: another kind has other main directions."""
    if st.session_state.pop(OFFER_AGAIN, False):
        st.rerun(scope="app")  # which offers the runs to the store again
    traces = [run.trace() for run in runs]
    place = _place(runs, related, len(traces[0].blocks), max(block.num_heads for block in traces[0].blocks))
    sides = [described(*run) for run in runs]
    names = [session.run_name(run.model, run.picture) for run in runs]
    if related:
        found = _components(traces, names, place)
        directions = [(found, picture) for picture in range(len(runs))]
    else:
        directions = [(_components([trace], [], place), 0) for trace in traces]

    def chosen(place: Place) -> None:
        model = runs[place.side].model
        BLOCK.set(place.block, runs[0].model.name)
        layer = sides[place.side]["layers"][place.at]
        tokens.choose(model, place.token, (layer["rows"], layer["columns"]))
        for setting, value in (
            (KIND, place.kind),
            (HEAD, place.head),
            (SIDE, place.side),
            (PINNED, place.pinned),
        ):
            setting.set(value)  # type: ignore[arg-type]  # each its own

    def needed() -> None:
        st.session_state[ASKED] = st.session_state.get(ASKED, 0) + 1
        st.session_state[OFFER_AGAIN] = True

    shown = LikenessPart(
        sides, directions, related, place, f"{links.current().arrival} {runs[0].model.name} {related}",
        st.session_state.get(ASKED, 0),
    )  # fmt: skip
    likeness_part(f"likeness.{'patches' if related else 'models'}", shown, chosen, needed)


def _place(runs: Sequence[Run], related: bool, blocks: int, heads: int) -> Place:
    """What the link says, else what this person chose last; until then the middle block and patch."""
    kind, head = KIND.get("stream"), HEAD.get(ALL_HEADS)
    side = SIDE.get(0) if related else 0
    side = side if side < len(runs) else 0
    return Place(
        block=min(BLOCK.get(blocks // 2, runs[0].model.name, keep=False), blocks - 1),
        token=tokens.current(runs[side].model),
        at=0,
        side=side,
        pinned=PINNED.get(False),
        kind=kind,
        head=head if ALL_HEADS <= head < heads else ALL_HEADS,
    )


def _components(traces: Sequence[Trace], names: Sequence[str], place: Place) -> tuple[Components | None, ...]:
    """The main directions of every block, of several pictures together; kept beside the first one's run."""
    from vitviz.analysis.likeness.components import components_by_depth

    head = None if place.kind == "stream" or place.head == ALL_HEADS else place.head

    def make() -> tuple[Components | None, ...]:
        return tuple(components_by_depth(traces, place.kind, head))

    return session.derived(traces[0], COMPONENTS.at(place.kind, head, *names[1:]), make)
