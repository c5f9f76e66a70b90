"""A small residual network (He et al. 2015, arXiv 1512.03385) that turns a picture into a map, for DETR.

Letters in the shape comments: B pictures, h x w the map, C its channels.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.scene_config import DetrConfig
from vitviz.probe import Probe, no_probe, scoped


class BatchNorm(nn.Module):
    """Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167): a scale and an offset for every channel.

    Outside training mean and variance are fixed numbers, so a picture's map does not depend on the pictures beside it.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim))
        self.register_buffer("running_mean", torch.zeros(dim))
        self.register_buffer("running_var", torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, 0.1, self.eps
        )  # (B, C, h, w)


class ConvNorm(nn.Module):
    """A convolution without bias, then batch norm."""

    def __init__(self, dim_in: int, dim: int, size: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(dim_in, dim, size, stride, size // 2, bias=False)
        self.norm = BatchNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C', h/stride, w/stride)."""
        return self.norm(self.conv(x))  # (B, C', h', w')


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, and a shortcut past them (section 3.3)."""

    def __init__(self, dim_in: int, dim: int, stride: int) -> None:
        super().__init__()
        same = dim_in == dim and stride == 1
        self.shortcut = nn.Identity() if same else ConvNorm(dim_in, dim, 1, stride)
        self.first = ConvNorm(dim_in, dim, 3, stride)
        self.second = ConvNorm(dim, dim, 3, 1)

    def forward(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, C, h, w) -> (B, C', h/stride, w/stride)."""
        y = self.first(x).relu()  # (B, C', h', w')
        y = self.second(y)  # (B, C', h', w')
        return probe("out", (y + self.shortcut(x)).relu())  # (B, C', h', w')


class ResNet(nn.Module):
    """The stem, which makes the map four times smaller, then stages of blocks, each but the first halving it again."""

    def __init__(self, config: DetrConfig) -> None:
        super().__init__()
        self.stem = ConvNorm(config.in_channels, config.stem_dim, 7, 2)
        self.stages = nn.ModuleList()
        dim_in = config.stem_dim
        for stage, (dim, depth) in enumerate(zip(config.stage_dims, config.stage_depths, strict=True)):
            first = BasicBlock(dim_in, dim, stride=2 if stage else 1)
            self.stages.append(nn.ModuleList([first, *(BasicBlock(dim, dim, 1) for _ in range(depth - 1))]))
            dim_in = dim

    def forward(self, image: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, 3, height, width) -> (B, C, h, w)."""
        x = self.stem(image).relu()  # (B, C, height/2, width/2)
        x = probe("stem", F.max_pool2d(x, 3, 2, 1))  # (B, C, height/4, width/4)
        for s, stage in enumerate(cast("list[nn.ModuleList]", self.stages)):
            for b, block in enumerate(stage):
                x = block(x, scoped(probe, f"stages.{s}.{b}."))  # (B, C, h, w) of the stage
        return x
