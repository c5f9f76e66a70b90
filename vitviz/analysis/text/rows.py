"""A text as BERT's row of pieces: ``[CLS] A [SEP]``, or ``[CLS] A [SEP] B [SEP]`` (arXiv 1810.04805, section 3)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vitviz.worlds.word_pieces import CLS, MASK, PAD, SEP, WordPieces


@dataclass(frozen=True)
class Row:
    """Pieces in order, and to which stretch each belongs: 0 in A, 1 in B."""

    pieces: tuple[str, ...]
    segments: tuple[int, ...]
    ids: tuple[int, ...]

    @property
    def tokens(self) -> Tensor:
        """(1, N)."""
        return torch.tensor([self.ids])

    @property
    def segment_ids(self) -> Tensor:
        """(1, N)."""
        return torch.tensor([self.segments])

    @property
    def masked(self) -> tuple[int, ...]:
        """The places of ``[MASK]``."""
        return tuple(i for i, piece in enumerate(self.pieces) if piece == MASK)


def row_of(words: WordPieces, first: list[str], second: list[str] | None = None, length: int = 0) -> Row:
    """The row of one or two stretches of pieces, filled up with ``[PAD]`` to ``length`` where it is shorter."""
    pieces = [CLS, *first, SEP]
    segments = [0] * len(pieces)
    if second:
        pieces += [*second, SEP]
        segments += [1] * (len(second) + 1)
    missing = max(0, length - len(pieces))
    pieces, segments = pieces + [PAD] * missing, segments + [0] * missing
    return Row(tuple(pieces), tuple(segments), tuple(words.number[piece] for piece in pieces))
