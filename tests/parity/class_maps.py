"""Class maps beside other people's code on models of timm: rows of docs/parity.md.

captum where it has the method; for the others the papers' formulas over what plain torch hooks catch of timm's model
with explicit attention: nothing of vitviz is in the second computation but the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import ours
from tests.parity.rows import explicit_attention
from vitviz.analysis.class_maps.methods import class_map
from vitviz.models.config import SwinConfig, ViTConfig
from vitviz.tracing.trace import Trace, run_trace

VIT = ViTConfig((112, 112), embed_dim=96, depth=3, num_heads=3, num_classes=20)
SWIN = SwinConfig(
    (128, 128), embed_dim=24, depths=(2, 2, 2), num_heads=(2, 3, 4), window_size=4, num_classes=20
)
TARGET, AGAINST = 3, 11


@dataclass(frozen=True)
class Pair:
    """timm's model and our trace of the same picture with the same weights."""

    model: Any
    trace: Trace
    image: Tensor

    def score(self, logits: Tensor) -> Tensor:
        """What every map here is of: one class against another."""
        return logits[:, TARGET] - logits[:, AGAINST]


@dataclass(frozen=True)
class Row:
    """One method on one family, and what it is compared with."""

    method: str
    family: str
    title: str
    other: Callable[[Pair], NDArray[np.float64]]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def tolerance(self) -> float:
        """Occlusion is the difference of two nearly equal scores, which costs it a digit."""
        return 1e-4 if self.method == "occlusion" else 1e-5

    def gap(self) -> float:
        """The largest |difference| as a share of the largest |value|."""
        pair = make(self.family)
        want = self.other(pair)
        found = class_map(pair.trace, self.method, TARGET, AGAINST, **self.options).values
        assert want.shape == found.shape
        assert np.ptp(want) > 0.1 * np.abs(want).max(), "the map is so flat that it tells nothing"
        return float(np.abs(found - want).max() / np.abs(want).max())


@cache
def make(family: str) -> Pair:
    """Every parameter random, as in the other rows of the page."""
    import timm

    name = "vit_base_patch16_224" if family == "vit" else "swin_tiny_patch4_window7_224"
    config = VIT if family == "vit" else SWIN
    given: dict[str, Any] = {"img_size": config.image_size, "num_classes": config.num_classes}
    if isinstance(config, ViTConfig):
        given |= {"embed_dim": config.embed_dim, "depth": config.depth, "num_heads": config.num_heads}
    else:
        given |= {"embed_dim": config.embed_dim, "depths": config.depths, "num_heads": config.num_heads}
        given |= {"window_size": config.window_size}
    with explicit_attention():
        model = randomise(timm.create_model(name, **given), seed=1).eval().requires_grad_(False)
    image = random_picture(*config.image_size, seed=2)
    network = ours(model, config).requires_grad_(False)
    return Pair(model, run_trace(network, image), image)


def per_patch(values: Tensor, size: int) -> NDArray[np.float64]:
    """(1, C, H, W) -> sums over colours and pixels of each patch, (h, w)."""
    sums = nn.functional.avg_pool2d(values.double().sum(dim=1, keepdim=True), size) * size**2
    found: NDArray[np.float64] = sums[0, 0].detach().numpy()
    return found


def captum_input_x_gradient(pair: Pair) -> NDArray[np.float64]:
    """captum's InputXGradient, summed over patches."""
    from captum.attr import InputXGradient

    method = InputXGradient(lambda x: pair.score(pair.model(x)))
    return per_patch(method.attribute(pair.image.clone().requires_grad_()), pair.trace.config.patch_size)


def captum_integrated_gradients(pair: Pair) -> NDArray[np.float64]:
    """captum's IntegratedGradients with its own defaults: 50 steps of Gauss-Legendre, baseline 0."""
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(lambda x: pair.score(pair.model(x)))
    return per_patch(method.attribute(pair.image), pair.trace.config.patch_size)


def captum_occlusion(pair: Pair) -> NDArray[np.float64]:
    """captum's Occlusion: window and stride one patch (or square of patches), baseline the picture's mean colour."""
    from captum.attr import Occlusion

    size = pair.trace.config.patch_size * SIDE[type(pair.trace.config)]
    mean = pair.image.mean(dim=(-2, -1), keepdim=True).expand_as(pair.image)
    method = Occlusion(lambda x: pair.score(pair.model(x)))
    found = method.attribute(pair.image, (3, size, size), strides=(3, size, size), baselines=mean)
    values: NDArray[np.float64] = found[0, 0, ::size, ::size].double().numpy()
    return values


