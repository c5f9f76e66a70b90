"""Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2) on the tokens of one layer.

Each channel's weight is the mean of the score's gradient over the patches; the map is the weighted sum of the channels,
what is below 0 cut off. Which layer decides everything:

- A model that reads a **class token**: what the last attention reads, the output of ``blocks[-1].ln1``. After that
  attention only the class token goes on to the head, and patches get no gradient at all.
- A model that reads **all patches** (Swin, ViTs that pool): the last map, the output of the last norm, from which the
  head takes the mean. That is the last feature map of a CNN, where the method comes from, and with a mean and a linear
  head the map before the cut is the class activation map of Zhou et al. 2016 (arXiv 1512.04150): it sums to the score
  without the head's bias. So a Swin's grid is its last stage's, 7 x 7 as a rule. Other code takes a norm inside the
  last block; at ``ln2.out`` the map of our Swin was below 0 everywhere on five of six sample pictures, cut to nothing.
"""

from __future__ import annotations

from torch import Tensor

from vitviz.analysis.class_maps.class_map import ClassMap, Method
from vitviz.analysis.class_maps.reasons import check, no_classifier
from vitviz.analysis.class_maps.sensitivity import score_direction, sensitivities
from vitviz.models.config import ViTConfig
from vitviz.tracing.arrays import wide
from vitviz.tracing.trace import Trace


def why_not(trace: Trace) -> str:
    """Any model with classes."""
    return no_classifier(trace)


def layer_name(trace: Trace) -> str:
    """The full name of the tensor that the map is of, unless another one is asked for."""
    last = trace.blocks[-1].name
    config = trace.config
    if isinstance(config, ViTConfig) and config.pool in ("token", "token_avg"):
        return f"{last}.ln1.out" if config.norm_place == "before" else f"{last}.resid_pre"
    after_pool = isinstance(config, ViTConfig) and config.norm_after_pool
    return f"{last}.resid_post" if after_pool else "ln_final.out"


def attribute(
    trace: Trace, target: int, against: int | None = None, *, layer: str | None = None, relu: bool = True
) -> ClassMap:
    """Grad-CAM of logit[target], or of logit[target] - logit[against], at the tensor called ``layer``.

    ``layer`` is the full name of one with a row for every token; ``relu`` says whether what is below 0 is cut off.

    Raises:
        ValueError: if the model has no such class, or ``layer`` has no row for every token.
        KeyError: if the model makes no tensor of that name.
    """
    check(trace, why_not)
    name = layer or layer_name(trace)
    trace.segment_of(name)
    (found,) = sensitivities(trace, score_direction(trace, target, against), [name])
    x, gradient = (_patches(trace, wide(tensor)) for tensor in (found.tensor, found.gradient))  # (h, w, D)
    values = (x * gradient.mean(dim=(0, 1))).sum(dim=-1)  # (h, w)
    if relu:
        values = values.clamp(min=0)
    return ClassMap("grad_cam", values.numpy(), not relu, "logit", target, against, 3.0)


def _patches(trace: Trace, x: Tensor) -> Tensor:
    """The rows of the patches on their map: (1, N, D) or (1, h, w, C) -> (h, w, D)."""
    if x.ndim == 4 and trace.swin_blocks:
        return x[0]
    rows, columns = trace.patch_grid
    patches = x[0, trace.config.num_prefix :] if x.ndim == 3 else x  # (h*w, D)
    if x.ndim != 3 or len(patches) != rows * columns or trace.swin_blocks:
        raise ValueError(f"Grad-CAM needs a tensor with a row for every token, not of shape {tuple(x.shape)}")
    return patches.unflatten(0, (rows, columns))


METHOD = Method("grad_cam", attribute, why_not)
