"""A convolutional network that teaches the embedded models; it is not shipped.

Convolutions know from the start that neighbouring pixels belong together, so from a few thousand pictures they
learn more than a transformer does. What the teacher says to a picture is a better lesson than the label alone
(Hinton et al., arXiv 1503.02531; DeiT, arXiv 2012.12877), and its maps tell every patch what lies there (locality
guidance, Li et al., arXiv 2207.10026). It is a residual network (arXiv 1512.03385) with the cheap stem and the
averaging short cuts of ResNet-D (arXiv 1812.01187), channel gates (arXiv 1709.01507) and stochastic depth.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn


class Lesson(NamedTuple):
    """What a teacher says to pictures: scores (B, K), its map at 1/16 of the size and the last one, at 1/32."""

    scores: Tensor
    middle: Tensor
    last: Tensor


def _conv(channels: int, out: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, out, side, stride, side // 2, bias=False), nn.BatchNorm2d(out))


class Gate(nn.Module):
    """Every channel times a number that the whole map decides (squeeze and excitation)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Linear(channels, channels // 8)
        self.up = nn.Linear(channels // 8, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w), same shape."""
        gate = self.up(self.down(x.mean(dim=(2, 3))).relu()).sigmoid()  # (B, C)
        return x * gate[:, :, None, None]


class Residual(nn.Module):
    """Two convolutions beside a short cut; in training it is left out for a share ``drop`` of the pictures."""

    def __init__(self, channels: int, out: int, stride: int, drop: float) -> None:
        super().__init__()
        self.drop = drop
        self.first, self.second, self.gate = _conv(channels, out, 3, stride), _conv(out, out), Gate(out)
        short: list[nn.Module] = [nn.AvgPool2d(stride, ceil_mode=True)] if stride > 1 else []
        if channels != out:
            short.append(_conv(channels, out, 1))
        self.short = nn.Sequential(*short)
        nn.init.zeros_(cast("nn.BatchNorm2d", self.second[1]).weight)  # every block begins as its short cut

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C', h', w')."""
        y = self.gate(self.second(self.first(x).relu()))
        if self.training and self.drop:
            kept = (torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop).to(y.dtype)
            y = y * (kept / (1 - self.drop))
        return (self.short(x) + y).relu()


class ConvTeacher(nn.Module):
    """The whole network; ``widths`` are the channels of its four stages, ``depths`` their blocks."""

    def __init__(
        self,
        classes: int,
        widths: tuple[int, ...] = (64, 128, 256, 384),
        depths: tuple[int, ...] = (2, 2, 2, 2),
        drop_path: float = 0.1,
    ) -> None:
        super().__init__()
        half = widths[0] // 2
        self.stem = nn.Sequential(
            _conv(3, half, 3, 2), nn.ReLU(), _conv(half, half), nn.ReLU(), _conv(half, widths[0]), nn.ReLU()
        )
        rates = iter(torch.linspace(0, drop_path, sum(depths)).tolist())
        stages = []
        for channels, out, depth in zip((widths[0], *widths), widths, depths, strict=False):
            blocks = [
                Residual(channels if i == 0 else out, out, 2 if i == 0 else 1, next(rates))
                for i in range(depth)
            ]
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.channels = widths[-2:]
        self.head = nn.Linear(widths[-1], classes)
        assert all(a <= b for a, b in pairwise(widths))

    def forward(self, image: Tensor) -> Lesson:
        """Normalised pixels (B, 3, height, width) -> scores and maps."""
        x = self.stem(image)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return Lesson(self.head(x.mean(dim=(2, 3))), maps[-2], maps[-1])


class Staff(nn.Module):
    """Several teachers as one: probabilities are averaged, maps normalised and laid on one another."""

    def __init__(self, teachers: list[ConvTeacher]) -> None:
        super().__init__()
        self.teachers = nn.ModuleList(teachers)
        self.channels = tuple(sum(sizes) for sizes in zip(*(t.channels for t in teachers), strict=True))

    def forward(self, image: Tensor) -> Lesson:
        """As ``ConvTeacher``, but ``scores`` are probabilities here; maps have no scale, only a direction."""
        lessons = [cast("Lesson", teacher(image)) for teacher in self.teachers]
        probabilities = torch.stack([lesson.scores.float().softmax(dim=1) for lesson in lessons]).mean(dim=0)
        middle, last = (torch.cat([even(lesson[i]) for lesson in lessons], dim=1) for i in (1, 2))
        return Lesson(probabilities, middle, last)


def even(x: Tensor) -> Tensor:
    """Mean 0 and variance 1 over the channels of every place. (B, C, h, w), same shape."""
    x = x.float()
    return (x - x.mean(dim=1, keepdim=True)) / (x.std(dim=1, keepdim=True) + 1e-4)
