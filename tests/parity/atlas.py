"""An atlas beside loops over every pair of patches, on attention caught in models of timm: rows of docs/parity.md.

timm's own explicit attention, windows and shift; the papers' formulas with the standard library's ``math``. Nothing of
vitviz is in the second computation but the pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.conftest import random_picture, randomise
from tests.parity.class_maps import SWIN
from tests.parity.families import ROWS as FAMILY_ROWS
from tests.parity.observe import ours
from tests.parity.rows import explicit_attention
from vitviz.analysis.atlas.atlas import Atlas, Header
from vitviz.analysis.atlas.batch import batch_statistics, block_places
from vitviz.analysis.atlas.head_figures import FIGURES
from vitviz.models.config import ModelConfig

NAMES = {
    "vit": "vit_base_patch16_224",
    "dinov2": "vit_base_patch14_reg4_dinov2",
    "deit-distilled": "deit_base_distilled_patch16_224",
    "swin": "swin_tiny_patch4_window7_224",
}
MASKED = 1e-30  # timm's mask adds -100, which leaves 1e-44
SEEDS = (2, 5)  # of the two pictures
SHARPER = 2.0  # times the random queries, keys and values: noise alone attends evenly
OTHER = ("longest z", "unit's mean", "unit's largest")  # what is no figure of a head's weights


@dataclass(frozen=True)
class Seen:
    """One block of timm's on one picture; letters as in vitviz.

    ``tokens`` (W, K) says which token sits where, ``pattern`` is (W, H, K, K), ``z`` (W, H, K, d) and ``units``
    (N, U). ``prefix`` tokens stand first; ``columns`` of the map are ``pixels`` wide each.
    """

    tokens: list[list[int]]
    pattern: Tensor
    z: Tensor
    units: Tensor
    prefix: int
    columns: int
    pixels: int


@dataclass(frozen=True)
class Pair:
    """What timm's blocks did on both pictures, and our atlas of these."""

    seen: Sequence[Sequence[Seen]]
    atlas: Atlas
    class_tokens: int


@dataclass(frozen=True)
class Row:
    """One figure of one family."""

    figure: str
    family: str

    def gap(self) -> float:
        """The largest |difference| over blocks and heads (or units) as a share of the largest |value|."""
        pair = make(self.family)
        want, found = [], []
        for number in range(len(pair.seen[0])):
            blocks = [picture[number] for picture in pair.seen]
            want += second(self.figure, blocks, pair.class_tokens)
            found += ours_of(self.figure, pair.atlas, number)
        a, b = np.array(want), np.array(found)
        assert a.shape == b.shape
        assert np.ptp(a) > 0.01 * np.abs(a).max(), "all are so alike that it tells nothing"
        return float(np.abs(a - b).max() / np.abs(a).max())


def ours_of(figure: str, atlas: Atlas, number: int) -> list[float]:
    """What our atlas says of every head or unit of a block."""
    block = atlas.header.blocks[number]
    if figure == "longest z":
        return [atlas.head_top(number, head)[0].value for head in range(block.heads)]
    if figure == "unit's mean":
        return [atlas.unit_mean(number, unit) for unit in range(block.units)]
    if figure == "unit's largest":
        return [atlas.unit_top(number, unit)[0].value for unit in range(block.units)]
    return [atlas.figure(number, head, figure).mean for head in range(block.heads)]


def second(figure: str, blocks: Sequence[Seen], class_tokens: int) -> list[float]:
    """The same of timm's blocks, one for each picture."""
    if figure == "longest z":
        norms = [patches_of(one, torch.linalg.vector_norm(one.z.double(), dim=-1)) for one in blocks]
        return [max(max(of_head) for of_head in pair) for pair in zip(*norms, strict=True)]
    units = [one.units[one.prefix :].double() for one in blocks]
    if figure == "unit's mean":
        mean: list[float] = torch.stack([one.mean(dim=0) for one in units]).mean(dim=0).tolist()
        return mean
    if figure == "unit's largest":
        most: list[float] = torch.stack([one.amax(dim=0) for one in units]).amax(dim=0).tolist()
        return most
    heads = range(blocks[0].pattern.shape[1])
    return [sum(of_head(figure, one, head, class_tokens) for one in blocks) / len(blocks) for head in heads]


def patches_of(seen: Seen, values: Tensor) -> list[list[float]]:
    """Of (W, H, K) the values of every head's patches."""
    return [
        [
            values[window, head, at].item()
            for window, tokens in enumerate(seen.tokens)
            for at, token in enumerate(tokens)
            if token >= seen.prefix
        ]
        for head in range(values.shape[1])
    ]


def of_head(figure: str, seen: Seen, head: int, class_tokens: int) -> float:
    """One figure of one head on one picture: row by row, pair by pair."""
    found = []
    for window, tokens in enumerate(seen.tokens):
        rows = seen.pattern[window, head].double().tolist()
        legal = [sum(p > MASKED for p in row) for row in rows]
        for at, (token, row) in enumerate(zip(tokens, rows, strict=True)):
            if figure.startswith("entropy"):
                entropy = -sum(p * math.log(p) for p in row if p > 0)
                if figure == "entropy":
                    found.append(entropy)
                elif legal[at] > 1:
                    found.append(entropy / math.log(legal[at]))
            elif token < seen.prefix:
                continue
            elif figure == "class_weight":
                found.append(sum(row[:class_tokens]))
            elif figure == "register_weight":
                found.append(sum(row[class_tokens : seen.prefix]))
            elif figure == "self_weight":
                found.append(row[at])
            else:
                found.append(_distance(seen, token, tokens, row))
    return sum(found) / len(found)


