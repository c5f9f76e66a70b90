"""Configurations of the networks that read rows of words or choices. Plain data: this module imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SequenceConfig:
    """What they share: how wide, how many heads, how long a row may be.

    Raises:
        ValueError: where two settings cannot go together; the sentence says which.
    """

    vocab_size: int
    max_length: int
    embed_dim: int = 64
    num_heads: int = 4
    norm_eps: float = 1e-5

    # A row of tokens has no map and no tokens before it; said here as in the families of pictures.
    prefix_names: ClassVar[tuple[str, ...]] = ()
    num_prefix: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if self.embed_dim % self.num_heads:
            raise ValueError(f"embed_dim {self.embed_dim} is not a multiple of num_heads {self.num_heads}")
        if min(self.vocab_size, self.max_length) < 1:
            raise ValueError("a row has at least one place, and a vocabulary at least one token")

    @property
    def head_dim(self) -> int:
        """Channels of one head."""
        return self.embed_dim // self.num_heads


@dataclass(frozen=True)
class TranslatorConfig(SequenceConfig):
    """One encoder-decoder (Vaswani et al. 2017, arXiv 1706.03762) with one vocabulary for both languages."""

    vocab_size: int = 104
    max_length: int = 32
    encoder_depth: int = 2
    decoder_depth: int = 2
    mlp_dim: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.embed_dim % 2:
            raise ValueError(f"sine positions need an even embed_dim, not {self.embed_dim}")
        if min(self.encoder_depth, self.decoder_depth) < 1:
            raise ValueError("an encoder-decoder has at least one layer of each")


@dataclass(frozen=True)
class BertConfig(SequenceConfig):
    """One BERT (Devlin et al. 2018, arXiv 1810.04805) with both of its heads."""

    vocab_size: int = 3000
    max_length: int = 64
    embed_dim: int = 96
    norm_eps: float = 1e-12
    depth: int = 4
    mlp_dim: int = 384


@dataclass(frozen=True)
class SasRecConfig(SequenceConfig):
    """One SASRec (Kang and McAuley 2018, arXiv 1808.09781). ``vocab_size`` counts the id 0, which fills rows up."""

    vocab_size: int = 105
    max_length: int = 50
    embed_dim: int = 50
    num_heads: int = 1
    norm_eps: float = 1e-8
    depth: int = 2


@dataclass(frozen=True)
class GruConfig(SequenceConfig):
    """One GRU4Rec (Hidasi et al. 2015, arXiv 1511.06939) of one layer; ``embed_dim`` is the size of its state too."""

    vocab_size: int = 105
    max_length: int = 50
    num_heads: int = 1


@dataclass(frozen=True)
class GptConfig(SequenceConfig):
    """One decoder in the form of GPT-2 (Radford et al. 2019)."""

    vocab_size: int = 3000
    max_length: int = 64
    embed_dim: int = 96
    depth: int = 4
    mlp_dim: int = 384
