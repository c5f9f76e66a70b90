"""Starting weights: what training starts from, and what stands in where no trained weights are at hand."""

from __future__ import annotations

import torch
from torch import Generator, nn

STD = 0.02


def initialize(network: nn.Module, seed: int) -> None:
    """Fill the weights in place, the same ones for the same seed, without touching torch's global generator.

    As the ViT and Swin authors do: truncated normal (std 0.02, cut at 2) for matrices, positions, tokens and bias
    tables, zero for biases, one for the scale of a layer norm. LayerScale and the temperatures of cosine attention keep
    the values that they were made with.
    """
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith((".gamma", ".logit_scale")):
                continue
            if name.endswith("bias"):
                parameter.zero_()
            elif parameter.ndim == 1:
                parameter.fill_(1.0)
            else:
                nn.init.trunc_normal_(parameter, std=STD, a=-2 * STD, b=2 * STD, generator=generator)
