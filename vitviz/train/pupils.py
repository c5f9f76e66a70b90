"""The forward pass of a ViT and of a Swin as training on a GPU wants it.

The same arithmetic as in ``vitviz.models`` (a test holds that), but with stochastic depth drawn on the device, with
maps from the middle and the end for the teacher to guide, and with the spread of attention. Everything that does
not depend on the pictures is made beforehand, so that ``torch.compile`` sees nothing but tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from vitviz.models import windows
from vitviz.models.layers import fused_attention
from vitviz.models.swin import PatchMerging, SwinBlock, SwinTransformer
from vitviz.models.vit import Block, VisionTransformer
from vitviz.models.windows import WindowGrid
from vitviz.train.attention import Spread, spread_of_heads
from vitviz.train.recipe import Network
from vitviz.train.teacher import even


class Answer(NamedTuple):
    """Scores (B, K), a middle and a last map (B, C, h, w), and the spread of attention of every layer (L, 3)."""

    scores: Tensor
    middle: Tensor
    last: Tensor
    heads: Tensor


def drop_path(y: Tensor, rate: float) -> Tensor:
    """For a share ``rate`` of the pictures a sublayer adds nothing; the rest is scaled so that the mean stays."""
    if not rate:
        return y
    kept = (torch.rand(len(y), device=y.device) >= rate).to(y.dtype) / (1 - rate)
    return y * kept.view(-1, *[1] * (y.ndim - 1))


def _qkv(block: Block | SwinBlock, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Each (B, H, N, d)."""
    qkv = block.attn.qkv(y).unflatten(-1, (3, block.attn.num_heads, -1))
    q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    return q, k, v


