"""A painted region to take along: every class as CSV, and the Python that does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.interventions.report import region_as_csv
from vitviz.app.topics.interventions.exports import chosen_path, load_arguments, path_of
from vitviz.app.words import say
from vitviz.tracing.planned_edit import loading, ranges_of

if TYPE_CHECKING:
    from vitviz.analysis.interventions.region import Removed
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry


def exports(
    model: ModelEntry,
    trace: Trace,
    patches: tuple[int, ...],
    how: str,
    other: str,
    found: Removed,
    control: Removed,
) -> None:
    """A fold with the program, and the button of the file."""
    with st.expander(say("interventions.patches_take_along")):
        source = program(load_arguments(model), chosen_path(), patches, how, path_of(other) if other else "")
        st.code(source, language="python")
        st.download_button(
            "CSV", lambda: region_as_csv(trace, found, control), f"vitviz-{model.name}-region.csv", "text/csv",
            on_click="ignore", key="interventions.patches_csv",
        )  # fmt: skip


def program(model: tuple[str, str], picture: str, patches: tuple[int, ...], how: str, other: str) -> str:
    """Python that removes the region and as many patches at random.

    ``picture`` and ``other`` are Python expressions of files, ``model`` is what ``loading`` takes.
    """
    imports, loaded = loading(*model)
    folder = "FOLDER" in f"{picture} {other}"
    given = f'"{how}"' + (", other" if other else "")
    return "\n".join(
        [
            "import torch",
            *imports,
            "from vitviz.analysis.faithfulness.cells import cell_grid",
            "from vitviz.analysis.interventions.region import compared, logits_without, random_regions, without_region",
            *(["from vitviz.samples import FOLDER"] if folder else []),
            "from vitviz.tracing.planned_edit import numbers_of",
            "",
            *loaded,
            f"trace = vitviz.trace(model, {picture})",
            *([f'other = vitviz.trace(model, {other})["image"]'] if other else []),
            f'region = numbers_of("{ranges_of(patches)}")',
            f"found = without_region(trace, region, {given})",
            "print(found.delta_logits)",
            "random = random_regions(region, cell_grid(trace))",
            f"batches = list(logits_without(trace, random.masks, {given}))",
            "if batches:",
            "    control = compared(trace.logits, torch.cat(batches))",
            "    best = int(trace.logits.argmax())",
            "    print(random.kind, control.delta_logits[:, best].mean(), found.delta_logits[best])",
            "",
        ]
    )
