"""Gradients of a differentiable run: how one number that was computed from a run depends on any tensor of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from vitviz.tracing.run import Run


def gradient_of(run: Run, name: str, of: Tensor) -> Tensor:
    """See ``Run.gradient``."""
    if not run.differentiable:
        raise RuntimeError("this run kept no graph: make it with vitviz.trace(model, picture, grad=True)")
    tensor = run[name]
    if of.numel() != 1:
        raise ValueError(f"a gradient is asked of one number, not of shape {tuple(of.shape)}")
    starts = [x for x in run.kept.values() if x.requires_grad and x.is_leaf]
    if of.requires_grad:
        (found,) = torch.autograd.grad(of.sum(), [tensor], retain_graph=True, allow_unused=True)
        if found is not None:
            return found
        if any(
            grad is not None
            for grad in torch.autograd.grad(of.sum(), starts, retain_graph=True, allow_unused=True)
        ):
            return torch.zeros_like(tensor)
    raise ValueError(
        "this number was not computed from this run's tensors: make it from trace.logits or trace[name]"
    )
