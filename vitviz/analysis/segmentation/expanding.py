"""Patch expanding opened: one product, then numbers that only change their place, then a layer norm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from vitviz.models.scene_config import SwinUnetConfig
from vitviz.models.swin_unet import PatchExpanding, SwinUnet

if TYPE_CHECKING:
    from vitviz.tracing.run import Run

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Step:
    """One expanding: the tensor that its matrix takes, what it makes, and what goes on; ``factor`` is 2, or 4 at the
    end."""

    name: str
    source: str
    spread: str
    out: str
    factor: int


@dataclass(frozen=True, eq=False)
class Opened:
    """An expanding of one run. ``product`` (h, w, f*f*C) is what the matrix makes of ``source`` (h, w, C_in);
    ``spread`` (h*f, w*f, C) has the same numbers in their new places, as the network made them; ``out`` is normalised.

    ``gap`` is the largest |difference| between ``product`` in its new places, moved one by one, and ``spread``.
    """

    step: Step
    source: Floats
    product: Floats
    spread: Floats
    out: Floats
    gap: float


def steps(config: SwinUnetConfig) -> tuple[Step, ...]:
    """The expandings in the order in which they run."""
    found = []
    for up in range(config.num_stages - 1):
        name = f"layers_up.{up}.expand"
        source = f"{name}.{'resid_pre' if up else 'ln_before.out'}"
        found.append(Step(name, source, f"{name}.expanded", f"{name}.resid_post", 2))
    last = Step("expand_last", "ln_up.out", "expand_last", "ln_last.out", config.patch_size)
    return (*found, last)


def landing(index: int, factor: int, channels: int) -> tuple[int, int, int]:
    """Where number ``index`` of a token's product lands: row and column among its tokens, and channel there."""
    place, channel = divmod(index, channels)
    row, column = divmod(place, factor)
    return row, column, channel


def destinations(rows: int, columns: int, factor: int) -> NDArray[np.int32]:
    """The token (raster index in the finer map) that each part of each token's product becomes, (h, w, f*f)."""
    h, w, place = np.indices((rows, columns, factor**2))
    row, column = np.divmod(place, factor)
    return ((h * factor + row) * columns * factor + w * factor + column).astype(np.int32)


def moved(product: Floats, factor: int) -> Floats:
    """A product (h, w, f*f*C) with every part put where ``destinations`` says, (h*f, w*f, C)."""
    rows, columns, width = product.shape
    channels = width // factor**2
    flat = np.empty((rows * columns * factor**2, channels), product.dtype)
    flat[destinations(rows, columns, factor).ravel()] = product.reshape(-1, channels)
    return flat.reshape(rows * factor, columns * factor, channels)


def open_step(run: Run, step: Step) -> Opened:
    """The numbers of one expanding of a run of one picture."""
    network = cast(SwinUnet, run.network)
    weight = (
        network.expand_last.weight
        if step.name == "expand_last"
        else cast(PatchExpanding, dict(network.steps())[step.name]).expand.weight
    )
    source = run[step.source]  # (1, h, w, C_in)
    with torch.no_grad():
        product = F.linear(source, weight)[0].numpy()  # (h, w, f*f*C)
    spread = run[step.spread][0].numpy()
    gap = float(np.abs(moved(product, step.factor) - spread).max())
    return Opened(step, source[0].numpy(), product, spread, run[step.out][0].numpy(), gap)
