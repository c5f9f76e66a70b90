"""One class's score as the dot product that it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vitviz.analysis.class_scores.class_heads import linear_head
from vitviz.models.config import ViTConfig
from vitviz.tracing.arrays import wide
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace


class ClassScore(NamedTuple):
    """score = sum(features * weights) + bias in float64; features, weights and products are (R,) each.

    ``features`` are what the last linear map reads. Of DeiT's two heads it is the class token's.
    """

    features: NDArray[np.float64]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    bias: float
    score: float


def class_score(trace: Trace, target: int) -> ClassScore:
    """The score of class ``target``, opened."""
    one_picture(trace)
    head = linear_head(trace.network)
    features = wide(trace[features_name(trace)][0]).numpy()  # (R,)
    weights = wide(head.weight[target]).numpy()
    bias = 0.0 if head.bias is None else float(head.bias[target])
    products = features * weights
    return ClassScore(features, weights, products, bias, float(products.sum()) + bias)


def features_name(trace: Trace) -> str:
    """The tensor that the last linear map reads: after a hidden layer, after a norm that follows pooling, or pooled."""
    if "pre_logits" in trace.names():
        return "pre_logits"
    config = trace.config
    return "ln_final.out" if isinstance(config, ViTConfig) and config.norm_after_pool else "pooled"
