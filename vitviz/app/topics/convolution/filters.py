"""The filters that a model has learned for its patches, and their principal components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.convolution.filters import (
    PrincipalFilters,
    largest_magnitude,
    learned_filters,
    principal_filters,
)
from vitviz.app import session
from vitviz.app.session import Derived
from vitviz.app.topics.convolution.filters_part import filters
from vitviz.app.words import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

PRINCIPAL_FILTERS: Derived[PrincipalFilters] = Derived("principal components of the filters")
PRINCIPAL = 28  # as many as the paper's Fig. 7 shows
SHEET = 96


def filter_sheets(model: ModelEntry, trace: Trace) -> None:
    """All filters of the patch embedding as small pictures, and beside them their principal components."""
    weight = learned_filters(trace.network)  # (D, 3, P, P)
    st.header(say("convolution.filters" if model.trained else "convolution.filters_untrained"), anchor=False)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _sheet(model, weight)
    with right:
        _principal(model, trace, weight)


@st.fragment
def _sheet(model: ModelEntry, weight: NDArray[np.floating]) -> None:
    count = len(weight)
    st.markdown(say("convolution.filters_lead", count=count, size=weight.shape[-1]))
    first = 0
    if count > SHEET:
        starts = list(range(0, count, SHEET))
        first = int(
            st.segmented_control(
                say("convolution.sheet"), starts, default=0, required=True, key=f"convolution.sheet.{model.name}",
                format_func=lambda start: f"{start}\u2013{min(count, start + SHEET) - 1}",
            )
        )  # fmt: skip
    shown = weight[first : first + SHEET]
    filters(
        f"convolution.filters.{model.name}", shown, [str(first + i) for i in range(len(shown))],
        largest_magnitude(weight), width=36,
    )  # fmt: skip


def _principal(model: ModelEntry, trace: Trace, weight: NDArray[np.floating]) -> None:
    principal = session.derived(trace, PRINCIPAL_FILTERS, lambda: principal_filters(weight, PRINCIPAL))
    total = float(principal.shares.sum())
    st.markdown(say("convolution.principal", count=len(principal.shares), share=f"{100 * total:.1f}"))
    labels = [f"{100 * share:.2f} %" for share in principal.shares]
    filters(
        f"convolution.principal.{model.name}", principal.components, labels,
        largest_magnitude(principal.components), width=58,
    )  # fmt: skip
    st.caption(say("convolution.principal_help" if model.trained else "convolution.principal_untrained"))