class VitPupil:
    """A ViT at one picture size."""

    def __init__(self, network: VisionTransformer, size: int, rate: float, spread: Spread) -> None:
        self.network, self.spread = network, spread
        side = size // network.config.patch_size
        self.grid = (side, side)
        depth = network.config.depth
        self.rates = [rate * i / max(1, depth - 1) for i in range(depth)]
        # The blocks after which the maps are taken; those that follow are the class token's, to read the patches.
        self.middle, self.last = max(0, depth // 3 - 1), max(0, depth * 5 // 6 - 1)

    def channels(self) -> tuple[int, int]:
        """Of the two maps."""
        return self.network.config.embed_dim, self.network.config.embed_dim

    def __call__(self, image: Tensor) -> Answer:
        """Normalised pixels (B, 3, size, size) -> what the teacher looks at."""
        net = self.network
        x = net.embed(image)  # (B, N, D)
        chosen = self.spread.choose(x.shape[1], x.device)
        middle, last, heads = x, x, []
        for i, block in enumerate(cast("list[Block]", net.blocks)):
            q, k, v = _qkv(block, block.norm1(x))
            heads.append(spread_of_heads(q, k, chosen, self.spread))
            z = fused_attention(q, k, v, None, None).transpose(1, 2).flatten(2)  # (B, N, D)
            x = x + drop_path(block.attn.proj(z), self.rates[i])
            x = x + drop_path(block.mlp(block.norm2(x)), self.rates[i])
            if i == self.middle:
                middle = x
            if i == self.last:
                last = x
        return Answer(net.classify(x), self._map(middle), self._map(last), torch.stack(heads))

    def _map(self, x: Tensor) -> Tensor:
        patches = x[:, self.network.config.num_prefix :]
        return patches.transpose(1, 2).unflatten(2, self.grid)  # (B, D, h, w)


class _Place(NamedTuple):
    grid: WindowGrid
    rows: Tensor  # (M*M, M*M), of the bias table
    mask: Tensor | None  # (W, M*M, M*M)
    rate: float


class SwinPupil:
    """A Swin at one picture size."""

    def __init__(self, network: SwinTransformer, size: int, rate: float, spread: Spread) -> None:
        self.network, self.spread = network, spread
        device = network.norm.weight.device
        side = -(-size // network.config.patch_size)
        total = sum(network.config.depths)
        self.places: dict[str, _Place] = {}
        for name, step in network.steps():
            if isinstance(step, PatchMerging):
                side = -(-side // 2)
                continue
            block = cast("SwinBlock", step)
            grid = block.window_grid(side, side)
            mask = windows.attention_mask(grid)
            self.places[name] = _Place(
                grid,
                windows.relative_position_index(grid.window, block.attn.window).to(device),
                None if mask is None else mask.to(device),
                rate * len(self.places) / max(1, total - 1),
            )
        self.middle = f"layers.{network.config.num_stages - 2}."

    def channels(self) -> tuple[int, int]:
        """Of the two maps."""
        config = self.network.config
        return config.stage_dim(config.num_stages - 2), config.stage_dim(config.num_stages - 1)

    def __call__(self, image: Tensor) -> Answer:
        """Normalised pixels (B, 3, size, size) -> what the teacher looks at."""
        net = self.network
        x = net.embed(image)  # (B, h, w, C)
        middle, heads = x, []
        for name, step in net.steps():
            if name in self.places:
                x, spread = self._block(cast("SwinBlock", step), x, self.places[name])
                heads.append(spread)
            else:
                x = step(x)
            if name.startswith(self.middle):
                middle = x
        return Answer(net.classify(x), middle.permute(0, 3, 1, 2), x.permute(0, 3, 1, 2), torch.stack(heads))

    def _block(self, block: SwinBlock, x: Tensor, place: _Place) -> tuple[Tensor, Tensor]:
        q, k, v = _qkv(block, windows.to_windows(block.norm1(x), place.grid))
        chosen = torch.arange(q.shape[2], device=x.device)
        table = block.attn.relative_position_bias_table[place.rows.flatten()]
        bias = table.unflatten(0, place.rows.shape).permute(2, 0, 1).contiguous()  # (H, M*M, M*M)
        heads = spread_of_heads(q, k, chosen, self.spread, bias)
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1) + bias  # (B*W, H, M*M, M*M)
        if place.mask is not None:
            scores = scores.unflatten(0, (-1, place.mask.shape[0]))
            scores = (scores + place.mask.unsqueeze(1)).flatten(0, 1)
        z = (scores.float().softmax(dim=-1).to(v.dtype) @ v).transpose(1, 2).flatten(2)  # (B*W, M*M, C)
        y = windows.from_windows(block.attn.proj(z), place.grid)
        x = x + drop_path(y, place.rate)
        return x + drop_path(block.mlp(block.norm2(x)), place.rate), heads


Pupil = Callable[[Tensor], Answer]


def pupil(network: Network, size: int, rate: float, spread: Spread) -> VitPupil | SwinPupil:
    """The forward pass of a network at one picture size, with stochastic depth rising to ``rate``."""
    if isinstance(network, VisionTransformer):
        return VitPupil(network, size, rate, spread)
    return SwinPupil(network, size, rate, spread)


class Guides(nn.Module):
    """Turn a pupil's two maps into what the teacher's should look like; thrown away after training."""

    def __init__(self, channels: tuple[int, int], taught: tuple[int, ...]) -> None:
        super().__init__()
        self.middle = nn.Conv2d(channels[0], taught[0], 1)
        self.last = nn.Conv2d(channels[1], taught[1], 1)

    def forward(self, answer: Answer, middle: Tensor, last: Tensor) -> Tensor:
        """Mean squared distance of both maps from the teacher's, brought to the pupil's grid. A number."""
        loss = answer.middle.new_zeros((), dtype=torch.float32)
        for layer, own, theirs in ((self.middle, answer.middle, middle), (self.last, answer.last, last)):
            target = nn.functional.interpolate(
                theirs, size=own.shape[-2:], mode="bilinear", align_corners=False
            )
            loss = loss + (layer(even(own)).float() - target).square().mean()
        return loss
