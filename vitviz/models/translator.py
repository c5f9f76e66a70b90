"""The Transformer as it was first (Vaswani et al. 2017, arXiv 1706.03762): an encoder, and a decoder that writes.

The encoder reads the whole sentence at once. The decoder writes the other language from left to right: each of its
tokens looks at those before it, then at the encoder's output, the memory. One table of embeddings serves both languages
and the output. Letters in the shape comments: B sentences, S tokens read, T tokens written, D channels, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from vitviz.models.layers import LayerNorm, Mlp
from vitviz.models.masked_attention import KeyValues, MaskedAttention, causal_mask, padding_mask
from vitviz.models.positions import sine_positions
from vitviz.models.post_norm_block import PostNormBlock
from vitviz.models.sequence_config import TranslatorConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped

PAD, START, END = 0, 1, 2  # ids of the tokens that fill a row up, begin and end it


@dataclass
class DecoderCache:
    """What one layer of the decoder keeps while it writes: of its own tokens, which grow, and of the memory."""

    own: KeyValues = field(default_factory=KeyValues)
    memory: KeyValues = field(default_factory=KeyValues)


class TranslatorDecoderBlock(nn.Module):
    """One layer of the decoder: what was written looks at itself, then at the memory, then an MLP (post-LN)."""

    def __init__(self, config: TranslatorConfig) -> None:
        super().__init__()
        self.attn = MaskedAttention(config.embed_dim, config.num_heads)
        self.norm1 = LayerNorm(config.embed_dim, config.norm_eps)
        self.cross_attn = MaskedAttention(config.embed_dim, config.num_heads)
        self.norm2 = LayerNorm(config.embed_dim, config.norm_eps)
        self.mlp = Mlp(config.embed_dim, config.mlp_dim, "relu")
        self.norm3 = LayerNorm(config.embed_dim, config.norm_eps)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        memory_mask: Tensor,
        probe: Probe = no_probe,
        cache: DecoderCache | None = None,
    ) -> Tensor:
        """(B, T, D) -> (B, T, D); ``memory`` is (B, S, D), ``memory_mask`` (B, 1, 1, S).

        With a ``cache`` the tokens of ``x`` are those that come next; the memory's keys and values are made once.
        """
        own, read = (None, None) if cache is None else (cache.own, cache.memory)
        mask = causal_mask(x.shape[1], x.shape[1] + (0 if own is None else len(own))).to(x)  # (T, t + T)
        x = probe("resid_pre", x)  # (B, T, D)
        y = probe("attn_out", self.attn(x, x, mask, probe, own))  # (B, T, D)
        x = probe("resid_mid", x + y)  # (B, T, D)
        x = self.norm1(x, scoped(probe, "ln1."))  # (B, T, D)
        unread = None if read is not None and len(read) else memory
        y = self.cross_attn(x, unread, memory_mask, scoped(probe, "cross_attn."), read)  # (B, T, D)
        y = probe("cross_attn_out", y)
        x = probe("resid_mid_cross", x + y)  # (B, T, D)
        x = self.norm2(x, scoped(probe, "ln2."))  # (B, T, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, T, D)
        x = probe("resid_post", x + y)  # (B, T, D)
        x = self.norm3(x, scoped(probe, "ln3."))  # (B, T, D)
        return probe("normalized_resid_post", x)


class Translator(SidedNetwork):
    """The whole network."""

    def __init__(self, config: TranslatorConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.embed_dim)
        self.encoder = nn.ModuleList(
            PostNormBlock(config.embed_dim, config.num_heads, config.mlp_dim, config.norm_eps, "relu")
            for _ in range(config.encoder_depth)
        )
        self.decoder = nn.ModuleList(TranslatorDecoderBlock(config) for _ in range(config.decoder_depth))

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The layers of encoder and decoder by name, in the order in which they run."""
        encoder = [(f"encoder.{i}", block) for i, block in enumerate(self.encoder)]
        return encoder + [(f"decoder.{i}", block) for i, block in enumerate(self.decoder)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """Where padding is, for all layers; the memory for the decoder, which starts behind the last encoder layer."""
        if step == f"encoder.{len(self.encoder) - 1}":
            return ("tokens", "target_tokens")
        if step.startswith("encoder."):
            return ("tokens",)
        if step.startswith("decoder."):
            return ("tokens", "memory")
        return ("target_tokens",) if step == "embed" else ()

    def input_name(self, step: str) -> str:
        """What is read comes in as ids."""
        return "tokens" if step == "embed" else super().input_name(step)

    def output_name(self, step: str) -> str:
        """Post-LN: what goes on is the normalised sum."""
        return f"{step}.normalized_resid_post"

    def embed(self, tokens: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Ids (B, S) to the encoder's first stream (B, S, D); ``side`` has ``target_tokens``, ids (B, T)."""
        side = {} if side is None else side
        side["tokens"] = tokens = probe("tokens", tokens)  # (B, S)
        side["target_tokens"] = probe("target_tokens", side["target_tokens"])  # (B, T)
        return self.placed(tokens, probe)

    def placed(self, tokens: Tensor, probe: Probe = no_probe, first: int = 0) -> Tensor:
        """Embeddings times sqrt(D), and where they stand: (B, N) -> (B, N, D); ``first`` is the first one's place."""
        x = probe("embed", self.embedding(tokens) * self.config.embed_dim**0.5)  # (B, N, D)
        waves = sine_positions(first + tokens.shape[1], self.config.embed_dim)[:, first:].to(x)  # (1, N, D)
        pos = probe("pos_embed", waves)
        return probe("full_embed", x + pos)  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one layer. The last one of the encoder leaves its memory, and the decoder starts from what is written."""
        stack, number = name.split(".")
        within = scoped(probe, f"{name}.")
        mask = padding_mask(side["tokens"], PAD)  # (B, 1, 1, S)
        if stack == "decoder":
            decoded: Tensor = self.decoder[int(number)](x, side["memory"], mask, within)
            return decoded  # (B, T, D)
        x = self.encoder[int(number)](x, mask, within)  # (B, S, D)
        if int(number) + 1 < len(self.encoder):
            return x
        side["memory"] = probe("memory", x)  # (B, S, D)
        return self.placed(side["target_tokens"], scoped(probe, "target."))  # (B, T, D)

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """What each token is followed by: (B, T, D) -> scores (B, T, V), from the table of embeddings itself."""
        return probe("logits", x @ self.embedding.weight.T)  # (B, T, V)

    def forward(self, tokens: Tensor, target_tokens: Tensor, probe: Probe = no_probe) -> Tensor:  # type: ignore[override]
        """Ids that are read (B, S) and ids written so far (B, T), which begin with ``START``, to scores (B, T, V)."""
        side: Side = {"target_tokens": target_tokens}
        x = self.embed(tokens, probe, side)
        x = self.encode(x, probe, 0, side)
        return self.classify(x, probe, side)

    def remember(self, tokens: Tensor) -> Writing:
        """Read sentences (B, S) once, and be ready to write."""
        mask = padding_mask(tokens, PAD)  # (B, 1, 1, S)
        x = self.placed(tokens)  # (B, S, D)
        for block in self.encoder:
            x = block(x, mask)  # (B, S, D)
        return Writing(x, mask, [DecoderCache() for _ in self.decoder])

    def write(self, last: Tensor, writing: Writing) -> Tensor:
        """The scores (B, V) of what follows the token ``last`` (B,), computed from it and the cache alone."""
        x = self.placed(last.unsqueeze(1), first=len(writing))  # (B, 1, D)
        for block, cache in zip(self.decoder, writing.caches, strict=True):
            x = block(x, writing.memory, writing.mask, no_probe, cache)  # (B, 1, D)
        return self.classify(x)[:, 0]  # (B, V)

    def translate(self, tokens: Tensor, limit: int) -> Tensor:
        """Write the likeliest token each time, at most ``limit``, until all ended: (B, S) -> (B, T), then ``PAD``."""
        writing = self.remember(tokens)
        last = tokens.new_full((len(tokens),), START)  # (B,)
        ended = torch.zeros_like(last, dtype=torch.bool)  # (B,)
        written: list[Tensor] = []
        while len(written) < limit and not ended.all():
            last = self.write(last, writing).argmax(dim=-1).masked_fill(ended, PAD)  # (B,)
            ended |= last == END
            written.append(last)
        return torch.stack(written, dim=1)  # (B, T)


@dataclass
class Writing:
    """What the decoder needs beside its last token: the memory (B, S, D), its padding, and every layer's cache."""

    memory: Tensor
    mask: Tensor
    caches: list[DecoderCache]

    def __len__(self) -> int:
        """t, the tokens that the decoder has read of what it wrote."""
        return len(self.caches[0].own)

    @property
    def nbytes(self) -> int:
        """Bytes of all keys and values."""
        return sum(cache.own.nbytes + cache.memory.nbytes for cache in self.caches)
