"""The patch embedding as one matrix product: which shapes it multiplies, and how much work that is."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.models.config import SwinConfig, ViTConfig


@dataclass(frozen=True)
class EmbeddingProduct:
    """E (dim, length) times x[k, i, j] (length, count), whose columns im2col gathers: (dim, count)."""

    dim: int
    length: int
    count: int

    @property
    def results(self) -> int:
        """Numbers of the result."""
        return self.dim * self.count

    @property
    def flop(self) -> int:
        """Multiplications and additions, counted apart."""
        return 2 * self.dim * self.length * self.count


def embedding_product(config: ViTConfig | SwinConfig, grid: tuple[int, int]) -> EmbeddingProduct:
    """The product that embeds a picture of ``grid`` (rows, columns) patches."""
    return EmbeddingProduct(config.embed_dim, config.in_channels * config.patch_size**2, grid[0] * grid[1])
