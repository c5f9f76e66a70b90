"""The U of a Swin-Unet: which maps it has on its way down and up, and three ways to look at the tokens of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from vitviz.models.scene_config import SwinUnetConfig
from vitviz.tracing.interventions import Record

if TYPE_CHECKING:
    from vitviz.tracing.run import Run

Kind = Literal["skip", "down", "bottom", "expanded", "joined", "up", "pixels", "scores"]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Node:
    """One map of the U. ``stage`` counts the halvings of the patches' map: -1 is the map of pixels."""

    name: str
    kind: Kind
    stage: int

    @property
    def skip(self) -> str:
        """The map of the way down that a joined one reads; empty for every other kind."""
        return f"skip.{self.stage}" if self.kind == "joined" else ""


def nodes(config: SwinUnetConfig) -> tuple[Node, ...]:
    """All of them in the order in which they run: down, the bottom, up."""
    last = config.num_stages - 1
    found: list[Node] = []
    for stage in range(config.num_stages):
        found.append(Node(f"skip.{stage}", "skip", stage))
        kind: Kind = "bottom" if stage == last else "down"
        found.append(Node(f"layers.{stage}.blocks.{config.depths[stage] - 1}.resid_post", kind, stage))
    for up in range(1, config.num_stages):
        stage = last - up
        found += [
            Node(f"layers_up.{up - 1}.expand.resid_post", "expanded", stage),
            Node(f"layers_up.{up}.concat.resid_post", "joined", stage),
            Node(f"layers_up.{up}.blocks.{config.depths[stage] - 1}.resid_post", "up", stage),
        ]
    return (*found, Node("ln_last.out", "pixels", -1), Node("logits", "scores", -1))


def features(run: Run, names: Iterable[str]) -> dict[str, Floats]:
    """The tokens of maps of one picture, (h, w, C) each, by name: one plain run makes them all."""
    record = Record(frozenset(names).__contains__)
    with torch.no_grad():
        run.network(run["image"], record)
    return {
        name: np.ascontiguousarray((x[0].permute(1, 2, 0) if name == "logits" else x[0]).numpy())
        for name, x in record.tensors.items()
    }


def lengths(x: Floats) -> Floats:
    """The length of every token's vector, (h, w)."""
    long: Floats = np.linalg.norm(x.astype(np.float64), axis=-1).astype(np.float32)
    return long


@dataclass(frozen=True, eq=False)
class Components:
    """The tokens of a map on its first principal components: ``places`` (h, w, 3), ``shares`` (3,) of the variance."""

    places: Floats
    shares: NDArray[np.float64]


def components(x: Floats, count: int = 3) -> Components:
    """Principal components of one map's own tokens (h, w, C); of each the channel that weighs most weighs positive."""
    rows = x.reshape(-1, x.shape[-1]).astype(np.float64)  # (h*w, C)
    rows = rows - rows.mean(axis=0)
    if len(rows) < rows.shape[1]:  # fewer tokens than channels
        _, sizes, directions = np.linalg.svd(rows, full_matrices=False)
        variances, axes = sizes**2, directions.T  # descending
    else:
        variances, axes = (each[..., ::-1] for each in np.linalg.eigh(rows.T @ rows))
    axes = axes[:, :count]  # (C, count)
    heaviest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[heaviest, np.arange(count)])
    total = variances.sum() or 1.0
    places: Floats = (rows @ axes).reshape(*x.shape[:2], count).astype(np.float32)
    return Components(places, variances[:count].clip(0) / total)
