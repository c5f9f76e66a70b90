"""The loss and its gradient as torch has them, to be compared with the formulas of ``cross_entropy``."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor


class TorchLoss(NamedTuple):
    """``F.cross_entropy`` and autograd's gradient on the logits (K,)."""

    loss: float
    gradient: NDArray[np.float64]


def torch_loss(logits: Tensor, label: int) -> TorchLoss:
    """The loss of a run's logits (K,), as float32 on the CPU, for one label, and its gradient on them."""
    with torch.enable_grad():
        leaf = logits.detach().cpu().float().clone().requires_grad_()
        loss = F.cross_entropy(leaf.unsqueeze(0), torch.tensor([label]))
        (gradient,) = torch.autograd.grad(loss, [leaf])
    return TorchLoss(loss.item(), gradient.double().numpy())
