"""Which numbers of a run go into an HTML file, and the places at which the explorer asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from vitviz.payload import pack
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_data
from vitviz.web.explorer.source import TraceSource
from vitviz.web.explorer.store import NoSuchPayloadError, PayloadTooLargeError
from vitviz.web.html_file.packing import packed
from vitviz.web.html_file.rounding import check_precision, rounded_layer

Heads = Literal["all"] | Sequence[tuple[int, int]]  # or (layer, head) pairs


@dataclass
class Contents:
    """The payloads of a file: ``texts`` by their number, and which of them answers which path.

    Two runs may have the same numbers, as an edited one has before the edit; they stand in the file once.
    ``largest_change`` is by how much rounding changed any weight, 0.0 where nothing was rounded.
    """

    texts: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    largest_change: float = 0.0
    _numbers: dict[bytes, int] = field(default_factory=dict)

    def put(self, path: str, payload: bytes) -> None:
        """Keep a payload for a path."""
        number = self._numbers.get(payload)
        if number is None:
            number = self._numbers[payload] = len(self.texts)
            self.texts.append(packed(payload))
        self.places[path] = number


def put_run(
    contents: Contents, url: str, trace: Trace, heads: Heads, values: bool, precision: int | None
) -> dict[str, Any]:
    """Put the numbers of a run below ``url``; returns what its description has to say of what is not there.

    That is ``kept``, for every layer the heads that are there (None for all), and ``starts``, the layers from which
    there is a rollout.

    Raises:
        ValueError: a head is not there, or nobody can round to so many bits.
    """
    if precision is not None:
        check_precision(precision)
    chosen = chosen_heads(trace, heads)
    for layer, kept in enumerate(chosen):
        if kept != []:
            contents.put(f"{url}/{layer}.bin", _layer(contents, trace, layer, kept, precision))
    source = TraceSource(trace, trace.model_name)
    if values:
        for layer, kept in enumerate(chosen):
            for head in range(trace.blocks[layer].num_heads) if kept is None else kept:
                _put_if_there(
                    contents, f"{url}/{layer}/{head}.bin", lambda a=layer, b=head: source.values(a, b)
                )
    starts: list[int] = []
    if heads == "all" and _put_if_there(contents, f"{url}/rollout/0.bin", lambda: source.rollout(0)):
        starts = [0]
    return {"kept": chosen, "starts": starts}


def chosen_heads(trace: Trace, heads: Heads) -> list[list[int] | None]:
    """For every layer the heads that were chosen, in order; None for all of them.

    Raises:
        ValueError: none was chosen, or one is not there.
    """
    if isinstance(heads, str):
        if heads != "all":
            raise ValueError(f"heads is 'all' or pairs (layer, head), not {heads!r}")
        return [None] * len(trace.blocks)
    chosen: list[set[int]] = [set() for _ in trace.blocks]
    for layer, head in heads:
        if not 0 <= layer < len(chosen) or not 0 <= head < trace.blocks[layer].num_heads:
            raise ValueError(f"there is no head {head} in layer {layer} of this model")
        chosen[layer].add(head)
    if not any(chosen):
        raise ValueError("no head was chosen: give 'all' or pairs (layer, head)")
    return [
        None if len(one) == block.num_heads else sorted(one)
        for one, block in zip(chosen, trace.blocks, strict=True)
    ]


def _layer(
    contents: Contents, trace: Trace, layer: int, kept: list[int] | None, precision: int | None
) -> bytes:
    header, arrays = layer_data(trace.blocks[layer])
    if precision is not None:
        arrays, change = rounded_layer(header, arrays, precision)
        contents.largest_change = max(contents.largest_change, change)
        header["mantissa_bits"] = precision
    if kept is not None:
        left_out = [head for head in range(trace.blocks[layer].num_heads) if head not in kept]
        for name in ("q", "k", "lse"):
            # NaN is drawn as nothing, takes next to no bytes, and cannot be taken for a number.
            arrays[name] = arrays[name].copy()
            arrays[name][:, left_out] = np.nan
    return pack(header, arrays)


def _put_if_there(contents: Contents, path: str, make: Any) -> bool:
    """Whether the model has such numbers; a rollout of a Swin, say, is none."""
    try:
        payload = make()
    except (NoSuchPayloadError, PayloadTooLargeError):
        return False
    contents.put(path, payload)
    return True
