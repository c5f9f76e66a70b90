"""What the view of attention over words gets of a trace: for every layer what each weight follows from, with names.

Imports torch: to be imported only where there is a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_data


def attention_over_words(trace: Trace, read: Sequence[str], written: Sequence[str] = ()) -> dict[str, Any]:
    """All layers of a ``run_tokens`` trace; ``read`` names the tokens that went in, ``written`` a decoder's own.

    Returns ``{"names", "read", "layers"}``: the names of all tokens, how many of them are read, and for each attention
    its ``header`` and ``arrays`` (``layer_data``: q, k (1, H, K, d), lse, forbidden (Kq, K), tokens) with the values
    ``v`` (1, H, K, d) and the output matrix ``proj`` (D, D), which a SASRec does not have.

    Raises:
        ValueError: if there are not as many names as tokens.
    """
    layers = [_layer(block) for block in trace.blocks]
    tokens = trace.blocks[0].num_tokens
    names = [*read, *written]
    if len(names) != tokens:
        raise ValueError(f"the run has {tokens} tokens, and there are names for {len(names)}")
    return {"names": names, "read": len(read), "layers": layers}


def _layer(block: BlockTrace) -> dict[str, Any]:
    header, arrays = layer_data(block)
    arrays["v"] = block["v"].detach().numpy()
    parameters = dict(block.module.named_parameters())
    proj = parameters.get(f"{block.attention or 'attn.'}proj.weight")  # (D, D)
    if proj is not None:
        arrays["proj"] = proj.detach().numpy()
    return {"header": header, "arrays": arrays}
