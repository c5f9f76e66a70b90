"""Patch merging opened up (Swin, arXiv 2103.14030, section 3.1): one output place from its four neighbours.

The published weights expect the neighbours in one order. ``other_order`` runs the same weights with another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.patches.projection import Projection, project
from vitviz.models.swin import PatchMerging, gather_neighbours
from vitviz.models.swin_v2 import SwinV2PatchMerging
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.trace import Trace

# Offsets (row, column) in the order in which the neighbours are put behind one another.
PUBLISHED = ((0, 0), (1, 0), (0, 1), (1, 1))


@dataclass(frozen=True)
class Merge:
    """One place of a merging's output, as torch computed it.

    ``gathered`` (4C,) are the four neighbours, ``inputs`` (4C,) what the reduction multiplies and ``reduced`` (2C,)
    what it makes. ``post_norm`` is version 2: its inputs are the gathered ones themselves, and ``output`` (2C,) is
    reduced and normalised. In version 1 the inputs are normalised, and the output is what the reduction made.
    """

    gathered: NDArray[np.float32]
    inputs: NDArray[np.float32]
    reduced: NDArray[np.float32]
    output: NDArray[np.float32]
    mean: float
    scale: float
    post_norm: bool

    weight: NDArray[np.float32]  # of the reduction, (2C, 4C); it has no bias

    def open(self, channel: int) -> Projection:
        """Output channel ``channel`` of the reduction as a sum of 4 x C products."""
        four = (4, -1, 1)  # neighbour, channel; a last axis so that the sums are by neighbour
        return project(self.inputs.reshape(four), self.weight[channel].reshape(four), 0.0)


def merge_at(trace: Trace, step: str, row: int, column: int) -> Merge:
    """The merging ``step`` ("layers.1.downsample") of a trace at one place of its output map."""
    one_picture(trace)
    module = _module(trace, step)
    post_norm = isinstance(module, SwinV2PatchMerging)
    inputs, reduced = ("gathered", "reduced") if post_norm else ("ln.out", "resid_post")
    names = ("gathered", inputs, reduced, "resid_post", "ln.mean", "ln.scale")
    at = [to_numpy(trace[f"{step}.{name}"][0, row, column]) for name in names]
    weight = to_numpy(module.reduction.weight)
    return Merge(at[0], at[1], at[2], at[3], float(at[4][0]), float(at[5][0]), post_norm, weight)


def _module(trace: Trace, step: str) -> PatchMerging:
    return cast(PatchMerging, dict(trace.network.steps())[step])


def neighbours(height: int, width: int) -> NDArray[np.int64]:
    """Which four patches of a map each output place gathers, in order: (h/2, w/2, 4) raster indices, -1 for padding."""
    index = torch.arange(1, height * width + 1).view(1, height, width, 1)  # (1, h, w, 1)
    index = torch.nn.functional.pad(index, (0, 0, 0, width % 2, 0, height % 2))  # even sides, as in the model
    return gather_neighbours(index)[0].numpy() - 1  # (h/2, w/2, 4)


class OtherOrder(NamedTuple):
    """What another order changes: the largest |difference| of the merging's output and of the class scores.

    ``output_scale`` and ``logit_scale`` are the largest |value| of the published run beside them; ``top`` is the class
    that wins with the other order.
    """

    output_gap: float
    output_scale: float
    logit_gap: float
    logit_scale: float
    top: int


def other_order(trace: Trace, step: str, order: tuple[tuple[int, int], ...]) -> OtherOrder:
    """Run the merging ``step`` with its neighbours gathered in ``order``, then the rest of the network.

    Raises:
        ValueError: if ``order`` is not an order of the four neighbours.
    """
    if sorted(order) != sorted(PUBLISHED):
        raise ValueError(f"{order} is not an order of the four neighbours {PUBLISHED}")
    one_picture(trace)
    with_classes(trace.config)
    steps = trace.network.steps()
    at = [name for name, _ in steps].index(step)
    module = _module(trace, step)
    published = trace[f"{step}.resid_post"].detach()  # (1, h/2, w/2, 2C)
    blocks = trace[f"{step}.gathered"].unflatten(-1, (4, -1))  # (1, h/2, w/2, 4, C)
    mixed = blocks[..., [PUBLISHED.index(place) for place in order], :].flatten(-2)  # (1, h/2, w/2, 4C)
    with torch.no_grad():
        if isinstance(module, SwinV2PatchMerging):
            output: Tensor = module.norm(module.reduction(mixed))  # (1, h/2, w/2, 2C)
        else:
            output = module.reduction(module.norm(mixed))  # (1, h/2, w/2, 2C)
    logits = trace.replay(at + 1, output)[0].detach()  # (K,)
    own = trace.logits.detach()  # (K,)
    return OtherOrder(
        float((output - published).abs().max()), float(published.abs().max()),
        float((logits - own).abs().max()), float(own.abs().max()), int(logits.argmax()),
    )  # fmt: skip
