"""Atlas: what every head, MLP unit and block does over many pictures, and where one picture stands among them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from vitviz.app import html, links, session, shell
from vitviz.app.section_choice import choose_section
from vitviz.app.settings import BLOCK, HEAD, Setting
from vitviz.app.topics.atlas.opened import choose_atlas, open_own, run_to_compare
from vitviz.app.topics.atlas.part import Dots, dots
from vitviz.app.topics.atlas.thumbnails import exciting
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.atlas import atlas_lengths, atlas_spread
from vitviz.plot.numbers import percent, short

if TYPE_CHECKING:
    from vitviz.analysis.atlas.atlas import Atlas
    from vitviz.tracing.trace import Trace

STYLE = "<style>.vat-rows td:first-child { white-space: nowrap; }</style>"
WHAT = ("heads", "units", "layers")
# As in vitviz.analysis.atlas, which imports torch; entropy as a share of an even row's.
FIGURES = ("distance", "entropy_share", "class_weight", "register_weight", "self_weight")
SECTION = Setting("atlas.section", links.one_of(WHAT))
FIGURE = Setting("atlas.figure", links.one_of(FIGURES))
UNIT = Setting("atlas.unit", links.whole)
OWN_FIGURES: session.Derived[dict[str, NDArray[np.float64]]] = session.Derived("figures of every head")
OWN_UNITS: session.Derived[NDArray[np.float32]] = session.Derived("mean and largest activation of every unit")


def show() -> None:
    """The chosen atlas, and this person's picture in it where the atlas is of the model that they chose."""
    model = session.entry()
    shell.head(say("atlas.title"), say("atlas.lead"), model)
    left, right = st.columns([1.5, 1], gap="medium", vertical_alignment="center")
    with left:
        section = choose_section(
            SECTION, WHAT, say("atlas.section"), lambda name: say(f"atlas.section.{name}")
        )
    with right:
        atlas = choose_atlas(model)
    with st.spinner(say("running")):
        trace = run_to_compare(atlas, model)
    _content(section, atlas, trace)
    header = atlas.header
    said = say("atlas.about", pictures=atlas.partial.pictures, heads=header.num_heads, units=header.num_units)
    if trace is None:
        said = f"{said} {say('atlas.no_own', model=model.name)}"
    elif _is_one(atlas):
        said = f"{said} {say('atlas.is_one')}"
    st.caption(said)
    open_own()


def _is_one(atlas: Atlas) -> bool:
    """Whether the chosen picture is a sample of an atlas of the samples."""
    return not st.session_state.get("picture_is_own") and st.session_state.get("picture_name") in atlas.names


@st.fragment
def _content(section: str, atlas: Atlas, trace: Trace | None) -> None:
    if section == "layers":
        _layers(atlas)
    elif section == "units":
        _units(atlas, trace)
    else:
        _heads(atlas, trace)


def _heads(atlas: Atlas, trace: Trace | None) -> None:
    header = atlas.header
    blocks = header.blocks
    block = min(BLOCK.get(_farthest(atlas)[0], header.model, keep=False), len(blocks) - 1)
    head = min(HEAD.get(_farthest(atlas)[1], header.model, keep=False), blocks[block].heads - 1)
    there = [name for name in FIGURES if not math.isnan(atlas.figure(0, 0, name).mean)]

    def on_choose(block: int, head: int) -> None:
        BLOCK.set(block, header.model)
        HEAD.set(head, header.model)

    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        figure = FIGURE.widget(
            lambda key: st.segmented_control(
                say("atlas.figure"), there, format_func=lambda name: say(f"atlas.{name}"), key=key,
                required=True, label_visibility="collapsed",
            ),
            there, "distance", header.model,
        )  # fmt: skip
        own = None if trace is None else _own_figures(trace)[figure]
        dots(f"atlas.dots.{header.model}", Dots(atlas, figure, block, head, own), on_choose)
        st.caption(say(f"atlas.{figure}_help"))
    row = sum(one.heads for one in blocks[:block]) + head
    with right:
        _one_head(atlas, block, head, figure, None if own is None else float(own[row]))
    st.subheader(say("atlas.excites_head", block=blocks[block].name, head=head), anchor=False)
    st.html(exciting(atlas, blocks[block], atlas.head_top(block, head), looks=True))
    st.caption(say("atlas.excites_head_help"))


def _farthest(atlas: Atlas) -> tuple[int, int]:
    """Block and head that look farthest on average: what the page opens with."""
    every = [(b, h) for b, block in enumerate(atlas.header.blocks) for h in range(block.heads)]
    return max(every, key=lambda at: atlas.figure(at[0], at[1], "distance").mean)


def _own_figures(trace: Trace) -> dict[str, NDArray[np.float64]]:
    """The figures of every head in this person's picture, (R,) each, blocks one after another."""

    def make() -> dict[str, NDArray[np.float64]]:
        from vitviz.analysis.atlas.head_figures import block_figures

        found = [block_figures(block) for block in trace.blocks]
        return {name: np.concatenate([one[name].numpy() for one in found]) for name in FIGURES}

    return session.derived(trace, OWN_FIGURES, make)


