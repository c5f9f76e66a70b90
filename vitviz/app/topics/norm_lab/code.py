"""The functions behind an experiment, as they stand in the package."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st

from vitviz.app.words import say


def code_that_ran(*functions: Callable[..., Any]) -> None:
    """Their source, folded away."""
    with st.expander(say("norm_lab.code", module=functions[0].__module__)):
        st.code("\n\n".join(inspect.getsource(function) for function in functions), language="python")
