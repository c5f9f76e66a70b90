"""All methods by name, and the one function that a notebook calls."""

from __future__ import annotations

from typing import Any

from vitviz.analysis.class_maps import (
    chefer,
    class_attention,
    direct_logit,
    grad_cam,
    gradient_x_input,
    integrated_gradients,
    legrad,
    occlusion,
    rollout,
)
from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.tracing.guards import one_picture
from vitviz.tracing.trace import Trace

METHODS: dict[str, Method] = {
    module.METHOD.name: module.METHOD
    for module in (
        class_attention,
        rollout,
        gradient_x_input,
        integrated_gradients,
        grad_cam,
        chefer,
        legrad,
        occlusion,
        direct_logit,
    )
}


def class_map(
    trace: Trace,
    method: str = "chefer",
    target: int | None = None,
    against: int | None = None,
    **options: Any,
) -> ClassMap:
    """Which patches a class score rests on, by one method: a number for every cell of a grid over the picture.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("swin-mini"), "picture.jpg")
    >>> vitviz.class_map(trace, "chefer").grid
    (56, 56)
    >>> vitviz.class_map(trace, "grad_cam", target=3, against=5).grid
    (7, 7)

    Args:
        trace: the run of one picture.
        method: a name of ``METHODS``.
        target: the class, the one with the highest score without it.
        against: another class: the map is then of logit[target] - logit[against].
        options: what this method can be told beside that; its ``attribute`` says what.

    Raises:
        ValueError: if there is no such method or class, or the method is not defined for this model.
    """
    one_picture(trace)
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; there are {', '.join(METHODS)}")
    if target is None:
        target = int(trace.logits.argmax()) if trace.has_classes else 0
    return METHODS[method].attribute(trace, target, against, **options)
