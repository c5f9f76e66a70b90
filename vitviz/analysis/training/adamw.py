"""One step of AdamW, number by number (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2).

The operations and their order are those of ``torch.optim.AdamW`` with ``foreach=False, fused=False``, so that the
result is the same to the last bit; torch's fused kernel rounds elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class AdamWSettings:
    """What a step is taken with: the learning rate alpha, both betas, epsilon and the weight decay lambda."""

    lr: float
    beta1: float
    beta2: float
    eps: float
    weight_decay: float

    @classmethod
    def of_group(cls, group: dict[str, Any]) -> AdamWSettings:
        """Those of one of an optimiser's ``param_groups``."""
        beta1, beta2 = group["betas"]
        return cls(float(group["lr"]), float(beta1), float(beta2), float(group["eps"]), group["weight_decay"])


@dataclass(frozen=True, eq=False)
class AdamWStep:
    """Everything that one step makes of a tensor of weights; all tensors have its shape.

    ``m`` and ``v`` are the moments after the step, ``m_hat`` and ``v_hat`` without the pull towards 0 that they begin
    with, ``decayed`` the weights after decay alone, ``weights`` after the step. ``correction1`` and ``correction2`` are
    1 - beta^t.
    """

    settings: AdamWSettings
    number: int  # t, from 1
    before: Tensor
    gradient: Tensor
    m_before: Tensor
    v_before: Tensor
    m: Tensor
    v: Tensor
    decayed: Tensor
    weights: Tensor

    @property
    def correction1(self) -> float:
        """1 - beta1^t."""
        return 1 - self.settings.beta1**self.number

    @property
    def correction2(self) -> float:
        """1 - beta2^t."""
        return 1 - self.settings.beta2**self.number

    @property
    def m_hat(self) -> Tensor:
        """m / (1 - beta1^t)."""
        return self.m / self.correction1

    @property
    def v_hat(self) -> Tensor:
        """v / (1 - beta2^t)."""
        return self.v / self.correction2

    @property
    def step(self) -> Tensor:
        """What is taken off the decayed weights: alpha m_hat / (sqrt(v_hat) + eps)."""
        return self.settings.lr * self.m_hat / (self.v_hat.sqrt() + self.settings.eps)


@torch.no_grad()
def adamw_step(
    weights: Tensor, gradient: Tensor, m: Tensor, v: Tensor, number: int, settings: AdamWSettings
) -> AdamWStep:
    """Step ``number`` (from 1) of weights with this gradient; ``m`` and ``v`` are the moments before it.

    Nothing that is given is changed.
    """
    s = settings
    decayed = weights * (1 - s.lr * s.weight_decay)
    m_after = m.lerp(gradient, 1 - s.beta1)  # beta1 m + (1 - beta1) g
    v_after = (v * s.beta2).addcmul(gradient, gradient, value=1 - s.beta2)
    alpha = s.lr / (1 - s.beta1**number)
    below = (v_after.sqrt() / (1 - s.beta2**number) ** 0.5) + s.eps
    after = decayed.addcdiv(m_after, below, value=-alpha)
    return AdamWStep(s, number, weights, gradient, m, v, m_after, v_after, decayed, after)


def units_apart(one: Tensor, other: Tensor) -> Tensor:
    """How many float32 numbers lie between two, element by element, int64; 0 means the same bits (or 0 and -0)."""

    def order(x: Tensor) -> Tensor:
        bits = x.contiguous().view(torch.int32).long()
        return torch.where(bits < 0, -(bits & 0x7FFFFFFF), bits)

    return (order(one) - order(other)).abs()