def _one_head(atlas: Atlas, block: int, head: int, figure: str, own: float | None) -> None:
    """One head's figure over the pictures: its distribution with this picture's value, and numbers."""
    found = atlas.figure(block, head, figure)
    place = atlas.header.blocks[block]
    st.markdown(say("atlas.one_head", block=place.name, head=head))
    counts, edges = atlas.spread(block, head, figure), atlas.edges(figure)
    title = say(f"atlas.{figure}_axis")
    spread = atlas_spread.describe(
        edges, counts, own, x_title=title, y_title=say("atlas.pictures"), hover=say("atlas.pictures"),
        label=say("atlas.spread"),
    )  # fmt: skip
    chart("atlas.spread", spread)
    rows = [[say("atlas.mean"), f"{short(found.mean)} \u00b1 {short(found.deviation)}"]]
    rows.append([say("atlas.range"), f"{short(found.low)} \u2013 {short(found.high)}"])
    if figure == "distance":
        rows.append([say("atlas.in_patches"), short(found.mean / place.pixels)])
        entropy = atlas.figure(block, head, "entropy")
        rows.append([say("atlas.entropy"), f"{short(entropy.mean)} \u00b1 {short(entropy.deviation)}"])
    stands = ""
    if own is not None:
        rows.append([say("atlas.this_picture"), short(own)])
        at = int(np.clip(np.searchsorted(edges, own, side="right") - 1, 0, len(counts) - 1))
        below, same, above = (
            int(part.sum()) for part in (counts[:at], counts[at : at + 1], counts[at + 1 :])
        )
        stands = say("atlas.below", count=below + same + above, below=below, same=same, above=above)
    st.html(f'{STYLE}<div class="vat-rows">{html.table(rows, ("", title), numbers=(1,))}</div>')
    if stands:
        st.caption(stands)


def _units(atlas: Atlas, trace: Trace | None) -> None:
    """One MLP unit: which patches excite it most, and how much this picture does."""
    header = atlas.header
    blocks = header.blocks
    left, right = st.columns(2)
    with left:
        block = BLOCK.widget(
            lambda key: st.select_slider(
                say("choose.block", count=len(blocks)), range(len(blocks)), key=key,
                format_func=lambda number: blocks[number].name,
            ),
            range(len(blocks)), len(blocks) - 1, header.model, keep=False,
        )  # fmt: skip
    most = blocks[block].units - 1
    with right:
        unit = UNIT.widget(
            lambda key: st.number_input(say("atlas.unit", last=most), 0, most, step=1, key=key),
            range(most + 1), 0, header.model, blocks[block].name,
        )  # fmt: skip
    rows = [[say("atlas.unit_mean"), short(atlas.unit_mean(block, unit))]]
    if trace is not None:
        mean, largest = _own_units(trace, block)[:, unit].tolist()
        rows += [[say("atlas.unit_own_mean"), short(mean)], [say("atlas.unit_own"), short(largest)]]
    st.html(html.table(rows, ("", say("atlas.activation")), numbers=(1,)))
    st.subheader(say("atlas.excites_unit", block=blocks[block].name, unit=unit), anchor=False)
    st.html(exciting(atlas, blocks[block], atlas.unit_top(block, unit), looks=False))
    st.caption(say("atlas.excites_unit_help"))


def _own_units(trace: Trace, block: int) -> NDArray[np.float32]:
    """Mean and largest activation of each unit of a block at the patches of this person's picture, (2, U)."""

    def make() -> NDArray[np.float32]:
        of = trace.blocks[block]
        found = of["mlp_post"].flatten(0, -2)[of.num_prefix :].float()  # (P, U)
        return np.stack([found.mean(dim=0).numpy(), found.amax(dim=0).numpy()])

    return session.derived(trace, OWN_UNITS.at(block), make)


def _layers(atlas: Atlas) -> None:
    """How long the tokens are after each block."""
    st.caption(say("atlas.layers_help"))
    blocks = atlas.header.blocks
    found = [atlas.norm_quantiles(number) for number in range(len(blocks))]
    named = {0.05: "5 %", 0.5: say("atlas.median"), 0.95: "95 %", 0.99: "99 %"}
    lengths = atlas_lengths.describe(
        [block.name for block in blocks],
        {name: [one[share] for one in found] for share, name in named.items()},
        [at for at in range(1, len(blocks)) if blocks[at].stage != blocks[at - 1].stage],
        x_title=say("block"), y_title=say("atlas.length"), label=say("atlas.lengths"),
    )  # fmt: skip
    chart("atlas.lengths", lengths)
    rows = []
    for number, block in enumerate(blocks):
        quantiles = [short(found[number][share]) for share in named]
        rows.append([block.name, *quantiles, percent(atlas.large_share(number), 2)])
    head = [say("block"), *named.values(), say("atlas.large")]
    st.html(html.table(rows, head, numbers=(1, 2, 3, 4, 5)))
