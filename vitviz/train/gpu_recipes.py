"""How teachers and pupils are trained on a GPU, as plain data. Times are shares of what a run is given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vitviz.train.attention import Spread
from vitviz.train.gpu_augment import Strong

FOR_TEACHERS = Strong(crop=0.3, mixup=0.25, cutmix=0.35)
FOR_PUPILS = Strong()
FOR_VIT = Spread()
FOR_SWIN = Spread(sinks=0.25, entropy=0.6, queries=49)  # a window has few keys, so a Swin is bound less


@dataclass(frozen=True)
class Phase:
    """A part of a run: pictures of ``size``, seen by teachers at ``taught``, until a share of the time is over."""

    until: float
    size: int
    taught: int
    batch: int


@dataclass(frozen=True)
class TeacherRecipe:
    """How a teacher is trained, on its own pictures and labels; ``phases`` say at which sizes."""

    phases: tuple[Phase, ...] = (Phase(0.7, 128, 128, 256), Phase(1.0, 160, 160, 256))
    widths: tuple[int, ...] = (64, 128, 256, 384)
    lr: float = 2e-3
    weight_decay: float = 0.05
    warmup: float = 0.06
    smoothing: float = 0.1
    clip: float = 5.0
    ema: float = 0.998
    balance: float = 0.5
    drop_path: float = 0.1
    strong: Strong = FOR_TEACHERS


@dataclass(frozen=True)
class PupilRecipe:
    """How a pupil is trained.

    ``own`` is the share of the true label in the target, the rest is what the teachers say to the same changed
    picture; ``guide`` weighs the distance of the maps from the teachers' and falls to a fifth of it; ``spread``
    bounds the attention, and ``spread_weight`` weighs its penalty.
    """

    phases: tuple[Phase, ...] = (Phase(0.55, 112, 128, 512), Phase(1.0, 224, 160, 256))
    lr: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.05
    own: float = 0.2
    guide: float = 1.0
    spread_weight: float = 1.0
    clip: float = 1.0
    ema: float = 0.998
    balance: float = 0.5
    drop_path: float = 0.05
    spread: Spread = FOR_VIT
    strong: Strong = FOR_PUPILS


def pupil_recipe(model: str) -> PupilRecipe:
    """The recipe of an embedded model."""
    if model.startswith("swin"):
        return PupilRecipe(spread=FOR_SWIN, drop_path=0.1)
    return PupilRecipe()


def small_teacher_recipe() -> TeacherRecipe:
    """Tiny sizes, for a test without a GPU."""
    recipe = TeacherRecipe()
    phases = tuple(replace(p, size=32, taught=32, batch=8) for p in recipe.phases)
    return replace(recipe, phases=phases, widths=(8, 8, 16, 16), ema=0.9)


def small_pupil_recipe(model: str) -> PupilRecipe:
    """The same for a pupil of 32 pixels."""
    recipe = pupil_recipe(model)
    phases = tuple(replace(p, size=16 * (i + 1), taught=32, batch=8) for i, p in enumerate(recipe.phases))
    return replace(recipe, phases=phases, ema=0.9)
