"""Methods: a trace or arrays in, arrays out; one folder for each topic.

What a notebook asks of a trace is here under short names:

>>> import vitviz
>>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
>>> vitviz.analysis.rollout(trace).shape
torch.Size([197, 197])
>>> best = trace.top(1)[0].class_index
>>> parts = vitviz.analysis.logit_attribution(trace)
>>> abs(parts.total(best) - float(trace.logits[best])) < 1e-4
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitviz.analysis.of_trace import (
        HeadFigures,
        head_figures,
        logit_attribution,
        logit_lens,
        norm_statistics,
        rollout,
        saliency,
    )

__all__ = [
    "HeadFigures",
    "head_figures",
    "logit_attribution",
    "logit_lens",
    "norm_statistics",
    "rollout",
    "saliency",
]

if not TYPE_CHECKING:
    # The module imports torch, so it waits until somebody asks for a name.
    def __getattr__(name):  # noqa: ANN001, ANN202 - a checker reads the imports above instead
        """Import the public name ``name`` from the module that defines it."""
        if name not in __all__:
            raise AttributeError(f"module 'vitviz.analysis' has no attribute {name!r}")
        return getattr(importlib.import_module("vitviz.analysis.of_trace"), name)

    def __dir__():  # noqa: ANN202
        """What a notebook offers to complete."""
        return __all__
