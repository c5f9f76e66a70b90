"""Which models have no direct logit attribution, and why."""

from __future__ import annotations

from vitviz.models.config import ViTConfig
from vitviz.tracing.trace import Trace

NO_ATTRIBUTION = {
    "no_classes": "this model has no head: it gives features and no class scores",
    "pool": "the way in which this model pools its tokens is no sum that is written out here",
    "inner_norms": "a layer norm stands between what the heads and units of this model make and what they add",
    "pre_logits": "between the stream and the scores there is a tanh: the score is not a sum of parts",
}


def why_not(trace: Trace) -> str | None:
    """Why a run has no such attribution, as a key of ``NO_ATTRIBUTION``, or None where it has one."""
    config = trace.config
    if not config.num_classes:
        return "no_classes"
    if not isinstance(config, ViTConfig):
        return None
    if config.pool not in ("token", "avg") or config.pool_prefix:
        return "pool"
    if config.norm_place == "after" or config.attn_norm or config.mlp_norm:
        return "inner_norms"
    return "pre_logits" if config.representation_size else None


def no_attribution(trace: Trace) -> str:
    """The sentence that says why a run has no such attribution; empty where it has one."""
    reason = why_not(trace)
    return "" if reason is None else NO_ATTRIBUTION[reason]
