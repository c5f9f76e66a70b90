"""The five numpy functions of im2col, each on arrays that a person types."""

from __future__ import annotations

import streamlit as st

from vitviz.analysis.convolution.array_functions import FUNCTIONS, NotUnderstoodError
from vitviz.app.topics.convolution.array_grid import array_grid
from vitviz.app.words import say

CALLS = {
    "arange": "np.arange",
    "repeat": "np.repeat",
    "tile": "np.tile",
    "pad": "np.pad",
    "index": "x[i, j]",
}


@st.fragment
def numpy_functions() -> None:
    """A column for each function: its arguments as text fields, and the array that it returns for them."""
    st.header(say("convolution.numpy"), anchor=False)
    st.markdown(say("convolution.numpy_lead"))
    for column, name in zip(st.columns(len(CALLS), gap="medium"), CALLS, strict=True):
        with column:
            _function(name)


def _function(name: str) -> None:
    run, arguments = FUNCTIONS[name]
    st.markdown(f"`{CALLS[name]}`  \n:small[:gray[{say(f'convolution.numpy_{name}')}]]")
    texts = [
        st.text_input(argument, first, key=f"convolution.numpy.{name}.{argument}", max_chars=300)
        for argument, first in arguments.items()
    ]
    try:
        st.html(array_grid(run(*texts)))
    except NotUnderstoodError as error:
        st.info(say(f"convolution.bad_{error.why}", **error.values))
