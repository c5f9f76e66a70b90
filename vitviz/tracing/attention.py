"""What one token of a block can look at, for ViT and Swin alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from vitviz.models.config import ViTConfig
from vitviz.tracing.blocks import BlockTrace, SwinBlockTrace

Direction = Literal["row", "column"]


class OpenedCell(NamedTuple):
    """One attention weight and what it is made of.

    ``dot`` is q k^T, ``head_dim`` the d that it is divided by the root of, ``maximum`` and ``total`` are the row's
    largest score and the sum of exp(score - maximum) over the row.
    """

    dot: float
    head_dim: int
    qk: float
    bias: float | None
    mask: float | None
    score: float
    maximum: float
    total: float
    weight: float


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """One token's attention in every head, and where the other tokens lie in the picture.

    A ViT token sees all tokens. A Swin token sees its window: ``window_index`` is that window, ``place`` the token's
    place in it. ``direction`` "row" is where the token looks (its row of the pattern, which sums to 1), "column" who
    looks at it.
    """

    block: BlockTrace
    token: int
    direction: Direction
    rows: int
    columns: int
    prefix: tuple[str, ...]
    window_index: int | None
    place: int

    @cached_property
    def weights(self) -> Tensor:
        """(H, K): to or from each of the K tokens in reach."""
        if self.direction == "column":
            patterns = [self.matrix(head)[:, self.place] for head in range(self.block.num_heads)]
            return torch.stack(patterns)  # (H, K)
        return self.block.pattern(query=self.token)  # (H, K)

    @cached_property
    def keys(self) -> Tensor:
        """(K,): which token each of them is; -1 for the padding of a Swin map."""
        if isinstance(self.block, SwinBlockTrace):
            return self.block.tokens[self.window_index]
        return torch.arange(self.block["q"].shape[2])

    def matrix(self, head: int) -> Tensor:
        """The whole pattern of one head, (K, K): all tokens of a ViT, the window's of a Swin."""
        if isinstance(self.block, SwinBlockTrace) and self.window_index is not None:
            return self.block.window_pattern(self.window_index, head)
        return self.block.pattern(head)

    @property
    def num_keys(self) -> int:
        """K: how many tokens are in reach, padding and forbidden ones included."""
        return int(self.keys.shape[0])

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of the patches in reach."""
        if isinstance(self.block, SwinBlockTrace):
            return self.block.grid.window, self.block.grid.window
        return self.rows, self.columns

    @property
    def window_rows(self) -> tuple[int, ...]:
        """Rows of patches before which a border between windows runs."""
        return self._borders(self.rows)

    @property
    def window_columns(self) -> tuple[int, ...]:
        """Columns of patches before which a border between windows runs."""
        return self._borders(self.columns)

    def _borders(self, length: int) -> tuple[int, ...]:
        if not isinstance(self.block, SwinBlockTrace):
            return ()
        grid = self.block.grid
        return tuple(range(grid.shift or grid.window, length, grid.window))

    def token_at(self, place: int) -> int:
        """The token at row ``place`` of ``matrix``; the looking token itself where that is padding."""
        token = int(self.keys[place])
        return self.token if token < 0 else token

    def open(self, other: int, head: int) -> OpenedCell:
        """How the weight between this token and ``other`` comes about, in the chosen direction."""
        query, key = (self.token, other) if self.direction == "row" else (other, self.token)
        at = int((self.keys == key).nonzero()[0])
        parts = self.block.addends(head, query)  # each (K,)
        scores = self.block.scores(head, query)  # (K,)
        maximum = scores.max()
        qk, bias, mask = (None if part is None else float(part[at]) for part in parts)
        assert qk is not None
        total = float((scores - maximum).exp().sum())
        weight = float(self.block.pattern(head, query)[at])
        q, k = self._vector("q", query, head), self._vector("k", key, head)
        return OpenedCell(
            float(q @ k), q.shape[0], qk, bias, mask, float(scores[at]), float(maximum), total, weight
        )

    def _vector(self, name: str, token: int, head: int) -> Tensor:
        """The token's vector (d,) in one head."""
        place = int((self.keys == token).nonzero()[0])
        return self.block[name][self.window_index or 0, head, place]

    def describe(self, token: int) -> str:
        """``token 37 (2, 8)``, or the name of a prefix token."""
        if token < len(self.prefix):
            return self.prefix[token]
        row, column = divmod(token - len(self.prefix), self.columns)
        return f"{token} ({row}, {column})"


def map_size(block: BlockTrace) -> tuple[int, int]:
    """Rows and columns of patches that the block works on."""
    if isinstance(block, SwinBlockTrace):
        return block.grid.height, block.grid.width
    height, width = block.trace["image"].shape[-2:]
    return height // block.trace.config.patch_size, width // block.trace.config.patch_size


def field_of_view(block: BlockTrace, token: int, direction: Direction = "row") -> FieldOfView:
    """The field of view of ``token``, a number that the block has."""
    rows, columns = map_size(block)
    if isinstance(block, SwinBlockTrace):
        window, place = block.place(token)
        return FieldOfView(block, token, direction, rows, columns, (), window, place)
    config = block.trace.config
    assert isinstance(config, ViTConfig)
    return FieldOfView(block, token, direction, rows, columns, config.prefix_names, None, token)
