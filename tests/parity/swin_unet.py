"""A second Swin-Unet, written from the paper's facts with explicit loops, and everything of a run of it beside ours.

Its Swin blocks are timm's; expanding, skips and the last expanding are loops over places.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from tests.parity.detr import gaps_of
from tests.parity.observe import Gaps
from tests.parity.rows import explicit_attention
from tests.torchvision_stub import make_torchvision_importable
from vitviz.models.scene_config import SwinUnetConfig
from vitviz.models.scene_start import start_swin_unet
from vitviz.models.swin_unet import SwinUnet
from vitviz.tracing.interventions import Record

CONFIG = SwinUnetConfig(
    image_size=(64, 64), embed_dim=8, depths=(2, 2, 2), num_heads=(1, 2, 4), window_size=4, num_classes=5
)


def random_network(config: SwinUnetConfig) -> SwinUnet:
    network = SwinUnet(config).eval()
    start_swin_unet(network, 3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return network


def norm(x: Tensor, weights: dict[str, Tensor], name: str) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scale = (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
    return centred / scale * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def expanded(x: Tensor, matrix: Tensor, factor: int) -> Tensor:
    """Token (h, w) becomes the tokens (factor*h + p, factor*w + q); channels are split as (p, q, rest)."""
    batch, height, width, _ = x.shape
    rest = matrix.shape[0] // factor**2
    out = x.new_zeros(batch, factor * height, factor * width, rest)
    for h in range(height):
        for w in range(width):
            vector = x[:, h, w] @ matrix.T
            for p in range(factor):
                for q in range(factor):
                    first = (p * factor + q) * rest
                    out[:, factor * h + p, factor * w + q] = vector[:, first : first + rest]
    return out


def reference(image: Tensor, config: SwinUnetConfig, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every skip, every map before and after an expanding, every block and its pattern, and the logits."""
    make_torchvision_importable()
    blocks_of_timm = pytest.importorskip("timm.models.swin_transformer")

    seen: dict[str, Tensor] = {}

    def stage(x: Tensor, name: str, number: int) -> Tensor:
        for j in range(config.depths[number]):
            block = (
                blocks_of_timm.SwinTransformerBlock(
                    config.stage_dim(number),
                    config.stage_map(number),
                    config.num_heads[number],
                    window_size=config.stage_window(number),
                    shift_size=config.stage_shift(number) if j % 2 else 0,
                )
                .eval()
                .to(x.dtype)
            )
            prefix = f"{name}.blocks.{j}."
            own = {key.removeprefix(prefix): x for key, x in weights.items() if key.startswith(prefix)}
            missing, unexpected = block.load_state_dict(own, strict=False)
            assert not unexpected
            assert not [key for key in missing if key.endswith(("weight", "bias", "table"))]
            block.attn.attn_drop.register_forward_hook(
                lambda module, args, out, name=f"{prefix}pattern": seen.__setitem__(name, out)
            )
            x = block(x)
            seen[f"{prefix}resid_post"] = x
        return x

    size, last = config.patch_size, config.num_stages - 1
    patches = image.unfold(2, size, size).unfold(3, size, size).permute(0, 2, 3, 1, 4, 5).flatten(3)
    x = patches @ weights["patch_embed.proj.weight"].flatten(1).T + weights["patch_embed.proj.bias"]
    x = norm(x, weights, "patch_embed.norm")
    for s in range(config.num_stages):
        if s:
            four = [x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]]
            x = norm(torch.cat(four, -1), weights, f"layers.{s}.downsample.norm")
            x = x @ weights[f"layers.{s}.downsample.reduction.weight"].T
        seen[f"skip.{s}"] = x
        x = stage(x, f"layers.{s}", s)
    x = norm(x, weights, "layers_up.0.expand.norm_before")
    for u in range(config.num_stages):
        s = last - u
        if u:
            both = torch.cat([x, seen[f"skip.{s}"]], -1)
            x = both @ weights[f"layers_up.{u}.concat.reduction.weight"].T
            x = x + weights[f"layers_up.{u}.concat.reduction.bias"]
            x = stage(x, f"layers_up.{u}", s)
        if s:
            x = expanded(x, weights[f"layers_up.{u}.expand.expand.weight"], 2)
            seen[f"layers_up.{u}.expand.expanded"] = x
            x = norm(x, weights, f"layers_up.{u}.expand.norm")
            seen[f"layers_up.{u}.expand.resid_post"] = x
    x = expanded(norm(x, weights, "norm_up"), weights["expand_last.weight"], size)
    x = norm(x, weights, "norm_last") @ weights["head.weight"].T
    seen["logits"] = x.permute(0, 3, 1, 2)
    return seen


@torch.no_grad()
def pairs() -> dict[str, tuple[Tensor, Tensor]]:
    """Ours in float32 and the reference's in float64, by name."""
    network = random_network(CONFIG)
    image = torch.randn(2, 3, *CONFIG.image_size, generator=torch.Generator().manual_seed(0))
    record = Record()
    network(image, record)
    with explicit_attention():
        weights = {
            name: x.double() if x.is_floating_point() else x for name, x in network.state_dict().items()
        }
        expected = reference(image.double(), CONFIG, weights)
    return {name: (record.tensors[name].double(), tensor) for name, tensor in expected.items()}


def gaps() -> Gaps:
    """The largest differences of scores, of skips, blocks and expandings, of patterns."""
    return gaps_of(pairs(), ("logits",))
