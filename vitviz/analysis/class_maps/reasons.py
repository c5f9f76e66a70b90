"""Why a method is not defined for a model: keys for texts, and a sentence for whoever calls it."""

from __future__ import annotations

from collections.abc import Callable

from vitviz.models.config import ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

REASONS = {
    "no_classes": "this model has no head: it gives features and no class scores",
    "not_vit": "class maps are of a ViT or a Swin that ends in class scores",
    "no_class_token": "no class token and no query of its own looks at the patches of this model",
    "max_pool": "this model's head reads the largest value of each channel, so the patches have no shares in what it"
    " reads",
    "pool": "the way in which this model pools its tokens is no sum that is written out here",
    "inner_norms": "a layer norm stands between what the heads and units of this model make and what they add",
    "pre_logits": "between the stream and the scores there is a tanh: the score is not a sum of parts",
}


def no_classifier(trace: Trace) -> str:
    """Why no class map at all is to be had: the key of a reason, or the empty string."""
    if not isinstance(trace.structure, VisionTransformer | SwinTransformer):
        return "not_vit"
    return "" if trace.has_classes else "no_classes"


def no_shares(trace: Trace) -> str:
    """Why the patches have no shares in what the head reads: the key of a reason, or the empty string."""
    config = trace.config
    return "max_pool" if isinstance(config, ViTConfig) and config.pool in ("max", "avgmax") else ""


def check(trace: Trace, why_not: Callable[[Trace], str]) -> None:
    """Refuse what a method is not defined for.

    Raises:
        ValueError: with the reason's sentence, or for a run of several pictures.
    """
    one_picture(trace)
    if reason := why_not(trace):
        raise ValueError(REASONS[reason])
