"""One batch of pictures through a model, and what it leaves for an atlas: one plain run, watched while it is made.

Nothing of the run is kept: every block's q and k, MLP units and stream become a few numbers for each head, unit and
block where they are made. Letters as in ``partial.py`` and ``head_figures.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vitviz.analysis.atlas.head_figures import FIGURES, diagonal, head_figures
from vitviz.analysis.atlas.partial import (
    FIGURE_UNITS,
    LARGEST_MEAN,
    MEAN_UNIT,
    SPREAD,
    Partial,
    exact,
    norm_counts,
    spread_of,
)
from vitviz.analysis.atlas.places import Places, places
from vitviz.analysis.atlas.top import Top, top_of
from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN
from vitviz.models import windows
from vitviz.models.config import SwinConfig
from vitviz.models.layers import Attention, attention_scores
from vitviz.models.swin import SwinBlock
from vitviz.models.windows import WindowGrid
from vitviz.tracing.segments import Network

TOP = 8  # pictures that are kept of each head and unit


@dataclass(frozen=True)
class BlockPlace:
    """One attention block: its name, its number of the stage (0 in a ViT), and its map in rows, columns and pixels."""

    name: str
    stage: int
    grid: tuple[int, int]
    pixels: int
    heads: int
    units: int


@dataclass
class _Seen:
    """What a batch left at one block."""

    figures: NDArray[np.float64]  # (B, H, F)
    excited: tuple[
        NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]
    ]  # value, patch, looks: (B, H) each
    unit_mean: NDArray[np.float64]  # (B, U)
    unit_most: tuple[NDArray[np.float32], NDArray[np.int64]]  # value, patch: (B, U) each
    norms: NDArray[np.int64]
    tokens: int
    large: int


@dataclass
class _Watch:
    """A block while it runs: the tensors that are waited for, and what has become of the others."""

    place: BlockPlace
    prefix: tuple[str, ...]
    window: WindowGrid | None
    q: Tensor | None = None
    k: Tensor | None = None
    bias: Tensor | None = None
    mask: Tensor | None = None
    figures: NDArray[np.float64] | None = None
    seen: dict[str, object] = field(default_factory=dict)

    @property
    def places(self) -> Places:
        """Measured anew for every batch: what a Swin's window map takes is nothing beside its run."""
        grid = self.place.grid
        if self.window is not None:
            tokens = windows.token_map(self.window)  # (W, K)
        else:
            tokens = torch.arange(len(self.prefix) + grid[0] * grid[1]).unsqueeze(0)  # (1, N)
        return places(tokens, self.prefix, grid[1], self.place.pixels)


class _Watching:
    """The probe: hands every tensor of a block to what is computed of it, and lets it go."""

    def __init__(self, watches: Sequence[_Watch]) -> None:
        self.jobs: dict[str, Callable[[Tensor], None]] = {}
        for watch in watches:
            self._await(watch)

    def _await(self, watch: _Watch) -> None:
        at = watch.place.name
        self.jobs[f"{at}.relative_position_bias"] = lambda x: setattr(watch, "bias", x)
        self.jobs[f"{at}.attn_mask"] = lambda x: setattr(watch, "mask", x)
        self.jobs[f"{at}.q"] = lambda x: setattr(watch, "q", x)
        self.jobs[f"{at}.k"] = lambda x: setattr(watch, "k", x)
        self.jobs[f"{at}.z"] = lambda x: _attention_done(watch, x)
        self.jobs[f"{at}.mlp_post"] = lambda x: _units_done(watch, x)
        self.jobs[f"{at}.resid_post"] = lambda x: _block_done(watch, x)

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        job = self.jobs.get(name)
        if job is not None:
            job(tensor)
        return tensor

    def wants(self, name: str) -> bool:
        return False


def _attention_done(watch: _Watch, z: Tensor) -> None:
    """The heads' figures and the most excited patch of each; q and k are let go."""
    assert watch.q is not None
    assert watch.k is not None
    own = watch.places
    figures = head_figures(watch.q, watch.k, own, watch.bias, watch.mask)  # (B, H, F)
    watch.seen["figures"] = figures.numpy()
    watch.seen["excited"] = _most_excited(z, watch.q, watch.k, own, watch.bias, watch.mask)
    watch.q = watch.k = watch.bias = watch.mask = None