def _distance(seen: Seen, token: int, tokens: list[int], row: list[float]) -> float:
    """How far a patch looks: the mean distance to all patches in pixels, weighted with its attention."""
    moved = given = 0.0
    y, x = divmod(token - seen.prefix, seen.columns)
    for other, weight in zip(tokens, row, strict=True):
        if other >= seen.prefix:
            down, across = divmod(other - seen.prefix, seen.columns)
            moved += weight * seen.pixels * math.hypot(y - down, x - across)
            given += weight
    return moved / given


@cache
def make(family: str) -> Pair:
    """timm's model, random in every parameter, and our network with its weights, on two pictures of noise."""
    config, model = _foreign(family)
    for name, parameter in model.named_parameters():
        if name.endswith("qkv.weight"):
            parameter.data.mul_(SHARPER)
    network = ours(model, config)
    height, width = config.image_size
    images = torch.cat([random_picture(height, width, seed=seed) for seed in SEEDS])
    partial_sums = batch_statistics(network, images, range(len(SEEDS)), 2)
    blocks = tuple(block_places(network, height, width))
    prefix = config.prefix_names
    header = Header("m", "t", "0" * 64, "p", height, width, prefix, blocks, 2, 0, "test")
    seen = [look(model, image, len(prefix)) for image in images.split(1)]
    class_tokens = sum(name in ("cls", "dist") for name in prefix)
    return Pair(seen, Atlas(header, partial_sums, ("a", "b")), class_tokens)


def _foreign(family: str) -> tuple[ModelConfig, Any]:
    """timm's model with explicit attention, and our configuration of it."""
    import timm

    if family != "swin":
        title = f"timm {NAMES[family]}"
        row = next(row for row in FAMILY_ROWS if row.title == title)
        with explicit_attention():
            return row.config, randomise(row.build(row.config), seed=1).eval()
    given = {"embed_dim": SWIN.embed_dim, "depths": SWIN.depths, "num_heads": SWIN.num_heads}
    given |= {"img_size": SWIN.image_size, "window_size": SWIN.window_size, "num_classes": SWIN.num_classes}
    with explicit_attention():
        return SWIN, randomise(timm.create_model(NAMES[family], **given), seed=1).eval()


def look(model: Any, image: Tensor, prefix: int) -> list[Seen]:
    """Run timm's model on one picture, with hooks on every block's attention, MLP and end."""
    swin = hasattr(model, "layers")
    blocks = [block for stage in model.layers for block in stage.blocks] if swin else list(model.blocks)
    caught: list[dict[str, Tensor]] = [{} for _ in blocks]

    def keep(into: dict[str, Tensor], name: str, module: object, given: tuple[Tensor], made: Tensor) -> None:
        into[name] = made if name in ("pattern", "stream") else given[0]

    hooks = []
    for block, into in zip(blocks, caught, strict=True):
        parts = {
            "pattern": block.attn.attn_drop,
            "z": block.attn.proj,
            "units": block.mlp.fc2,
            "stream": block,
        }
        hooks += [part.register_forward_hook(partial(keep, into, name)) for name, part in parts.items()]
    with torch.no_grad():
        model(image)
    for hook in hooks:
        hook.remove()
    return [
        _seen(block, into, prefix, image.shape[-1], swin) for block, into in zip(blocks, caught, strict=True)
    ]


def _seen(block: Any, into: dict[str, Tensor], prefix: int, width: int, swin: bool) -> Seen:
    """What the hooks of one block caught, with timm's own way of cutting a map into windows."""
    from timm.models.swin_transformer import window_partition

    pattern, stream = into["pattern"], into["stream"]
    heads = pattern.shape[1]
    z = into["z"].unflatten(-1, (heads, -1)).transpose(1, 2)  # (W, H, K, d)
    if swin:
        _, rows, columns, _ = stream.shape
        numbers = torch.arange(rows * columns).view(1, rows, columns, 1)
        moved = torch.roll(numbers, tuple(-shift for shift in block.shift_size), dims=(1, 2))
        tokens = window_partition(moved, block.window_size).flatten(1).tolist()  # (W, K)
    else:
        count = stream.shape[1]
        columns = math.isqrt(count - prefix)
        tokens = [list(range(count))]
    return Seen(tokens, pattern, z, into["units"].flatten(0, -2), prefix, columns, width // columns)


def _figures(family: str) -> tuple[str, ...]:
    """Which figures a family has."""
    without = {
        "vit": {"register_weight"},
        "dinov2": set(),
        "deit-distilled": {"register_weight"},
        "swin": {"class_weight", "register_weight"},
    }
    return tuple(name for name in (*FIGURES, *OTHER) if name not in without[family])


ROWS = tuple(Row(figure, family) for family in NAMES for figure in _figures(family))
