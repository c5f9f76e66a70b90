"""Computes the explorer's payloads from a trace. Imports torch: to be imported only where there is a trace."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from vitviz.analysis.attention.rows import AttentionRows, block_rows
from vitviz.analysis.likeness.vectors import KINDS
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.detr_blocks import DetrBlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_payload, rollout_payload, value_payload, vectors_payload
from vitviz.web.explorer.store import NoSuchPayloadError, NotDrawnError, PayloadTooLargeError

ROLLOUT_TOKENS = 2100  # a rollout is N x N float32: 17.6 MB for so many tokens
PATTERN_TOKENS = 1500  # a head's pattern in an archive is N x N float32: 9 MB for so many tokens


class TraceSource:
    """The payloads of one trace; ``name`` is the model's. Keeps the trace and no payload (``PayloadStore`` does)."""

    def __init__(self, trace: Trace, name: str, heavy: bool = False) -> None:
        self.trace = trace
        self.name = name
        self.heavy = heavy

    def layer(self, layer: int) -> bytes:
        """q and k (W, H, K, d), log-sum-exp (W, H, K) and tokens (W, K) of a block: ``layer_payload``."""
        block = self._block(layer)
        return layer_payload(block, _rows(block))

    def values(self, layer: int, head: int) -> bytes:
        """v (W, K, d) and the projection (D, d) of a head: ``value_payload``."""
        block, head = self._head(layer, head)
        if "ln_attn.out" in block.names():
            raise NoSuchPayloadError(
                "a layer norm follows the heads here: what the attention adds is no sum over keys"
            )
        return value_payload(block, head)

    def vectors(self, layer: int, kind: str) -> bytes:
        """Every token's vector in a block, (N, D): ``vectors_payload``."""
        found = next((one for one in KINDS if one == kind), None)
        if found is None:
            raise NoSuchPayloadError(f"there is no kind {kind[:20]!r}: there are {', '.join(KINDS)}")
        return vectors_payload(self._block(layer), found)

    def rollout(self, start: int) -> bytes:
        """Attention rollout from layer ``start`` to the last, (N, N): ``rollout_payload``."""
        block = self._block(start)
        if isinstance(block, DetrBlockTrace):
            raise NoSuchPayloadError(
                "attention rollout needs layers in which every token looks at every token"
            )
        if isinstance(block, SwinBlockTrace):
            raise NoSuchPayloadError("attention rollout needs layers that see every token: a ViT, not a Swin")
        tokens = block["q"].shape[2]
        if tokens > ROLLOUT_TOKENS:
            raise PayloadTooLargeError(f"a rollout of {tokens} tokens is too large: at most {ROLLOUT_TOKENS}")
        return rollout_payload(self.trace, start)

    def npz(self, layer: int, head: int) -> bytes:
        """The block's tensors as a numpy archive, float32 under their names.

        q, k and v of all heads, the figures (H) and the pattern of ``head``: (H, N, d) and (N, N) for a ViT. A Swin
        block has its windows in front, (W, H, K, d) and (W, K, K), and also ``tokens`` (W, K): the picture's token at
        every place, -1 for padding. Where there are more than ``PATTERN_TOKENS`` tokens, ``note`` takes the pattern's
        place.
        """
        block, head = self._head(layer, head)
        rows = _rows(block)
        swin = isinstance(block, SwinBlockTrace)
        arrays = {name: block[name] if swin else block[name][0] for name in ("q", "k", "v")}
        arrays |= {"entropy": rows.entropy, "distance": rows.distance}
        tokens = max(block["q"].shape[2], block["k"].shape[2])
        if tokens <= PATTERN_TOKENS:
            arrays[f"head{head}.pattern"] = block.pattern(head)
        named = {f"{block.title}.{key}": value.numpy().astype("<f4") for key, value in arrays.items()}
        if isinstance(block, SwinBlockTrace):
            named[f"{block.name}.tokens"] = block.tokens.numpy().astype("<i4")
        if tokens > PATTERN_TOKENS:
            note = f"no pattern: {tokens} tokens are more than {PATTERN_TOKENS}; it is softmax(q k^T / sqrt(d) + bias)"
            named["note"] = np.array(note)
        file = io.BytesIO()
        np.savez(file, **named)  # type: ignore[arg-type]  # numpy's stub takes one keyword for its own
        return file.getvalue()

    def among(self) -> Sequence[BlockTrace]:
        """The blocks that a layer's number counts."""
        return self.trace.blocks

    def _block(self, layer: int) -> BlockTrace:
        blocks = self.among()
        return blocks[_in_range("layer", layer, blocks)]

    def _head(self, layer: int, head: int) -> tuple[BlockTrace, int]:
        block = self._block(layer)
        return block, _in_range("head", head, range(block.num_heads))


def _rows(block: BlockTrace) -> AttentionRows:
    """Raises ``NotDrawnError`` where an edit changed the scores themselves."""
    try:
        return block_rows(block)
    except ValueError as error:
        raise NotDrawnError(f"{error}, so it is not drawn") from error


def _in_range(kind: str, number: int, among: Sequence[object]) -> int:
    """``number``, a place in ``among``; raises ``NoSuchPayloadError`` where there is none."""
    if not 0 <= number < len(among):
        raise NoSuchPayloadError(f"there is no {kind} {number}: they are numbered 0 to {len(among) - 1}")
    return number