SIDE: dict[type, int] = {ViTConfig: 1, SwinConfig: 4}


class AsMap(nn.Module):
    """Lets a layer's patches pass as (B, C, h, w) through ``map``, the layout that captum's LayerGradCam expects."""

    def __init__(self, layer: nn.Module, grid: tuple[int, int] | None) -> None:
        super().__init__()
        self.layer, self.grid, self.map = layer, grid, nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """As ``layer``."""
        x = self.layer(x)
        if self.grid is None:
            passed: Tensor = self.map(x.permute(0, 3, 1, 2))
            return passed.permute(0, 2, 3, 1)
        patches: Tensor = self.map(x[:, 1:].transpose(1, 2).unflatten(2, self.grid))
        return torch.cat([x[:, :1], patches.flatten(2).transpose(1, 2)], dim=1)


def captum_grad_cam(pair: Pair) -> NDArray[np.float64]:
    """captum's LayerGradCam at timm's last ``norm1`` (ViT) or last norm (Swin), before the ReLU."""
    from captum.attr import LayerGradCam

    model = pair.model
    vit = isinstance(pair.trace.config, ViTConfig)
    holder, name = (model.blocks[-1], "norm1") if vit else (model, "norm")
    before = getattr(holder, name)
    layer = AsMap(before, pair.trace.patch_grid if vit else None)
    setattr(holder, name, layer)
    try:
        method = LayerGradCam(lambda x: pair.score(model(x)), layer.map)
        found = method.attribute(pair.image.clone().requires_grad_())
    finally:
        setattr(holder, name, before)
    values: NDArray[np.float64] = found[0, 0].detach().double().numpy()
    return values


@dataclass(frozen=True)
class Caught:
    """What hooks caught of timm's ViT: patterns (H, N, N) and gradients in order, block outputs, q k v, logits."""

    patterns: list[Tensor]
    gradients: list[Tensor]
    outputs: list[Tensor]
    qkv: list[Tensor]
    logits: Tensor


def catch(pair: Pair) -> Caught:
    """One run of timm's model with a graph from the first pattern on, and one backward pass."""
    patterns: list[Tensor] = []
    outputs: list[Tensor] = []
    qkv: list[Tensor] = []

    def keep_pattern(module: nn.Module, args: Any, output: Tensor) -> Tensor:
        patterns.append(output if output.requires_grad else output.requires_grad_())
        return patterns[-1]

    hooks = [block.attn.attn_drop.register_forward_hook(keep_pattern) for block in pair.model.blocks]
    hooks += [b.register_forward_hook(lambda m, a, out: outputs.append(out)) for b in pair.model.blocks]
    hooks += [b.attn.qkv.register_forward_hook(lambda m, a, out: qkv.append(out)) for b in pair.model.blocks]
    logits = pair.model(pair.image)
    for hook in hooks:
        hook.remove()
    gradients = torch.autograd.grad(pair.score(logits).sum(), patterns)
    one = [pattern[0].detach() for pattern in patterns]
    return Caught(
        one, [g[0] for g in gradients], [x.detach() for x in outputs], [x.detach() for x in qkv], logits
    )


def as_map(pair: Pair, row: Tensor) -> NDArray[np.float64]:
    """(N,) with the class token first -> (h, w)."""
    values: NDArray[np.float64] = row[1:].double().reshape(pair.trace.patch_grid).numpy()
    return values


def hooked_class_attention(pair: Pair) -> NDArray[np.float64]:
    """Row 0 of the last pattern, mean over heads."""
    return as_map(pair, catch(pair).patterns[-1][:, 0].mean(dim=0))


def hooked_rollout(pair: Pair) -> NDArray[np.float64]:
    """Abnar and Zuidema: the product of the normalised A + I, all N x N of it."""
    rolled = torch.eye(catch(pair).patterns[0].shape[-1])
    for pattern in catch(pair).patterns:
        layer = pattern.mean(dim=0) + torch.eye(len(rolled))
        rolled = layer / layer.sum(dim=-1, keepdim=True) @ rolled
    return as_map(pair, rolled[0])


