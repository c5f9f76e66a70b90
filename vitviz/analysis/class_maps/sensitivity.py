"""How a class score depends on chosen tensors of a run: the chain rule, part by part from the end.

Each part of the network runs once more, explicitly and with a graph, from the input that the trace kept, and hands the
gradient at its output back to its input. So a method costs one forward and one backward pass in all, no weight gets a
gradient, what lies before the first tensor that is asked for is not run at all, and the memory is that of one block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from vitviz.probe import Chain
from vitviz.tracing.guards import one_picture
from vitviz.tracing.interventions import Except, Gradients
from vitviz.tracing.segments import Segment
from vitviz.tracing.trace import Trace


class Sensitive(NamedTuple):
    """A tensor of the run and the gradient of the score with respect to it, of one shape."""

    name: str
    tensor: Tensor
    gradient: Tensor


def score_direction(trace: Trace, target: int, against: int | None = None) -> Tensor:
    """The gradient of the score on the logits, (1, K): 1 at ``target`` and, where there is one, -1 at ``against``.

    Raises:
        ValueError: if the model has no such class, or both are the same.
    """
    one_picture(trace)
    logits = trace.class_scores().detach()
    direction = torch.zeros_like(logits)  # (1, K)
    for index, sign in ((target, 1.0), (against, -1.0)):
        if index is None:
            continue
        if not 0 <= index < logits.shape[1]:
            raise ValueError(f"this model has {logits.shape[1]} classes, there is no class {index}")
        direction[0, index] += sign
    if target == against:
        raise ValueError(f"class {target} against itself is no contrast: name another class")
    return direction


def score(trace: Trace, target: int, against: int | None = None) -> float:
    """The number that a map is of: logit[target], or logit[target] - logit[against]."""
    logits = trace.logits.detach().double()
    return float(logits[target] - (0 if against is None else logits[against]))


def sensitivities(trace: Trace, direction: Tensor, names: Iterable[str]) -> Iterator[Sensitive]:
    """The tensors called ``names`` with their gradients, those of the last part of the network first.

    ``direction`` (1, K) is the gradient on the logits. Where the score does not depend on a tensor, that is 0.
    """
    wanted = set(names)
    gradient = direction
    for segment in reversed(trace.segments):
        here = {name for name in segment.names if name in wanted}
        wanted -= here
        found = _through(trace, segment, gradient, here, further=bool(wanted))
        for name in here:
            yield found[name]
        if not wanted:
            return
        gradient = found[segment.input_name].gradient


def _through(
    trace: Trace, segment: Segment, gradient: Tensor, here: set[str], further: bool
) -> dict[str, Sensitive]:
    """One part of the network: the tensors ``here``, and where it goes ``further`` the input, with their gradients."""
    start = segment.input_name
    kept = Gradients(frozenset(here | ({start} if further else set())))
    x = kept(start, trace.kept[start].detach())
    inside = Gradients(kept.names - {start}, kept.tensors)
    probe = Chain((Except(trace.repeatable_intervention(), (start, *segment.side_names)), inside))
    with torch.enable_grad():
        out = segment.run(trace.network, trace.kept, probe, x)
        gradients = kept.through(out, gradient)
    return {name: Sensitive(name, kept.tensors[name].detach(), grad) for name, grad in gradients.items()}
