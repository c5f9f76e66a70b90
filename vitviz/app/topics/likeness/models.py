"""Two models on one picture, on one cursor: likeness, classes, the lens, lengths and class maps side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import beside, links, pages, session, shell, tokens
from vitviz.app.class_choice import target
from vitviz.app.class_names import naming
from vitviz.app.markup import as_text
from vitviz.app.model_titles import title
from vitviz.app.networks import DEFAULT_MODEL, DEFAULT_SWIN
from vitviz.app.prediction import prediction
from vitviz.app.settings import BLOCK, Setting
from vitviz.app.topics.likeness.maps import Run, maps
from vitviz.app.widgets.chart import chart
from vitviz.app.widgets.tiles import tiles
from vitviz.app.words import say
from vitviz.plot.depth import length_lines
from vitviz.plot.lens import class_lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vitviz.analysis.class_maps.class_map import ClassMap
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

FOLLOWED = 5  # classes through depth
MAP_WIDTH = 300  # pixels
# Methods that take a few runs of the network, as ``analysis.class_maps.methods`` calls them.
METHODS = ("chefer", "rollout", "gradient_x_input", "grad_cam", "legrad")
METHOD: Setting[str] = Setting("likeness.method", links.one_of(METHODS))
OWN_SCORES: session.Derived[NDArray[np.float32]] = session.Derived("the model's own scores at every depth")
LENGTHS: session.Derived[list[NDArray[np.float32]]] = session.Derived(
    "lengths of the stream behind every block"
)
CLASS_MAP: session.Derived[ClassMap] = session.Derived("a class map beside another model's")


def show(model: ModelEntry) -> None:
    """The choice of the other model, then everything side by side."""
    left, right = st.columns([1, 1.6], vertical_alignment="bottom")
    otherwise = DEFAULT_MODEL if model.is_swin else DEFAULT_SWIN
    second = beside.choose_model(left, model, otherwise)
    assert second is not None  # there is always one
    with right:
        pages.link("attention", say("likeness.heads"), _heads_link(model, second))
    if not second.trained:
        shell.untrained(second)
    name = str(st.session_state["picture_name"])
    runs = [Run(one, session.picture(), name) for one in (model, second)]
    with st.spinner(say("running")):
        for run in runs:
            run.trace()
    _all(runs)


def _heads_link(model: ModelEntry, second: ModelEntry) -> dict[str, str]:
    """The query of the explorer with both models at this block and token."""
    query = {"beside.model": second.name, "token": str(tokens.current(model))}
    block = BLOCK.get(-1, model.name, keep=False)
    return query | ({"block": str(block)} if block >= 0 else {})


@st.fragment
def _all(runs: list[Run]) -> None:
    """What follows the cursor and what does not, run again when the cursor is chosen."""
    maps(runs, related=False)
    st.caption(say("likeness.same_place"))
    traces = [run.trace() for run in runs]
    st.subheader(say("likeness.classes"), anchor=False)
    for column, run, trace in zip(st.columns(2), runs, traces, strict=True):
        with column:
            st.markdown(f"**{as_text(title(run.model))}**")
            prediction(trace, run.model, brief=True)
    st.subheader(say("likeness.lens"), anchor=False)
    for column, run, trace in zip(st.columns(2), runs, traces, strict=True):
        with column:
            _lens(run, trace)
    st.caption(say("likeness.lens_help"))
    st.subheader(say("likeness.lengths"), anchor=False)
    place = _place(runs[0])
    for column, run, trace in zip(st.columns(2), runs, traces, strict=True):
        with column:
            _lengths(run, trace, place)
    st.caption(say("likeness.lengths_help"))
    _class_maps(runs, traces)


def _lens(run: Run, trace: Trace) -> None:
    """The likeliest classes of a model, read at every depth as the model reads."""
    from vitviz.analysis.class_scores.class_heads import reads_tokens
    from vitviz.analysis.lens.logit_lens import blocks_before, own_scores

    if not run.model.config.num_classes:
        return  # which the prediction above has said
    if not reads_tokens(run.model.config):
        st.info(say("likeness.no_lens"))
        return
    scores = session.derived(trace, OWN_SCORES, lambda: own_scores(trace))  # (depths, K)
    classes = [score.class_index for score in trace.top(min(FOLLOWED, scores.shape[1]))]
    names = [naming(trace)(index) for index in classes]
    figure = class_lines.describe(
        _softmax(scores)[:, classes], names, 0, before=blocks_before(trace), x_title=say("likeness.depth"),
        label=say("likeness.lens_of", name=title(run.model)),
    )  # fmt: skip
    chart(f"likeness.lens.{run.model.name}", figure)
    st.caption(" \u00b7 ".join(f"{i + 1} {as_text(name)}" for i, name in enumerate(names)))


def _softmax(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    import numpy as np

    z = scores.astype(np.float64)
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    share: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return share


def _place(first: Run) -> tuple[float, float] | None:
    """The middle of the cursor's patch as shares of the picture's height and width; None for a prefix token."""
    rows, columns = tokens.finest(first.model)
    patch = tokens.current(first.model) - len(tokens.prefix(first.model))
    if patch < 0:
        return None
    row, column = divmod(patch, columns)
    return (row + 0.5) / rows, (column + 0.5) / columns


def _lengths(run: Run, trace: Trace, place: tuple[float, float] | None) -> None:
    """The lengths of tokens behind every block: the mean over the patches, the cursor's patch, the class token."""
    found = session.derived(trace, LENGTHS, lambda: _all_lengths(trace))
    blocks, prefix = trace.blocks, run.model.config.prefix_names
    series = {say("token.mean"): [float(one[len(prefix) :].mean()) for one in found]}
    if place is not None:
        here = [block.token_at(*_cell(place, block.map_size)) for block in blocks]
        series[say("likeness.cursor")] = [float(one[token]) for one, token in zip(found, here, strict=True)]
    if "cls" in prefix:
        series[say("token.cls")] = [float(one[prefix.index("cls")]) for one in found]
    stages = [getattr(block, "stage", 0) for block in blocks]
    breaks = {i: say("likeness.stage", number=s) for i, s in enumerate(stages) if i and s != stages[i - 1]}
    figure = length_lines.describe(
        {"": series}, [block.name for block in blocks], None, breaks, x_title=say("block"),
        y_title=say("likeness.length"), label=say("likeness.lengths_of", name=title(run.model)),
    )  # fmt: skip
    chart(f"likeness.lengths.{run.model.name}", figure)


