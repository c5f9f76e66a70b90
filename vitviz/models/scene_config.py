"""Configurations of the networks that find or paint things in a scene. Plain data: this module imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vitviz.models.config import SwinConfig


@dataclass(frozen=True)
class DetrConfig:
    """One DETR (Carion et al. 2020, arXiv 2005.12872) on a small ResNet (He et al. 2015, arXiv 1512.03385).

    ``stage_dims`` and ``stage_depths`` are channels and blocks of the ResNet's stages; the map halves twice before the
    first of them and once before each other. ``num_classes`` leaves out "no object", which is the last class score.

    Raises:
        ValueError: where two settings cannot go together; the sentence says which.
    """

    image_size: tuple[int, int] = (96, 96)
    in_channels: int = 3
    stem_dim: int = 24
    stage_dims: tuple[int, ...] = (32, 64)
    stage_depths: tuple[int, ...] = (2, 2)
    embed_dim: int = 64
    num_heads: int = 4
    encoder_depth: int = 2
    decoder_depth: int = 3
    mlp_dim: int = 128
    num_queries: int = 12
    num_classes: int = 6
    norm_eps: float = 1e-5

    # The map's tokens have no others before them; said here as in the other families.
    prefix_names: ClassVar[tuple[str, ...]] = ()
    num_prefix: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if self.embed_dim % self.num_heads:
            raise ValueError(f"embed_dim {self.embed_dim} is not a multiple of num_heads {self.num_heads}")
        if self.embed_dim % 4:
            raise ValueError(f"sine positions need an embed_dim that 4 divides, not {self.embed_dim}")
        if len(self.stage_dims) != len(self.stage_depths):
            raise ValueError(
                f"stage_dims {self.stage_dims} and stage_depths {self.stage_depths} must be equally long"
            )
        if min(self.decoder_depth, self.num_queries, self.num_classes) < 1:
            raise ValueError("a DETR has at least one decoder layer, one query and one class")

    @property
    def patch_size(self) -> int:
        """Pixels a side for one token of the map: the stride of the backbone."""
        return 4 * 2 ** (len(self.stage_dims) - 1)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the backbone's last map at the native image size."""
        rows, columns = (-(-side // self.patch_size) for side in self.image_size)
        return rows, columns

    @property
    def head_dim(self) -> int:
        """Channels of one head."""
        return self.embed_dim // self.num_heads


@dataclass(frozen=True)
class SwinUnetConfig(SwinConfig):
    """One Swin-Unet (Cao et al. 2021, arXiv 2105.05537): a Swin down, its mirror image up, a class for every pixel.

    ``depths`` are those of the way down; the way up repeats all but the last of them, mirrored.

    Raises:
        ValueError: if a map cannot be halved evenly, so that its mirror image would not fit.
    """

    image_size: tuple[int, int] = (96, 96)
    embed_dim: int = 24
    depths: tuple[int, ...] = (2, 2, 2, 2)
    num_heads: tuple[int, ...] = (2, 4, 8, 16)
    window_size: int | tuple[int, ...] = 6
    num_classes: int = 7

    def __post_init__(self) -> None:
        super().__post_init__()
        unit = self.patch_size * 2 ** (self.num_stages - 1)
        if any(side % unit for side in self.image_size):
            raise ValueError(f"image_size {self.image_size} is not a multiple of {unit}, as the way up needs")
        if self.num_classes < 1:
            raise ValueError("a Swin-Unet has at least one class")
        if self.absolute_position:
            raise ValueError("a Swin-Unet has no absolute positions")
