"""Everything that tells one ViT from another. Plain data: this module imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Activation = Literal["gelu", "gelu_tanh", "quick_gelu", "relu"]
# What the head reads: the class token, the mean of the patches, their largest values, the mean of these two, class
# token and mean of the patches behind one another (DINOv2's classifier), or what a learned query attends to (SigLIP).
Pool = Literal["token", "avg", "max", "avgmax", "token_avg", "map"]


@dataclass(frozen=True)
class Rotary:
    """Positions as angles by which queries and keys are turned (RoFormer, arXiv 2104.09864; in 2D: 2403.13298).

    ``kind``: "centred" places run from -1 to 1 over the picture, in full turns (DINOv3); "axial" places are counted in
    patches, a half of the channels for rows and a half for columns (EVA-02, RoPE-ViT); "mixed" has learned frequencies
    for every head, each of both axes (RoPE-ViT).
    """

    kind: Literal["centred", "axial", "mixed"] = "centred"
    temperature: float = 100.0  # of the frequencies that are not learned
    # Which two channels turn together: i and i + d/2, or 2i and 2i + 1.
    pairs: Literal["halves", "neighbours"] = "halves"
    columns_first: bool = False  # the first half of the frequencies is the column's
    offset: float = 0.0  # added to every place, in patches
    # The grid that places are scaled to, so that a larger picture has the angles of the one that was trained on.
    reference_grid: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.reference_grid is not None and self.kind != "axial":
            raise ValueError(
                f"rotary positions of kind {self.kind!r} have no reference_grid; only 'axial' ones do"
            )
        if self.kind == "mixed" and self.pairs != "neighbours":
            raise ValueError("rotary positions of kind 'mixed' turn neighbours: pairs must be 'neighbours'")


@dataclass(frozen=True)
class ViTConfig:
    """One Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) or one of its relatives.

    Sizes are pixels for ``image_size`` (height, width) and ``patch_size``, channels for ``embed_dim``.
    The prefix tokens stand before the patch tokens in the order class, distillation, registers. Without a class
    (``num_classes`` 0) the network has no head and ends with the pooled token.

    Raises:
        ValueError: where two settings cannot go together; the sentence says which.
    """

    image_size: tuple[int, int] = (224, 224)
    patch_size: int = 16
    in_channels: int = 3
    embed_dim: int = 768
    depth: int = 12
    num_heads: int = 12
    mlp_ratio: float = 4.0
    num_classes: int = 1000
    class_token: bool = True
    distillation_token: bool = False  # DeiT, arXiv 2012.12877
    distillation_head: bool = (
        True  # whether the distillation token, where there is one, has a head of its own
    )
    num_registers: int = 0  # arXiv 2309.16588
    position: Literal["learned", "sincos", "none"] = "learned"
    # How many of the prefix tokens have a position of their own, counted from the first; None means all of them.
    # DINOv2 with registers adds its registers after the positions: one (its class token), or none in timm's files.
    position_prefix: int | None = None
    position_mode: Literal["bicubic", "bilinear"] = "bicubic"
    position_antialias: bool = True
    norm_eps: float = 1e-6
    activation: Activation = "gelu"
    layer_scale: bool = False  # CaiT, arXiv 2103.17239
    norm_before_blocks: bool = False  # CLIP's pre-LN
    pool: Pool = "token"
    pool_prefix: bool = False  # whether what is pooled are all tokens and not the patches alone
    norm_after_pool: bool = False
    representation_size: int | None = None  # the paper's pre-training head: Linear, tanh, Linear
    qkv_bias: bool = True
    patch_bias: bool = True
    head_bias: bool = True
    # What only later families have; ``models/variant.py`` builds them.
    norm_place: Literal["before", "after"] = "before"  # after: a sublayer's output is normalised, then added
    qk_norm: bool = False  # a layer norm on every head's queries and keys
    attn_norm: bool = False  # a layer norm on the merged heads, before their projection
    mlp_kind: Literal["plain", "swiglu"] = "plain"  # arXiv 2002.05202
    mlp_hidden: int | None = None  # hidden channels, where mlp_ratio does not tell them
    mlp_norm: bool = False  # a layer norm on the hidden channels
    rotary: Rotary | None = None
    relative_bias: bool = False  # a learned number for every offset of key and query (BEiT, arXiv 2106.08254)

    def __post_init__(self) -> None:
        self._check_sizes()
        self._check_tokens()

    def _check_sizes(self) -> None:
        if self.embed_dim % self.num_heads:
            raise ValueError(f"embed_dim {self.embed_dim} is not a multiple of num_heads {self.num_heads}")
        if any(side % self.patch_size for side in self.image_size):
            raise ValueError(
                f"image_size {self.image_size} is not a multiple of patch_size {self.patch_size}"
            )
        if self.num_classes < 0:
            raise ValueError(f"num_classes {self.num_classes} must be 0 (no head) or more")
        if self.position == "sincos" and self.embed_dim % 4:
            raise ValueError(f"sine-cosine positions need an embed_dim that 4 divides, not {self.embed_dim}")
        if self.rotary is not None and self.head_dim % 4:
            raise ValueError(f"rotary positions need heads of 4, 8, 12, ... channels, not {self.head_dim}")

    def _check_tokens(self) -> None:
        if self.pool == "token" and not self.class_token:
            raise ValueError("pool 'token' needs a class token; use pool 'avg' without one")
        if self.distillation_token and self.pool != "token":
            raise ValueError("a distillation token is read beside the class token, so pool must be 'token'")
        if self.distillation_token and not self.class_token:
            raise ValueError("a distillation token stands behind a class token, so class_token must be on")
        if self.pool == "token_avg" and (not self.class_token or self.norm_after_pool or self.pool_prefix):
            raise ValueError(
                "pool 'token_avg' reads a normalised class token and the mean of the patches: class_token must be on,"
                " norm_after_pool and pool_prefix off"
            )
        if self.norm_place == "after" and self.layer_scale:
            raise ValueError(
                "layer norms behind the sublayers have scales of their own: layer_scale must be off"
            )
        if self.pool_prefix and self.pool == "token":
            raise ValueError("pool 'token' reads the class token alone, so pool_prefix must be off")
        if self.relative_bias and (self.num_prefix != 1 or not self.class_token):
            raise ValueError(
                "relative position bias is of patches and one class token: no other tokens may stand before them"
            )
        if not 0 <= self.num_position_prefix <= self.num_prefix:
            raise ValueError(f"position_prefix {self.position_prefix} is not between 0 and {self.num_prefix}")

    @property
    def grid(self) -> tuple[int, int]:
        """Patches down and across at the native image size."""
        return self.image_size[0] // self.patch_size, self.image_size[1] // self.patch_size

    @property
    def prefix_names(self) -> tuple[str, ...]:
        """The tokens before the patches, in order: ``cls``, ``dist``, ``reg1`` and so on."""
        names = ["cls"] * self.class_token + ["dist"] * self.distillation_token
        return (*names, *(f"reg{i + 1}" for i in range(self.num_registers)))

    @property
    def num_prefix(self) -> int:
        """How many tokens stand before the patches."""
        return self.class_token + self.distillation_token + self.num_registers

    @property
    def num_position_prefix(self) -> int:
        """How many prefix tokens have a position embedding."""
        return self.num_prefix if self.position_prefix is None else self.position_prefix

    @property
    def num_patches(self) -> int:
        """N of the paper, at the native image size."""
        return self.grid[0] * self.grid[1]

    @property
    def num_tokens(self) -> int:
        """Prefix tokens and patches together."""
        return self.num_prefix + self.num_patches

    @property
    def head_dim(self) -> int:
        """D_h of the paper."""
        return self.embed_dim // self.num_heads

    @property
    def mlp_dim(self) -> int:
        """Hidden channels of the MLP."""
        return int(self.embed_dim * self.mlp_ratio) if self.mlp_hidden is None else self.mlp_hidden

    @property
    def is_variant(self) -> bool:
        """Whether it has what ``models/vit.py`` does not; ``build`` makes the network of ``models/variant.py`` then."""
        other = (
            self.norm_place != "before",
            self.mlp_kind != "plain",
            self.pool == "map",
            self.rotary is not None,
        )
        return any((*other, self.qk_norm, self.attn_norm, self.mlp_norm, self.relative_bias))
