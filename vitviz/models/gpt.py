"""A decoder alone, in the form of GPT-2 (Radford et al. 2019): each piece of a text says which one comes next.

Norms stand before attention and MLP, and once more at the end; one table of embeddings serves at both ends. Letters in
the shape comments: B rows, N pieces, D channels, V pieces in the vocabulary.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from vitviz.models.layers import LayerNorm, Mlp
from vitviz.models.masked_attention import KeyValues, MaskedAttention, causal_mask
from vitviz.models.sequence_config import GptConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped


class GptBlock(nn.Module):
    """One layer: each piece looks at itself and those before it, then an MLP (pre-LN)."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.norm1 = LayerNorm(config.embed_dim, config.norm_eps)
        self.attn = MaskedAttention(config.embed_dim, config.num_heads)
        self.norm2 = LayerNorm(config.embed_dim, config.norm_eps)
        self.mlp = Mlp(config.embed_dim, config.mlp_dim, "gelu_tanh")

    def forward(self, x: Tensor, probe: Probe = no_probe, past: KeyValues | None = None) -> Tensor:
        """(B, N, D) -> (B, N, D); with ``past`` the pieces of ``x`` are those that come behind it."""
        mask = causal_mask(x.shape[1], x.shape[1] + (0 if past is None else len(past))).to(x)  # (N, t + N)
        x = probe("resid_pre", x)  # (B, N, D)
        y = self.norm1(x, scoped(probe, "ln1."))  # (B, N, D)
        y = probe("attn_out", self.attn(y, y, mask, probe, past))  # (B, N, D)
        x = probe("resid_mid", x + y)  # (B, N, D)
        y = self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)
        y = probe("mlp_out", self.mlp(y, probe))  # (B, N, D)
        return probe("resid_post", x + y)  # (B, N, D)


class Gpt(SidedNetwork):
    """The whole network."""

    def __init__(self, config: GptConfig) -> None:
        super().__init__()
        self.config = config
        self.word_embed = nn.Embedding(config.vocab_size, config.embed_dim)
        self.pos_embed = nn.Parameter(torch.zeros(config.max_length, config.embed_dim))
        self.blocks = nn.ModuleList(GptBlock(config) for _ in range(config.depth))
        self.norm = LayerNorm(config.embed_dim, config.norm_eps)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The layers by name, in the order in which they run."""
        return [(f"blocks.{i}", block) for i, block in enumerate(self.blocks)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """No layer reads more than the stream."""
        return ()

    def input_name(self, step: str) -> str:
        """What is read comes in as ids."""
        return "tokens" if step == "embed" else super().input_name(step)

    def embed(
        self, tokens: Tensor, probe: Probe = no_probe, side: Side | None = None, first: int = 0
    ) -> Tensor:
        """Ids (B, N) to the first stream (B, N, D); ``first`` is the place of the first one.

        Raises:
            ValueError: if there are more places than the network has positions for.
        """
        last = first + tokens.shape[1]
        if last > self.config.max_length:
            raise ValueError(
                f"this network has positions for {self.config.max_length} pieces, not for {last}"
            )
        tokens = probe("tokens", tokens)  # (B, N)
        words = probe("embed", self.word_embed(tokens))  # (B, N, D)
        pos = probe("pos_embed", self.pos_embed[first:last].unsqueeze(0))  # (1, N, D)
        return probe("full_embed", words + pos)  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one layer: (B, N, D) -> (B, N, D)."""
        done: Tensor = self.blocks[int(name.split(".")[1])](x, scoped(probe, f"{name}."))
        return done

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """What each piece is followed by: (B, N, D) -> scores (B, N, V), from the table of embeddings itself."""
        x = self.norm(x, scoped(probe, "ln_final."))  # (B, N, D)
        return probe("logits", x @ self.word_embed.weight.T)  # (B, N, V)

    def go_on(self, tokens: Tensor, past: list[KeyValues]) -> Tensor:
        """The scores (B, V) of what follows ``tokens`` (B, n), which stand behind those that ``past`` is of."""
        x = self.embed(tokens, first=len(past[0]))  # (B, n, D)
        for block, kept in zip(self.blocks, past, strict=True):
            x = block(x, no_probe, kept)  # (B, n, D)
        return self.classify(x[:, -1:])[:, 0]  # (B, V)

    def write(
        self,
        tokens: Tensor,
        count: int,
        temperature: float = 0.0,
        top: int = 0,
        generator: Generator | None = None,
    ) -> Tensor:
        """Add ``count`` pieces to those of ``tokens`` (B, N), each chosen as ``choose`` does: (B, N + count)."""
        past = [KeyValues() for _ in self.blocks]
        new = tokens
        for _ in range(count):
            new = choose(self.go_on(new, past), temperature, top, generator).unsqueeze(1)  # (B, 1)
            tokens = torch.cat([tokens, new], dim=1)
        return tokens


def choose(scores: Tensor, temperature: float, top: int = 0, generator: Generator | None = None) -> Tensor:
    """One piece a row by its scores (B, V): the likeliest at temperature 0, else by lot of the ``top`` likeliest, (B,).

    ``top`` 0 leaves all of them in the lot.
    """
    if temperature == 0:
        return scores.argmax(dim=-1)
    if top:
        least = scores.topk(min(top, scores.shape[-1]), dim=-1).values[:, -1:]  # (B, 1)
        scores = scores.masked_fill(scores < least, -torch.inf)  # (B, V)
    return torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=generator)[:, 0]
