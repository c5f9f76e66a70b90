"""The network of the lab: vitviz's own ViT, about 66,000 weights; and the same with layer norms where they first stood.

Its blocks are two, its patches of 4 x 4 pixels 64, its channels 64.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.config import ViTConfig
from vitviz.models.layers import Attention, LayerNorm, Mlp
from vitviz.models.vit import VisionTransformer
from vitviz.probe import Probe, no_probe, scoped
from vitviz.train.inductive_bias import CLASSES, SIDE, start
from vitviz.train.lab_config import LabConfig

PATCH, DIM, DEPTH, HEADS, RATIO = 4, 64, 2, 4, 1.5
HEAD_SCALE = 0.1


class PostNormBlock(nn.Module):
    """Attention, then MLP, each added and then normalised (arXiv 1706.03762, section 3.1); parameters as a ViT's."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        dim = config.embed_dim
        self.attn = Attention(dim, config.num_heads, config.qkv_bias)
        self.norm1 = LayerNorm(dim, config.norm_eps)
        self.mlp = Mlp(dim, config.mlp_dim, config.activation)
        self.norm2 = LayerNorm(dim, config.norm_eps)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, N, D) -> (B, N, D)."""
        x = probe("resid_pre", x)  # (B, N, D)
        y = probe("attn_out", self.attn(x, probe))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        x = self.norm1(x, scoped(probe, "ln1."))  # (B, N, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, N, D)
        x = probe("resid_post", x + y)  # (B, N, D)
        return self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)


class PostNormTransformer(VisionTransformer):
    """A ViT of such blocks."""

    def make_block(self) -> nn.Module:
        """One of them."""
        return PostNormBlock(self.config)


def lab_config(config: LabConfig) -> ViTConfig:
    """The architecture that a run asks for."""
    return ViTConfig(
        (SIDE, SIDE), PATCH, 3, DIM, DEPTH, HEADS, RATIO, CLASSES,
        class_token=config.pool == "token", pool=config.pool,
        position="learned" if config.positions else "none",
    )  # fmt: skip


def make_network(config: LabConfig) -> VisionTransformer:
    """The network of a run as it begins, its weights drawn from the run's seed."""
    kind = PostNormTransformer if config.post_norm else VisionTransformer
    network = kind(lab_config(config))
    start(network, config.seed)
    assert network.head is not None
    with torch.no_grad():  # so that it begins with nearly equal scores, and the loss near ln 6
        network.head.weight.mul_(HEAD_SCALE)
    return network
