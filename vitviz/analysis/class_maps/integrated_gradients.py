"""Integrated gradients (Sundararajan et al. 2017, arXiv 1703.01365, equation 1), on the normalised pixels.

(x - x') times the mean gradient along the straight line from the baseline x' to the picture x, summed over each patch.
The integral is a Gauss-Legendre sum. By completeness the exact map sums to score(x) - score(x'); how far the sum over
the steps misses that is told as ``gap``, and a large one says that the steps were too few.

The baseline is a choice, and another one makes another map. It is said in normalised pixels: 0 is the mean colour of
the training pictures (a grey), not black.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score, score_direction
from vitviz.analysis.loss.saliency import patch_products
from vitviz.probe import Probe, no_probe
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace

STEPS = 50
AT_ONCE = 10


def why_not(trace: Trace) -> str:
    """Any model with classes."""
    return no_classifier(trace)


def attribute(
    trace: Trace,
    target: int,
    against: int | None = None,
    *,
    baseline: float | Tensor = 0.0,
    steps: int = STEPS,
    at_once: int = AT_ONCE,
    between: Callable[[float], object] | None = None,
) -> ClassMap:
    """The share of every patch in score(picture) - score(baseline), of logit[target] (- logit[against]).

    ``baseline`` is a number for all normalised pixels, or normalised pixels (1, C, H, W) or (1, C, 1, 1). ``at_once``
    steps run as one batch, and ``between`` is called before each with the share that is done: what it raises ends the
    work. ``figures``: ``gap`` = score - score_of_baseline - sum of the map.

    Raises:
        ValueError: if the model has no such class, the baseline has another shape, or there are no steps.
    """
    check(trace, why_not)
    direction = score_direction(trace, target, against)
    if steps < 1 or at_once < 1:
        raise ValueError(f"an integral needs at least one step, not {min(steps, at_once)}")
    image = trace["image"].detach()  # (1, C, H, W)
    start = _baseline(image, baseline)
    # One at a time where an edit may expect the run's own shapes.
    edit = trace.repeatable_intervention()
    line = Line(image, start, direction, steps, at_once if edit is no_probe else 1)
    slope = _mean_gradient(trace, line, edit, between)
    products = patch_products(slope, wide(image) - wide(start), trace.config.patch_size)  # (h*w,)
    with torch.no_grad():
        at_start = float((wide(trace.network(start, edit)) * wide(direction)).sum())
    whole = score(trace, target, against)
    figures = {
        "gap": whole - at_start - float(products.sum()),
        "score": whole,
        "score_of_baseline": at_start,
        "steps": float(steps),
    }
    values = products.reshape(trace.patch_grid)
    return ClassMap("integrated_gradients", values, True, "logit", target, against, 3.0 * steps + 1, figures)


def _baseline(image: Tensor, baseline: float | Tensor) -> Tensor:
    if not isinstance(baseline, Tensor):
        return torch.full_like(image, baseline)
    try:
        return baseline.to(image).expand_as(image)
    except RuntimeError:
        raise ValueError(
            f"a baseline is a number or pixels of shape {tuple(image.shape)}, not {tuple(baseline.shape)}"
        ) from None


class Line(NamedTuple):
    """From ``start`` to ``image``, both (1, C, H, W), in ``steps`` places of which ``at_once`` run together."""

    image: Tensor
    start: Tensor
    direction: Tensor
    steps: int
    at_once: int


def _mean_gradient(
    trace: Trace, line: Line, edit: Probe, between: Callable[[float], object] | None
) -> Tensor:
    """The gradient of the score on the pixels, integrated over the line: (1, C, H, W), float64."""
    trace.check_weights()
    nodes, weights = np.polynomial.legendre.leggauss(line.steps)
    places = torch.from_numpy((nodes + 1) / 2)  # (steps,), in 0 to 1
    shares = torch.from_numpy(weights / 2)  # (steps,), of sum 1
    total = torch.zeros(line.image.shape, dtype=torch.float64)
    for first in range(0, line.steps, line.at_once):
        if between is not None:
            between(first / line.steps)
        some = slice(first, first + line.at_once)
        at = places[some].to(line.image).view(-1, 1, 1, 1)  # (b, 1, 1, 1)
        x = (line.start + at * (line.image - line.start)).requires_grad_()  # (b, C, H, W)
        with torch.enable_grad():
            scores = trace.network(x, edit)  # (b, K)
            (gradient,) = torch.autograd.grad((scores * line.direction).sum(), [x])  # (b, C, H, W)
        total += (wide(gradient) * shares[some].view(-1, 1, 1, 1)).sum(dim=0, keepdim=True)
    return total


METHOD = Method("integrated_gradients", attribute, why_not, slow=True)
