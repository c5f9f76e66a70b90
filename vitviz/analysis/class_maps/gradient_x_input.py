"""Gradient x input (Shrikumar et al. 2016, arXiv 1605.01713): the score's slope along the picture itself.

The gradient of the score on the normalised pixels times these pixels, summed over each patch. Were the score linear,
the sum would be the whole of it compared with a picture of zeros, which is the mean colour of the training pictures
and not black. At the patch embeddings likewise, with ``at``.
"""

from __future__ import annotations

from typing import Literal

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score, score_direction, sensitivities
from vitviz.analysis.loss.saliency import patch_products, token_products
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """Any model with classes."""
    return no_classifier(trace)


def attribute(
    trace: Trace, target: int, against: int | None = None, *, at: Literal["image", "embed"] = "image"
) -> ClassMap:
    """gradient . input of every patch, for logit[target] or logit[target] - logit[against].

    ``at``: "image", the normalised pixels, or "embed", the patch embeddings before positions are added. ``figures`` has
    the ``sum`` of the map beside the ``score`` that it is a slope of.

    Raises:
        ValueError: if the model has no such class, or ``at`` is neither.
    """
    check(trace, why_not)
    if at not in ("image", "embed"):
        raise ValueError(f"the input is the 'image' or the patch embeddings, 'embed', not {at!r}")
    (found,) = sensitivities(trace, score_direction(trace, target, against), [at])
    size = trace.config.patch_size
    products = (
        patch_products(found.gradient, found.tensor, size)
        if at == "image"
        else token_products(found.gradient, found.tensor)
    )  # (h*w,)
    return ClassMap(
        "gradient_x_input", products.reshape(trace.patch_grid), True, "logit", target, against, 3.0,
        {"sum": float(products.sum()), "score": score(trace, target, against)},
    )  # fmt: skip


METHOD = Method("gradient_x_input", attribute, why_not)