def _most_excited(
    z: Tensor, q: Tensor, k: Tensor, own: Places, bias: Tensor | None, mask: Tensor | None
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Of every picture and head the largest norm of z at a patch, that patch, and the patch it gives most weight to.

    All are (B, H); z, q and k are (B*W, H, K, d).
    """
    count, keys = own.tokens.shape
    norms = torch.linalg.vector_norm(z.float(), dim=-1).unflatten(0, (-1, count))  # (B, W, H, K)
    norms = norms.transpose(1, 2).flatten(2)  # (B, H, W*K)
    norms = norms.masked_fill(~own.patch.flatten(), -torch.inf)
    value, at = norms.max(dim=-1)  # (B, H)
    window, place = at // keys, at % keys  # (B, H)
    picture = torch.arange(value.shape[0]).unsqueeze(1)  # (B, 1)
    head = torch.arange(value.shape[1]).unsqueeze(0)  # (1, H)
    q, k = (x.float().unflatten(0, (-1, count)) for x in (q, k))  # (B, W, H, K, d)
    query = q[picture, window, head, place].unsqueeze(2)  # (B, H, 1, d)
    scores = attention_scores(query, k[picture, window, head]).squeeze(2)  # (B, H, K)
    if bias is not None:
        scores = scores + bias[head, place]  # (B, H, K)
    if mask is not None:
        scores = scores + mask[window, place]
    scores = scores.masked_fill(~own.patch[window], -torch.inf)
    looks = own.tokens[window, scores.argmax(dim=-1)] - own.num_prefix  # (B, H)
    patch = own.tokens.flatten()[at] - own.num_prefix  # (B, H)
    return value.numpy(), patch.numpy(), looks.numpy()


def _units_done(watch: _Watch, post: Tensor) -> None:
    """The units' means over patches, and the patch that excites each most; (B, N, U) or (B, h, w, U)."""
    patches = post.flatten(1, -2)[:, len(watch.prefix) :].float()  # (B, h*w, U)
    value, patch = patches.max(dim=1)  # (B, U)
    watch.seen["unit_most"] = value.numpy(), patch.numpy()
    watch.seen["unit_mean"] = patches.mean(dim=1).double().numpy()  # (B, U)


def _block_done(watch: _Watch, stream: Tensor) -> None:
    """The lengths of all tokens after the block; (B, N, D) or (B, h, w, D)."""
    norms = torch.linalg.vector_norm(stream.flatten(1, -2).float(), dim=-1).numpy()  # (B, N)
    median = np.median(norms, axis=1, keepdims=True)  # (B, 1)
    watch.seen["norms"] = norm_counts(norms)
    watch.seen["tokens"] = norms.size
    watch.seen["large"] = int((norms > TIMES_MEDIAN * median).sum())


def block_places(network: Network, height: int, width: int) -> list[BlockPlace]:
    """The attention blocks of a model on a picture of that size, in order."""
    return [watch.place for watch in _watches(network, height, width)]


def _watches(network: Network, height: int, width: int) -> list[_Watch]:
    config = network.config
    size = config.patch_size
    rows, columns = -(-height // size), -(-width // size)
    found = []
    stage = 0
    for name, module in network.steps():
        if isinstance(config, SwinConfig):
            here = int(name.split(".")[1])
            if here > stage:  # a merging stands before every stage but the first
                rows, columns, stage = -(-rows // 2), -(-columns // 2), here
        if not hasattr(module, "attn"):
            continue
        window = module.window_grid(rows, columns) if isinstance(module, SwinBlock) else None
        place = BlockPlace(
            name,
            stage,
            (rows, columns),
            size * 2**stage,
            cast(Attention, module.attn).num_heads,
            _hidden(module),
        )
        found.append(_Watch(place, config.prefix_names, window))
    return found


def _hidden(block: nn.Module) -> int:
    """How many units a block's MLP has: what its second layer reads."""
    second: nn.Linear = block.mlp.fc2  # type: ignore[assignment, union-attr]
    return second.in_features


def batch_statistics(network: Network, images: Tensor, numbers: Sequence[int], top: int = TOP) -> Partial:
    """Run a model on normalised pictures (B, C, H, W) and keep their part of an atlas.

    ``numbers`` are the pictures' numbers in the folder. The same pictures in the same batch give the same numbers to
    the last digit, on the same kind of processor with as many threads.

    Raises:
        ValueError: if an MLP unit's mean over a picture is so large that sums of it would not be exact.
    """
    height, width = images.shape[-2:]
    watches = _watches(network, height, width)
    with torch.no_grad():
        network(images, _Watching(watches))
    seen = [_Seen(**watch.seen) for watch in watches]  # type: ignore[arg-type]
    figures = np.concatenate([each.figures for each in seen], axis=1)  # (B, R, F)
    means = np.concatenate([each.unit_mean for each in seen], axis=1)  # (B, U)
    if not np.abs(means).max(initial=0.0) < LARGEST_MEAN:
        raise ValueError(f"an MLP unit of this model is above {LARGEST_MEAN:.0f} on average, or no number")
    figures[..., FIGURES.index("distance")] /= diagonal(height, width)
    defined = ~np.isnan(figures)
    spread = figures[..., [FIGURES.index(name) for name in SPREAD]]  # (B, R, S)
    return Partial(
        pictures=len(images),
        count=defined.sum(axis=0),
        total=exact(figures, FIGURE_UNITS).sum(axis=0),
        square=exact(figures**2, FIGURE_UNITS).sum(axis=0),
        low=np.where(defined, figures, np.inf).min(axis=0),
        high=np.where(defined, figures, -np.inf).max(axis=0),
        spread=spread_of(spread.transpose(1, 2, 0)),
        heads=_top([each.excited for each in seen], numbers, top),
        unit_total=exact(means, MEAN_UNIT).sum(axis=0),
        units=_top([(*each.unit_most, each.unit_most[1]) for each in seen], numbers, top),
        norms=np.stack([each.norms for each in seen]),
        tokens=np.array([each.tokens for each in seen], np.int64),
        large=np.array([each.large for each in seen], np.int64),
    )


def _top(
    found: Sequence[tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]],
    numbers: Sequence[int],
    k: int,
) -> Top:
    """The top k of a batch; values, patches and where they look are (B, rows of the block) each."""
    value, patch, looks = (np.concatenate(parts, axis=1).T for parts in zip(*found, strict=True))  # (R, B)
    picture = np.broadcast_to(np.asarray(numbers), value.shape)
    return top_of(value, picture, patch, looks, k)
