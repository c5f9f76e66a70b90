"""The gradient of one weight by the chain rule, from p - y backwards, each factor a number of the forward pass.

For the head and for both matrices of the last block's MLP. Letters: B pictures, N tokens, D channels, F hidden ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from vitviz.models.layers import LayerNorm
from vitviz.models.vit import VisionTransformer

Place = Literal["head", "fc2", "fc1"]
PLACES: tuple[Place, ...] = ("head", "fc2", "fc1")


class Recorder:
    """A probe that keeps what the chain rule needs, and makes no block leave its fused path."""

    def __init__(self, last: int) -> None:
        self.kept: dict[str, Tensor] = {}
        inside = ("resid_mid", "resid_post", "ln1.out", "ln2.out", "mlp_pre", "mlp_post")
        self.names = {"logits", "pooled", *(f"blocks.{last}.{name}" for name in inside)}

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Keep a tensor that is asked for."""
        if name in self.names:
            self.kept[name] = tensor.detach()
        return tensor

    def wants(self, name: str) -> bool:
        """Nothing that a fused kernel does not make."""
        return False


@dataclass(frozen=True, eq=False)
class Backward:
    """The way back of a batch. ``inputs`` and ``arriving`` meet at each matrix: its gradient is their product.

    For the head, ``arriving`` is (p - y) / B, (B, K), and ``inputs`` what it reads, (B, D); for the MLP's matrices
    (B, N, ...). At fc1 it is ``at_hidden``, what fc2 sends back, times the ``slope`` of GELU.
    """

    probabilities: Tensor  # (B, K)
    labels: Tensor  # (B,)
    loss: float
    inputs: dict[Place, Tensor]
    arriving: dict[Place, Tensor]
    at_hidden: Tensor  # (B, N, F)
    slope: Tensor  # (B, N, F)

    def gradient(self, place: Place) -> Tensor:
        """dL/dW of the matrix there, (out, in): the sum of arriving x input over pictures and tokens."""
        arriving, inputs = self.arriving[place], self.inputs[place]
        return arriving.flatten(0, -2).T @ inputs.flatten(0, -2)  # (out, in)

    def terms(self, place: Place, row: int, column: int) -> tuple[Tensor, Tensor]:
        """What arrives and what was put in at one weight, (B,) or (B, N) each; the gradient is their products' sum."""
        return self.arriving[place][..., row], self.inputs[place][..., column]


def layer_norm_back(x: Tensor, norm: LayerNorm, arriving: Tensor) -> Tensor:
    """What goes back through a layer norm that read ``x`` (..., D), if ``arriving`` (..., D) comes to its output.

    dL/dx = (g - mean(g) - x_hat mean(g x_hat)) / s with g = gamma * arriving.
    """
    centred = x - x.mean(dim=-1, keepdim=True)
    scale = (centred.square().mean(dim=-1, keepdim=True) + norm.eps).sqrt()  # (..., 1)
    x_hat = centred / scale  # (..., D)
    g = arriving * norm.weight
    back = g - g.mean(dim=-1, keepdim=True) - x_hat * (g * x_hat).mean(dim=-1, keepdim=True)
    return back / scale  # (..., D)


def gelu_slope(x: Tensor) -> Tensor:
    """The derivative of GELU (arXiv 1606.08415): Phi(x) + x phi(x)."""
    below = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    density = torch.exp(-0.5 * x.square()) / math.sqrt(2 * math.pi)
    return below + x * density


@torch.no_grad()
def backward(network: VisionTransformer, images: Tensor, labels: Tensor, post_norm: bool = False) -> Backward:
    """One batch forwards, then back by hand as far as the first matrix of the last block's MLP.

    Args:
        network: a plain ViT that pools its class token or the mean of its patches; it is not changed.
        images: prepared pictures (B, C, H, W).
        labels: their classes (B,).
        post_norm: whether its blocks normalise after they have added.

    Raises:
        ValueError: the network pools in another way.
    """
    config, last = network.config, len(network.blocks) - 1
    if config.pool not in ("token", "avg") or config.norm_after_pool or config.pool_prefix:
        raise ValueError(f"pool {config.pool!r} is not gone back through")
    recorder = Recorder(last)
    network(images, recorder)
    kept = {name.removeprefix(f"blocks.{last}."): tensor for name, tensor in recorder.kept.items()}
    block: Any = network.blocks[last]
    head = network.head
    assert head is not None
    p = kept["logits"].softmax(dim=-1)  # (B, K)
    chosen = torch.arange(len(labels))
    loss = -kept["logits"].log_softmax(dim=-1)[chosen, labels].mean().item()
    at_logits = p.clone()
    at_logits[chosen, labels] -= 1
    at_logits /= len(labels)  # (p - y) / B, (B, K)
    at_pooled = at_logits @ head.weight  # (B, D)
    stream = kept["resid_post"]  # (B, N, D)
    out = block.norm2(stream) if post_norm else stream
    at_out = layer_norm_back(out, network.norm, _unpooled(network, at_pooled, stream))  # (B, N, D)
    at_stream = layer_norm_back(stream, block.norm2, at_out) if post_norm else at_out  # (B, N, D)
    at_hidden = at_stream @ block.mlp.fc2.weight  # (B, N, F)
    slope = gelu_slope(kept["mlp_pre"])  # (B, N, F)
    read = kept["ln1.out" if post_norm else "ln2.out"]  # (B, N, D)
    return Backward(
        p, labels, loss,
        inputs={"head": kept["pooled"], "fc2": kept["mlp_post"], "fc1": read},
        arriving={"head": at_logits, "fc2": at_stream, "fc1": at_hidden * slope},
        at_hidden=at_hidden, slope=slope,
    )  # fmt: skip


def _unpooled(network: VisionTransformer, at_pooled: Tensor, like: Tensor) -> Tensor:
    """What comes to each token from what the head reads: all of it to the class token, or a share to every patch."""
    at_tokens = torch.zeros_like(like)  # (B, N, D)
    if network.config.pool == "token":
        at_tokens[:, 0] = at_pooled
    else:
        first = network.config.num_prefix
        at_tokens[:, first:] = at_pooled[:, None] / (like.shape[1] - first)
    return at_tokens
