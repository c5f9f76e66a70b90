"""What a notebook asks of a trace, each in one call; the topics' own modules have the steps in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from vitviz.analysis.attention.rollout import trace_rollout
from vitviz.analysis.attention.rows import block_rows
from vitviz.analysis.attribution.logit_attribution import Attribution
from vitviz.analysis.attribution.no_attribution import no_attribution
from vitviz.analysis.lens.logit_lens import Lens, choose_classes, depths, lens
from vitviz.analysis.loss.saliency import BackwardPass, Saliency
from vitviz.analysis.stream.residual_stream import StreamPass
from vitviz.tracing.guards import one_picture
from vitviz.tracing.norms import norm_statistics
from vitviz.tracing.trace import Trace


class HeadFigures(NamedTuple):
    """One attention head: ``entropy`` of its rows (1 is even, 0 a single key) and mean ``distance`` in patches."""

    block: str
    head: int
    entropy: float
    distance: float


def head_figures(trace: Trace) -> list[HeadFigures]:
    """How evenly and how far every head looks, one row a head; see ``AttentionRows``."""
    rows = []
    for block in trace.blocks:
        found = block_rows(block)
        rows += [
            HeadFigures(block.name, head, float(found.entropy[head]), float(found.distance[head]))
            for head in range(block.num_heads)
        ]
    return rows


def logit_attribution(trace: Trace) -> Attribution:
    """What every part of the model gives to every class; the parts add up to the logits.

    ``.parts`` names them, ``.scores(target)`` is what each gives to a class, ``.total(target)`` their sum.

    Raises:
        ValueError: if the model has no classes, or its scores are no sum.
    """
    work = StreamPass(trace)
    for _ in work.blocks():
        pass
    found = work.attribution()
    if found is None:
        raise ValueError(no_attribution(trace))
    return found


def logit_lens(trace: Trace, classes: Sequence[int] = ()) -> Lens:
    """The class scores of every token after every block; see ``Lens``.

    ``classes`` are followed; without any, the best of the last depth and those that most tokens call best.

    Raises:
        ValueError: if the model has no classes.
    """
    found = tuple(depths(trace))
    return lens(trace, found, classes or choose_classes(found, []))


def rollout(trace: Trace, start: int = 0, end: int | None = None) -> Tensor:
    """Attention rollout over the blocks from ``start`` to before ``end``, (N, N), [output token, input token].

    Raises:
        ValueError: for a Swin, or for no blocks.
    """
    return trace_rollout(trace, start, end)


def saliency(trace: Trace, target: int | None = None) -> Saliency:
    """What the loss of class ``target`` (the one with the highest score) sends back to every patch.

    Raises:
        ValueError: if the model has no classes.
    """
    one_picture(trace)
    work = BackwardPass(trace, int(trace.logits.argmax()) if target is None else target)
    for _ in work.steps():
        pass
    return work.saliency()


__all__ = [
    "HeadFigures",
    "head_figures",
    "logit_attribution",
    "logit_lens",
    "norm_statistics",
    "rollout",
    "saliency",
]