def hooked_chefer(pair: Pair) -> NDArray[np.float64]:
    """Chefer et al., equations 5 and 6, all N x N of it."""
    caught = catch(pair)
    relevance = torch.eye(caught.patterns[0].shape[-1])
    for pattern, gradient in zip(caught.patterns, caught.gradients, strict=True):
        relevance = relevance + (gradient * pattern).clamp(min=0).mean(dim=0) @ relevance
    return as_map(pair, relevance[0])


class Layer(NamedTuple):
    """A step of timm's Swin: a block's pattern (W, H, M, M), of which ``made`` makes a matrix, or that of a merging."""

    pattern: Tensor | None
    gradient: Tensor | None
    places: Tensor | None  # (W, M): which token is where, by timm's own roll and partition
    merging: Tensor | None

    def made(self, weights: Tensor) -> Tensor:
        """The windows' ``weights`` (W, M, M) as a matrix of all tokens by all tokens."""
        assert self.places is not None
        count = self.places.numel()
        matrix = torch.zeros(count, count, dtype=torch.float64)
        for tokens, window in zip(self.places, weights.double(), strict=True):
            matrix[tokens[:, None], tokens] = window
        return matrix


def swin_layers(pair: Pair) -> list[Layer]:
    """Patterns and gradients that hooks catch of timm's Swin, and where its own functions put the tokens."""
    from timm.models.swin_transformer import window_partition

    caught: list[Tensor] = []

    def keep(module: nn.Module, args: Any, output: Tensor) -> Tensor:
        caught.append(output if output.requires_grad else output.requires_grad_())
        return caught[-1]

    blocks = [block for stage in pair.model.layers for block in stage.blocks]
    hooks = [block.attn.attn_drop.register_forward_hook(keep) for block in blocks]
    logits = pair.model(pair.image)
    for hook in hooks:
        hook.remove()
    gradients = iter(torch.autograd.grad(pair.score(logits).sum(), caught))
    patterns = iter(caught)
    side, layers = pair.trace.patch_grid[0], []
    for number, stage in enumerate(pair.model.layers):
        if number:  # each output is the mean of its 2 x 2 neighbours
            side //= 2
            rows = torch.arange(4 * side**2).view(side, 2, side, 2).permute(0, 2, 1, 3).reshape(side**2, 4)
            merging = torch.zeros(side**2, 4 * side**2, dtype=torch.float64).scatter_(1, rows, 0.25)
            layers.append(Layer(None, None, None, merging))
        for block in stage.blocks:
            indices = torch.arange(side**2).view(1, side, side, 1)
            rolled = torch.roll(indices, [-shift for shift in block.shift_size], dims=(1, 2))
            places = window_partition(rolled, block.window_size).flatten(1)  # (W, M)
            layers.append(Layer(next(patterns).detach(), next(gradients), places, None))
    return layers


def dense_rollout(pair: Pair) -> NDArray[np.float64]:
    """Rollout of timm's Swin, all N x N matrices multiplied; the head reads the mean of the last map."""
    rolled = torch.eye(int(np.prod(pair.trace.patch_grid)), dtype=torch.float64)
    for layer in swin_layers(pair):
        if layer.pattern is None:
            assert layer.merging is not None
            rolled = layer.merging @ rolled
            continue
        matrix = layer.made(layer.pattern.mean(dim=1))
        matrix = matrix + torch.eye(len(matrix))
        rolled = matrix / matrix.sum(dim=-1, keepdim=True) @ rolled
    values: NDArray[np.float64] = rolled.mean(dim=0).reshape(pair.trace.patch_grid).numpy()
    return values


def dense_chefer(pair: Pair) -> NDArray[np.float64]:
    """Chefer et al., equations 5 and 6, of timm's Swin, all N x N of it, without what stayed at its own place."""
    relevance = unmoved = torch.eye(int(np.prod(pair.trace.patch_grid)), dtype=torch.float64)
    for layer in swin_layers(pair):
        if layer.pattern is None:
            assert layer.merging is not None
            relevance, unmoved = layer.merging @ relevance, layer.merging @ unmoved
            continue
        assert layer.gradient is not None
        product = (layer.pattern * layer.gradient).clamp(min=0).mean(dim=1)
        relevance = relevance + layer.made(product) @ relevance
    row = (relevance - unmoved).mean(dim=0)  # (N,)
    values: NDArray[np.float64] = row.reshape(pair.trace.patch_grid).numpy()
    return values


