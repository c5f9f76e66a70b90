"""A word's vectors in the last four layers, as BERT's ``extract_features`` reads them: the same piece in two texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace

LAST = 4


@dataclass(frozen=True)
class Compared:
    """One layer: the cosine of the two vectors, and the mean cosine of the first and its own text's others."""

    name: str
    cosine: float
    others: float
    product: float
    lengths: tuple[float, float]


def layers_of(trace: Trace) -> dict[str, Tensor]:
    """The embedding and the last four layers' outputs, (N, D) each."""
    depth = len(trace.blocks)
    names = [block.name for block in trace.blocks[max(0, depth - LAST) :]]
    layers = {"embedding": trace["full_embed"][0]}
    return layers | {name: trace[f"{name}.normalized_resid_post"][0] for name in names}


def compared(first: Trace, second: Trace, places: tuple[int, int]) -> list[Compared]:
    """The vectors at a place of each of two runs, layer by layer, and last the four layers behind one another."""
    one, two = layers_of(first), layers_of(second)
    layers = {name: (one[name], two[name]) for name in one}
    names = list(one)[1:]
    layers["concatenated"] = (
        torch.cat([one[name] for name in names], dim=1), torch.cat([two[name] for name in names], dim=1),
    )  # fmt: skip
    found = []
    for name, (x, y) in layers.items():
        a, b = x[places[0]].double(), y[places[1]].double()
        product, lengths = (a @ b).item(), (a.norm().item(), b.norm().item())
        rest = torch.cat([x[1 : places[0]], x[places[0] + 1 : -1]]).double()  # without the row's two ends
        cosines = (rest @ a) / (rest.norm(dim=1) * lengths[0])  # (N - 3,)
        others = cosines.mean().item() if len(rest) else float("nan")
        found.append(Compared(name, product / (lengths[0] * lengths[1]), others, product, lengths))
    return found