def _all_lengths(trace: Trace) -> list[NDArray[np.float32]]:
    from vitviz.analysis.likeness.vectors import token_vectors
    from vitviz.tracing.arrays import to_numpy

    return [to_numpy(token_vectors(block).norm(dim=-1)) for block in trace.blocks]


def _cell(place: tuple[float, float], grid: tuple[int, int]) -> tuple[int, int]:
    row, column = (min(side - 1, int(share * side)) for share, side in zip(place, grid, strict=True))
    return row, column


def _class_maps(runs: list[Run], traces: list[Trace]) -> None:
    """One method's map of each model for one class, each on its own scale: they are not in the same unit."""
    from vitviz.analysis.class_maps.methods import METHODS as KNOWN

    st.subheader(say("likeness.class_maps"), anchor=False)
    method = METHOD.widget(
        lambda key: st.segmented_control(
            say("likeness.method"), METHODS, format_func=_method_name, key=key, required=True
        ),
        METHODS,
        METHODS[0],
    )
    wanted = _class_of(runs[0], traces[0])
    for column, run, trace in zip(st.columns(2), runs, traces, strict=True):
        with column:
            st.markdown(f"**{as_text(title(run.model))}**")
            if KNOWN[method].why_not(trace):
                st.caption(say("likeness.no_map", method=_method_name(method)))
                continue
            index = _index(run, trace, wanted)
            found = _class_map(trace, method, index)
            rows, columns = found.grid
            tiles(
                f"likeness.map.{run.model.name}", found.values, quantity="activation" if found.signed else "attention",
                axes=(say("likeness.row"), say("likeness.column")), width=MAP_WIDTH,
                scale_label=naming(trace)(index) if trace.has_classes else "",
            )  # fmt: skip
            st.caption(f"{rows} x {columns}")
    st.caption(say("likeness.class_maps_help"))


def _index(run: Run, trace: Trace, wanted: str) -> int:
    """The class of that name, else the model's own; 0 where it has none and the method asks for none."""
    if not trace.has_classes:
        return 0
    return trace.class_names.index(wanted) if wanted in trace.class_names else target(run.model, trace)


def _class_map(trace: Trace, method: str, index: int) -> ClassMap:
    from vitviz.analysis.class_maps.methods import class_map

    return session.derived(trace, CLASS_MAP.at(method, index), lambda: class_map(trace, method, index))


def _class_of(run: Run, trace: Trace) -> str:
    """The name of the first model's current class, "" where it has none."""
    return trace.class_name(target(run.model, trace)) if trace.has_classes else ""


def _method_name(method: str) -> str:
    """A method as its paper calls it."""
    return {
        "chefer": "Chefer 2021", "rollout": "rollout", "gradient_x_input": "gradient \u00d7 input",
        "grad_cam": "Grad-CAM", "legrad": "LeGrad",
    }[method]  # fmt: skip
