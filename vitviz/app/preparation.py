"""How a person wants pictures prepared for a model, where it is to be other than its checkpoint asks.

The choice is kept for each model. ``prepared`` makes of it a model whose preprocessing is that choice: whatever takes a
model's preprocessing follows. Nothing here imports torch.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal, NamedTuple, get_args

from vitviz.app import links
from vitviz.app.limits import limits
from vitviz.app.settings import Setting
from vitviz.images import Fit, Preprocessing, native_size
from vitviz.models.config import ModelConfig, SwinConfig
from vitviz.tracing.footprint import Footprint, footprint
from vitviz.zoo.registry import ModelEntry

Shape = Fit | Literal["native"]
SHAPES: tuple[Shape, ...] = (*get_args(Fit), "native")
LONGEST_SIDE = 4096  # pixels that can be asked for
FIT: Setting[str] = Setting("fit", links.one_of(SHAPES))
SIDE = Setting("side", links.whole)


class Choice(NamedTuple):
    """A fit, or ``native``: the picture's own shape, as many pixels as a square of ``side`` has."""

    fit: str
    side: int


class Refusal(NamedTuple):
    """Why a size is not run: ``large`` or ``small``, and the nearest ``side`` of a square that is."""

    why: Literal["large", "small"]
    side: int


def of_checkpoint(model: ModelEntry) -> Choice:
    """What came with the checkpoint; ``model`` as it was loaded."""
    height, width = model.preprocessing.height_width
    return Choice(model.preprocessing.fit, round(math.sqrt(height * width)))


def chosen(model: ModelEntry) -> Choice:
    """What this person chose for a model, else what came with the checkpoint."""
    own = of_checkpoint(model)
    fit, side = FIT.get(own.fit, model.name), SIDE.get(own.side, model.name)
    return Choice(fit if fit in SHAPES else own.fit, side if 1 <= side <= LONGEST_SIDE else own.side)


def step(config: ModelConfig) -> int:
    """Sides are multiples of this: of a patch, for a Swin of a patch of its last stage."""
    return config.patch_size * (2 ** (config.num_stages - 1) if isinstance(config, SwinConfig) else 1)


def as_chosen(model: ModelEntry, choice: Choice, picture: tuple[int, int]) -> Preprocessing:
    """The preprocessing of a choice for a picture of (width, height); what was not chosen stays the checkpoint's."""
    own = model.preprocessing
    if choice == of_checkpoint(model):
        return own
    multiple = step(model.config)
    side = max(1, round(choice.side / multiple)) * multiple
    if choice.fit == "native":
        # Whole patches: resizing both sides keeps all of the picture, its shape to half a patch.
        size = native_size(picture, side, multiple)
        return replace(own, size=size, fit="squash", crop_fraction=1.0)
    fit = next(fit for fit in get_args(Fit) if fit == choice.fit)
    # A checkpoint that crops means a share of the picture, which says nothing of other fits.
    return replace(own, size=side, fit=fit, crop_fraction=own.crop_fraction if fit == own.fit else 1.0)


def size_of(config: ModelConfig, spec: Preprocessing) -> Footprint:
    """Tokens and memory of a run."""
    return footprint(config, *spec.height_width)


def refusal(config: ModelConfig, spec: Preprocessing) -> Refusal | None:
    """Why a run of this size is not begun, if it is not."""
    multiple, most = step(config), limits().run_bytes
    if size_of(config, spec).nbytes > most:
        fits = range(multiple, LONGEST_SIDE + 1, multiple)
        sides = [side for side in fits if footprint(config, side, side).nbytes <= most]
        return Refusal("large", sides[-1] if sides else multiple)
    smallest = _smallest(config)
    if min(spec.height_width) < smallest:
        return Refusal("small", smallest)
    return None


def _smallest(config: ModelConfig) -> int:
    """The shortest side. timm's windows never shrink to a map: what it computes below that is not built here."""
    if not isinstance(config, SwinConfig) or config.shift_rule != "axis":
        return step(config)
    return max(
        config.stage_window(stage) * config.patch_size * 2**stage for stage in range(config.num_stages)
    )


def prepared(model: ModelEntry, picture: tuple[int, int]) -> ModelEntry:
    """The model with the preprocessing that this person chose; as it was where that cannot be run."""
    choice = chosen(model)
    if choice == of_checkpoint(model):
        return model
    spec = as_chosen(model, choice, picture)
    return model if refusal(model.config, spec) else replace(model, preprocessing=spec)
