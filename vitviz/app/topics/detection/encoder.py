"""The encoder's self-attention for the attention explorer, alone: a map whose cells are no patches of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz.app.topics.detection.network import MODEL, network
from vitviz.tracing.detr_blocks import DetrBlockTrace
from vitviz.tracing.trace import run_trace
from vitviz.web.explorer.describe import describe_layer
from vitviz.web.explorer.source import TraceSource
from vitviz.zoo.scene_models import find_scene_model, page_pixels

if TYPE_CHECKING:
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace
    from vitviz.worlds.picture_book import Page


@dataclass(frozen=True, eq=False)
class EncoderBlockTrace(DetrBlockTrace):
    """A layer of the encoder, whose tokens are the map's cells and nothing before them."""

    @property
    def num_queries(self) -> int:
        """0: object queries neither look nor are looked at in the encoder."""
        return 0


class EncoderSource(TraceSource):
    """Payloads of the encoder's layers, from 0 on."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace, MODEL)
        self.blocks = [
            EncoderBlockTrace(trace, block.name, block.module)
            for block in trace.blocks
            if block.name.startswith("encoder.")
        ]

    def among(self) -> list[BlockTrace]:
        """The encoder's layers."""
        return list(self.blocks)


def source_of(page: Page) -> EncoderSource:
    """The encoder's payloads for a page."""
    return EncoderSource(run_trace(network(), page_pixels(page), model_name=MODEL))


def explored(page: Page) -> dict[str, Any]:
    """What the explorer shows of a page: its layers, and every payload that it fetches, as bytes under its path."""
    source = source_of(page)
    heads = network().config.num_heads
    paths = {f"{layer}.bin": source.layer(layer) for layer in range(len(source.blocks))}
    for layer in range(len(source.blocks)):
        paths |= {f"{layer}/{head}.bin": source.values(layer, head) for head in range(heads)}
    return {
        "model": MODEL,
        "modelTitle": find_scene_model(MODEL).title,
        "layers": [describe_layer(block, ()) for block in source.blocks],
        "rollout": False,
        "payloads": {path: np.frombuffer(payload, np.uint8) for path, payload in paths.items()},
    }