def hooked_legrad(pair: Pair) -> NDArray[np.float64]:
    """Bousselham et al.: each block's own score from its class token, its gradient on its own pattern; mean of all."""
    maps = []
    for number in range(len(pair.model.blocks)):
        patterns: list[Tensor] = []

        def keep(module: nn.Module, args: Any, output: Tensor, kept: list[Tensor] = patterns) -> Tensor:
            kept.append(output.requires_grad_())
            return kept[-1]

        x = pair.model._pos_embed(pair.model.patch_embed(pair.image))
        for block in pair.model.blocks[:number]:
            x = block(x)
        hook = pair.model.blocks[number].attn.attn_drop.register_forward_hook(keep)
        x = pair.model.blocks[number](x)
        hook.remove()
        logits = pair.model.head(pair.model.norm(x)[:, 0])
        (gradient,) = torch.autograd.grad(pair.score(logits).sum(), patterns)
        maps.append(gradient[0].clamp(min=0).mean(dim=(0, 1)))
    return as_map(pair, torch.stack(maps).mean(dim=0))


def hooked_direct_logit(pair: Pair) -> NDArray[np.float64]:
    """A[0, j] v_j W_O^h through the frozen last norm, head by head."""
    caught, model = catch(pair), pair.model
    final = caught.outputs[-1][0, 0].double()
    scale = (final.var(unbiased=False) + model.norm.eps).sqrt()
    rows = model.head.weight.double()
    direction = (rows[TARGET] - rows[AGAINST]) * model.norm.weight.double()
    direction = (direction - direction.mean()) / scale
    total = torch.zeros(caught.patterns[0].shape[-1], dtype=torch.float64)
    for block, pattern, qkv in zip(model.blocks, caught.patterns, caught.qkv, strict=True):
        heads, dim = pattern.shape[0], qkv.shape[-1] // 3
        values = qkv[0, :, 2 * dim :].double().unflatten(1, (heads, -1))  # (N, H, d)
        out = block.attn.proj.weight.double().unflatten(1, (heads, -1))  # (D, H, d)
        worth = torch.einsum("nhd,chd,c->hn", values, out, direction)
        total += (pattern[:, 0].double() * worth).sum(dim=0)
    return as_map(pair, total)


def cut_out(pair: Pair) -> NDArray[np.float64]:
    """timm's model on all tokens but one, each with its position, patch by patch."""
    model = pair.model
    tokens = model._pos_embed(model.patch_embed(pair.image))
    whole = pair.score(model(pair.image))
    falls = []
    for patch in range(1, tokens.shape[1]):
        x = torch.cat([tokens[:, :patch], tokens[:, patch + 1 :]], dim=1)
        falls.append(whole - pair.score(model.head(model.norm(model.blocks(x))[:, 0])))
    return as_map(pair, torch.cat([torch.zeros(1), *falls]))


ROWS = (
    Row("class_attention", "vit", "hooks on timm", hooked_class_attention),
    Row("rollout", "vit", "hooks on timm, whole matrices", hooked_rollout),
    Row("chefer", "vit", "hooks on timm, whole matrices", hooked_chefer),
    Row("legrad", "vit", "hooks on timm", hooked_legrad),
    Row("direct_logit", "vit", "hooks on timm", hooked_direct_logit),
    Row("occlusion", "vit", "timm, one token cut out", cut_out),
    Row("occlusion", "vit", "captum Occlusion, mean colour", captum_occlusion, {"how": "mean"}),
    Row("gradient_x_input", "vit", "captum InputXGradient", captum_input_x_gradient),
    Row("integrated_gradients", "vit", "captum IntegratedGradients, 50 steps", captum_integrated_gradients),
    Row("grad_cam", "vit", "captum LayerGradCam, no ReLU", captum_grad_cam, {"relu": False}),
    Row("rollout", "swin", "hooks on timm, dense N x N product", dense_rollout),
    Row("chefer", "swin", "hooks on timm, dense N x N product", dense_chefer),
    Row("gradient_x_input", "swin", "captum InputXGradient", captum_input_x_gradient),
    Row("integrated_gradients", "swin", "captum IntegratedGradients, 50 steps", captum_integrated_gradients),
    Row("occlusion", "swin", "captum Occlusion, mean colour", captum_occlusion, {"how": "mean", "side": 4}),
    Row("grad_cam", "swin", "captum LayerGradCam, no ReLU", captum_grad_cam, {"relu": False}),
)
