"""The bench to take along: all numbers as JSON or CSV, and the Python that does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import streamlit as st

from vitviz.analysis.interventions.report import as_csv, as_json
from vitviz.app import bench, other_pictures, session, tray
from vitviz.app.words import say
from vitviz.samples import SAMPLES
from vitviz.tracing.planned_edit import script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitviz.analysis.interventions.effect import Effect
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


class Alone(Protocol):
    """An edit that was run alone."""

    @property
    def slot(self) -> bench.Slot:
        """Its place on the bench."""
        ...

    @property
    def alone(self) -> Effect | None:
        """What it changes."""
        ...


def exports(model: ModelEntry, trace: Trace, tried: Sequence[Alone], together: Effect) -> None:
    """A fold with the Python of the applied edits and two buttons that save the numbers."""
    applied = [each.slot.edit for each in tried if each.slot.on]
    alone = {str(each.slot): each.alone for each in tried if each.alone is not None}
    with st.expander(say("interventions.take_along")):
        others = {edit.other for edit in applied if edit.other}
        paths = {other: path_of(other) for other in others}
        name, prepared = load_arguments(model)
        st.code(script(applied, name, chosen_path(), paths, prepared), language="python")
        if trace.has_classes:
            about = {"model": model.name, "picture": str(st.session_state.get("picture_name", ""))}
            with st.container(horizontal=True):
                st.download_button(
                    "JSON", lambda: as_json(about, trace, alone, together), f"vitviz-{model.name}-edits.json",
                    "application/json", on_click="ignore", key="bench_json",
                )  # fmt: skip
                st.download_button(
                    "CSV", lambda: as_csv(trace, alone, together), f"vitviz-{model.name}-edits.csv",
                    "text/csv", on_click="ignore", key="bench_csv",
                )  # fmt: skip


def load_arguments(model: ModelEntry) -> tuple[str, str]:
    """What ``loading`` is called with to have this model, prepared as here."""
    prepared = session.loaded().preprocessing != model.preprocessing
    name = model.source.where if model.source.kind in ("hub", "file") else model.name
    return repr(name), repr(model.preprocessing) if prepared else ""


def chosen_path() -> str:
    """A Python expression of the chosen picture's file."""
    id_ = st.session_state.get("picture_id")
    return path_of(
        f"{tray.PREFIX}{id_}" if id_ else str(st.session_state.get("picture_name", SAMPLES[0].file))
    )


def path_of(text: str) -> str:
    """A Python expression of the file of a picture as ``other_pictures`` names it.

    Of a sample where it lies, of one's own its name.
    """
    if text in {sample.file for sample in SAMPLES}:
        return f"FOLDER / {text!r}"
    found = other_pictures.find(text)
    return repr(found[1] if found else text)
