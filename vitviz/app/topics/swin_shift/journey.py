"""Section of the Swin shift page: the picture on its way through the stages, with shapes and lines of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.app import html, session
from vitviz.app.topics.swin_shift.stages_part import Figure, journey
from vitviz.app.words import say
from vitviz.web.tensor_summary import shape_text

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine
    from vitviz.tracing.swin_blocks import SwinBlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

# The lines that change the map's shape or cut it, by what they contain.
MERGING_LINES = ("gather_neighbours(", "self.norm(", "self.reduction(")
BLOCK_LINES = ("self.norm1(", "windows.", "self.attn(y", "self.norm2(", "self.mlp(")
LINES: session.Derived[tuple[StepLine, ...]] = session.Derived("lines of a stage")


def show_journey(model: ModelEntry, trace: Trace) -> None:
    """The figures, and under them every line with its shape in every stage."""
    st.header(say("swin_shift.journey_title"), anchor=False)
    st.markdown(say("swin_shift.journey_lead"))
    firsts = _firsts(trace)
    figures = [_start(trace), *(_stage(trace, block) for block in firsts)]
    journey(f"swin_shift.journey.{model.name}", session.seen(model), figures)
    with st.expander(say("swin_shift.journey_code")):
        heads = [
            say("swin_shift.journey_code_head"),
            *(say("swin_shift.journey_code_stage", stage=block.stage) for block in firsts),
        ]
        st.html(html.table(_code(trace), heads, numbers=range(len(heads))))


def _firsts(trace: Trace) -> list[SwinBlockTrace]:
    """Block 0 of every stage: W-MSA."""
    return [block for block in trace.swin_blocks if block.name.endswith(".blocks.0")]


def _start(trace: Trace) -> Figure:
    size = trace.config.patch_size
    _, rows, columns, _ = trace["embed"].shape
    facts = [
        (say("swin_shift.journey_image_shape", shape=shape_text(trace["image"].shape)), True),
        (say("swin_shift.journey_embed_shape", shape=shape_text(trace["embed"].shape)), True),
    ]
    return Figure(say("swin_shift.journey_image", size=size), rows, columns, [], facts)


def _stage(trace: Trace, block: SwinBlockTrace) -> Figure:
    from vitviz.analysis.swin_shift.geometry import ShiftGeometry

    grid = block.grid
    height, width = trace["image"].shape[-2:]
    down, across = height / grid.height, width / grid.width
    share = min(1.0, grid.window / grid.height) * min(1.0, grid.window / grid.width)
    heads, dim = block["q"].shape[1], block["q"].shape[-1]
    facts = [
        (say("swin_shift.journey_patch", down=f"{down:g}", across=f"{across:g}"), False),
        (say("swin_shift.journey_covers", m=grid.window, share=f"{100 * share:.3g} %"), False),
        (say("swin_shift.journey_map_shape", shape=shape_text(block["resid_pre"].shape)), True),
        (say("swin_shift.journey_windows_shape", shape=shape_text(block["windows"].shape)), True),
        (say("swin_shift.journey_heads", heads=heads, dim=dim), False),
    ]
    boxes = [
        (
            piece.top, piece.left,
            min(piece.height, grid.height - piece.top), min(piece.width, grid.width - piece.left),
        )
        for piece in ShiftGeometry(grid).pieces
    ]  # fmt: skip
    title = say("swin_shift.journey_stage", stage=block.stage, rows=grid.height, columns=grid.width)
    return Figure(title, grid.height, grid.width, boxes, facts)


def _code(trace: Trace) -> list[list[str]]:
    """Rows of a table: a source line, and the shape that it made in each stage (empty where it did not run)."""
    from vitviz.analysis.segment_lines import find

    stages = [find(_stage_lines(trace, block.stage), MERGING_LINES + BLOCK_LINES) for block in _firsts(trace)]
    # The first stage has no merging, which comes first in all the others.
    texts = dict.fromkeys(line.text for lines in reversed(stages) for line in lines)
    shapes = [{line.text: shape_text(line.shape) for line in lines} for lines in stages]
    return [[text, *(made.get(text, "") for made in shapes)] for text in texts]


def _stage_lines(trace: Trace, stage: int) -> tuple[StepLine, ...]:
    from vitviz.analysis.segment_lines import step_lines

    steps = dict(trace.network.steps())
    wanted = [
        (f"layers.{stage}.downsample", ()),
        (f"layers.{stage}.blocks.1", ("SwinBlock.attend_in_windows",)),
    ]

    def make() -> tuple[StepLine, ...]:
        return tuple(
            line
            for name, inner in wanted
            if name in steps
            for line in step_lines(
                trace.lines(trace.segment(name)), f"{type(steps[name]).__name__}.forward", *inner
            )
        )

    return session.derived(trace, LINES.at(stage), make)
