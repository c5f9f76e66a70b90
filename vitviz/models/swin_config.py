"""Everything that tells one Swin from another. Plain data: this module imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from vitviz.models.vit_config import Activation

# Where shifted windows stay where they are, because a map has no more than one window a side. "map": where either side
# of the map in hand is no longer than a window (the authors' code, Swin of transformers). "axis": each axis on its own,
# and the map is rolled before it is padded (timm). "native": decided once, by the rows of the map at the native size
# (Swin v2 of transformers).
ShiftRule = Literal["map", "axis", "native"]
# Added to a score that must not count. exp(-100) is 4e-44 in float32: not zero, but far below any rounding.
MASKED_SCORE = -100.0


@dataclass(frozen=True)
class SwinConfig:
    """One Swin Transformer, version 1 (Liu et al. 2021, arXiv 2103.14030); version 2 is ``SwinV2Config``.

    ``image_size`` is (height, width) in pixels, ``window_size`` is M of the paper in patches of the stage's map, one
    for all stages or one for each, ``embed_dim`` is C of the first stage; every further stage doubles it and halves
    the map. Without a class (``num_classes`` 0) the network has no head and ends with the mean of its last map.

    Raises:
        ValueError: where two settings cannot go together; the sentence says which.
    """

    image_size: tuple[int, int] = (224, 224)
    patch_size: int = 4
    in_channels: int = 3
    embed_dim: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    num_heads: tuple[int, ...] = (3, 6, 12, 24)
    window_size: int | tuple[int, ...] = 7
    mlp_ratio: float = 4.0
    num_classes: int = 1000
    norm_eps: float = 1e-5
    # Of the layer norms in patch embedding and mergings, where theirs is another: transformers leaves them at 1e-5.
    merging_eps: float | None = None
    activation: Activation = "gelu"
    qkv_bias: bool = True
    patch_norm: bool = True
    absolute_position: bool = False  # a learned vector for every patch, added before the first stage
    shift_rule: ShiftRule = "map"
    # -200 in Swin v2 of transformers, which adds its mask twice: scores of cosine attention reach 100, so it can show.
    masked_score: float = MASKED_SCORE

    # No token stands before the patches; said here so that nobody has to ask which family a model is of.
    prefix_names: ClassVar[tuple[str, ...]] = ()
    num_prefix: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if len(self.depths) != len(self.num_heads):
            raise ValueError(f"depths {self.depths} and num_heads {self.num_heads} must be equally long")
        if isinstance(self.window_size, tuple) and len(self.window_size) != len(self.depths):
            raise ValueError(
                f"window_size {self.window_size} must be one number, or as many as stages: {self.num_stages}"
            )
        for stage, heads in enumerate(self.num_heads):
            if self.stage_dim(stage) % heads:
                raise ValueError(
                    f"stage {stage} has {self.stage_dim(stage)} channels, not a multiple of {heads} heads"
                )
            if (
                self.shift_rule == "axis"
                and len({min(m, self._asked(stage)) for m in self.stage_map(stage)}) > 1
            ):
                rows, columns = self.stage_map(stage)
                raise ValueError(
                    f"the map of stage {stage} is {rows} x {columns} and its windows {self._asked(stage)}: timm makes"
                    " windows of it that are not square, and only square ones are known here"
                )

    @property
    def num_stages(self) -> int:
        """How many stages; between two of them a patch merging halves the map."""
        return len(self.depths)

    def stage_dim(self, stage: int) -> int:
        """Channels in stage ``stage`` (from 0)."""
        return self.embed_dim * 2**stage

    def stage_map(self, stage: int) -> tuple[int, int]:
        """Height and width of the map of stage ``stage`` (from 0) at the native image size, odd sides padded."""
        height, width = (-(-side // self.patch_size) for side in self.image_size)
        for _ in range(stage):
            height, width = -(-height // 2), -(-width // 2)
        return height, width

    def stage_window(self, stage: int) -> int:
        """M of stage ``stage`` (from 0): never larger than the map at the native size."""
        if self.shift_rule == "native":
            return min(self._asked(stage), self._native_rows(stage))
        return min(self._asked(stage), *self.stage_map(stage))

    def stage_shift(self, stage: int) -> int:
        """How far the shifted windows of stage ``stage`` (from 0) are moved wherever they are moved at all.

        A window as large as the native map has nothing to shift; a larger picture gives it neighbours again, unless
        the shift is decided at the native size.
        """
        if self.shift_rule == "native" and self._native_rows(stage) <= self._asked(stage):
            return 0
        return self.stage_window(stage) // 2

    def _asked(self, stage: int) -> int:
        """The window of a stage before its map is looked at."""
        return self.window_size[stage] if isinstance(self.window_size, tuple) else self.window_size

    def _native_rows(self, stage: int) -> int:
        """Rows of a stage's map as transformers counts them beforehand: odd sides are cut, not padded."""
        return self.image_size[0] // self.patch_size // 2**stage

    @property
    def eps_between(self) -> float:
        """Epsilon of the layer norms between the blocks: in patch embedding and mergings."""
        return self.norm_eps if self.merging_eps is None else self.merging_eps

    @property
    def head_dim(self) -> int:
        """Channels of one head, the same in every stage of the published sizes."""
        return self.embed_dim // self.num_heads[0]


@dataclass(frozen=True)
class SwinV2Config(SwinConfig):
    """One Swin Transformer, version 2 (Liu et al. 2022, arXiv 2111.09883).

    ``pretrained_window_sizes`` are the windows, one for each stage, that the continuous position bias was trained with;
    0, or none at all, stands for the stage's own window.
    """

    image_size: tuple[int, int] = (256, 256)
    window_size: int | tuple[int, ...] = 8
    pretrained_window_sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pretrained_window_sizes and len(self.pretrained_window_sizes) != self.num_stages:
            raise ValueError(
                f"pretrained_window_sizes {self.pretrained_window_sizes} must be as many as stages: {self.num_stages}"
            )

    def bias_window(self, stage: int) -> int:
        """The window whose offsets span the coordinates of the position bias of stage ``stage`` (from 0)."""
        trained = self.pretrained_window_sizes[stage] if self.pretrained_window_sizes else 0
        return trained or self.stage_window(stage)
