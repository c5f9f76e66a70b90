"""One step of a training run opened: forward, loss, gradient, clipping, AdamW, beside what torch makes of the same."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.analysis.training.adamw import AdamWSettings, AdamWStep, adamw_step, units_apart
from vitviz.analysis.training.chain_rule import Backward, Place, backward
from vitviz.analysis.training.measures import clip_factor
from vitviz.models.vit import VisionTransformer


@dataclass(frozen=True, eq=False)
class Agreement:
    """How our AdamW and torch's agree over all weights: how many differ, and by how many float32 numbers at most."""

    weights: int
    differing: int
    most_units: int


@dataclass(frozen=True, eq=False)
class OpenedStep:
    """A step that was taken on copies. ``autograd`` are torch's gradients before clipping, by parameter name."""

    backward: Backward
    autograd: dict[str, Tensor]
    torch_loss: float
    length: float  # of the whole gradient
    clip: float  # what it was multiplied by
    steps: dict[str, AdamWStep]
    agreement: Agreement
    loss_after: float  # of the same batch

    def name(self, place: Place) -> str:
        """What the matrix at ``place`` is called."""
        if place == "head":
            return "head.weight"
        blocks = [int(name.split(".")[1]) for name in self.autograd if name.startswith("blocks.")]
        return f"blocks.{max(blocks)}.mlp.{place}.weight"

    def gap(self, place: Place) -> float:
        """The largest difference of the matrix's gradient by the chain rule from autograd's."""
        return float((self.backward.gradient(place) - self.autograd[self.name(place)]).abs().max())


def open_step(
    network: VisionTransformer,
    optimizer: torch.optim.AdamW,
    images: Tensor,
    labels: Tensor,
    most: float,
    post_norm: bool = False,
    lr: float | None = None,
) -> OpenedStep:
    """Take a step with this batch on copies of the network and the optimiser; neither of the two is changed.

    Args:
        network: a ViT of ``models/vit.py`` as it is before the step.
        optimizer: its AdamW.
        images: (B, C, H, W), as the network reads them.
        labels: (B,).
        most: the length that a gradient is clipped to.
        post_norm: whether the blocks normalise after they have added.
        lr: the learning rate of this step; None is the one that the optimiser has.
    """
    own, torchs = copies(network, optimizer)
    for group in torchs.param_groups if lr is not None else ():
        group["lr"] = lr
    by_hand = backward(own, images, labels, post_norm)
    loss = F.cross_entropy(own(images), labels)
    torchs.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    named = dict(own.named_parameters())
    autograd = {name: p.grad.clone() for name, p in named.items() if p.grad is not None}
    length = nn.utils.clip_grad_norm_(own.parameters(), most).item()
    steps = {
        name: _step(p, torchs, group) for group in torchs.param_groups for name, p in named.items()
        if p.grad is not None and any(p is each for each in group["params"])
    }  # fmt: skip
    torchs.step()
    apart = torch.cat([units_apart(step.weights, named[name]).flatten() for name, step in steps.items()])
    with torch.no_grad():
        after = F.cross_entropy(own(images), labels).item()
    agreement = Agreement(apart.numel(), int((apart > 0).sum()), int(apart.max()))
    return OpenedStep(
        by_hand, autograd, loss.item(), length, clip_factor(length, most), steps, agreement, after
    )


def copies(
    network: VisionTransformer, optimizer: torch.optim.AdamW
) -> tuple[VisionTransformer, torch.optim.AdamW]:
    """A network and its AdamW, moments and all, that share nothing with the given ones."""
    own = copy.deepcopy(network)
    old = {id(p): q for p, q in zip(network.parameters(), own.parameters(), strict=True)}
    groups = [
        {"params": [old[id(p)] for p in group["params"]], "weight_decay": group["weight_decay"]}
        for group in optimizer.param_groups
    ]
    first = optimizer.param_groups[0]
    fresh = torch.optim.AdamW(groups, lr=first["lr"], betas=first["betas"], eps=first["eps"], foreach=False)
    fresh.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    return own, fresh


def _step(p: Tensor, optimizer: torch.optim.AdamW, group: dict[str, object]) -> AdamWStep:
    assert p.grad is not None
    state = optimizer.state.get(p, {})
    zero = torch.zeros_like(p)
    m, v = (state.get(name, zero).clone() for name in ("exp_avg", "exp_avg_sq"))
    number = int(state.get("step", torch.tensor(0.0)).item()) + 1
    weights, gradient = p.detach().clone(), p.grad.clone()
    return adamw_step(weights, gradient, m, v, number, AdamWSettings.of_group(group))
