"""One pass over the blocks of a run: what each adds to the stream, how sparse its MLP is, what it gives a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.attribution.logit_attribution import (
    NEEDED,
    Attribution,
    Part,
    Reader,
    attribution,
    block_parts,
    first_block,
    readers,
    start_parts,
)
from vitviz.analysis.attribution.no_attribution import why_not
from vitviz.analysis.mlp.sparsity import Sparsity, sparsity
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

RECORDED = frozenset({*NEEDED, "mlp_pre", "mlp_post", "resid_post"})


@dataclass(frozen=True)
class StreamBlock:
    """One block: lengths of every token's vectors, (N,) each, and its MLP's sparsity.

    ``before`` and ``after`` are the stream's, ``attention`` and ``mlp`` what is added to it. ``grid`` is the patches'
    map; ``stage`` counts a Swin's from 0 and is 0 for a ViT.
    """

    name: str
    stage: int
    grid: tuple[int, int]
    before: NDArray[np.float32]
    attention: NDArray[np.float32]
    mlp: NDArray[np.float32]
    after: NDArray[np.float32]
    sparsity: Sparsity


@dataclass
class StreamPass:
    """Goes through a run block by block, so that it can be watched and stopped; done when ``blocks`` has run out."""

    trace: Trace

    def __post_init__(self) -> None:
        one_picture(self.trace)
        self.by: tuple[Reader, ...] = () if why_not(self.trace) else readers(self.trace)
        self.found: list[tuple[Part, NDArray[np.float64]]] = []

    def blocks(self) -> Iterator[StreamBlock]:
        """Each block runs again once, with what is needed of it recorded."""
        trace, first = self.trace, first_block(self.trace)
        if self.by:
            self.found.extend(start_parts(trace, self.by))
        for number, block in enumerate(trace.blocks):
            wanted = {f"{block.name}.{name}" for name in RECORDED}
            recorded = trace.record(trace.segment(block.name), wanted.__contains__)
            tensors = {name.removeprefix(f"{block.name}."): tensor for name, tensor in recorded.items()}
            if self.by and number >= first:
                self.found.extend(block_parts(block, tensors, self.by))
            pre, post = (to_numpy(tensors[name].flatten(0, -2)) for name in ("mlp_pre", "mlp_post"))  # (N, M)
            before = block["resid_pre"]
            yield StreamBlock(
                name=block.name,
                stage=block.stage if isinstance(block, SwinBlockTrace) else 0,
                grid=block.map_size,
                before=_lengths(before),
                attention=_lengths(tensors["attn_out"]),
                mlp=_lengths(tensors["mlp_out"]),
                after=_lengths(tensors["resid_post"]),
                sparsity=sparsity(pre, post),
            )

    def attribution(self) -> Attribution | None:
        """The logits' parts once ``blocks`` has run out; None where the run has none."""
        return attribution(self.trace, self.by, self.found) if self.by else None


def _lengths(x: Tensor) -> NDArray[np.float32]:
    """(1, ..., D) -> (N,)."""
    return to_numpy(torch.linalg.vector_norm(x.float() if x.element_size() == 2 else x, dim=-1).flatten())
