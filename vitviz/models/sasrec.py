"""SASRec (Kang and McAuley 2018, arXiv 1808.09781): what comes next after a row of choices, by attention to them.

As the authors' code has it, which is not quite their paper: queries come from the normalised stream, keys and values
from the stream itself; there is no output matrix; what attention finds is added to the normalised stream, and what the
MLP finds to the norm that it starts from. Letters in the shape comments: B rows, N choices, D channels, I items.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vitviz.models.layers import LayerNorm, Mlp
from vitviz.models.masked_attention import FORBIDDEN, MaskedAttention, causal_mask, padding_mask
from vitviz.models.sequence_config import SasRecConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped

NOTHING = 0  # id of the item that fills a row up on the left


class SasRecBlock(nn.Module):
    """One layer: each choice looks at itself and those before it, then an MLP as wide as the stream."""

    def __init__(self, config: SasRecConfig) -> None:
        super().__init__()
        self.norm1 = LayerNorm(config.embed_dim, config.norm_eps)
        self.attn = MaskedAttention(config.embed_dim, config.num_heads, project=False)
        self.norm2 = LayerNorm(config.embed_dim, config.norm_eps)
        self.mlp = Mlp(config.embed_dim, config.embed_dim, "relu")

    def forward(self, x: Tensor, mask: Tensor, there: Tensor, probe: Probe = no_probe) -> Tensor:
        """(B, N, D) -> (B, N, D); ``mask`` (B, 1, N, N), ``there`` (B, N, 1) is 0 where a row is only filled up."""
        x = probe("resid_pre", x)  # (B, N, D)
        q_in = probe("q_in", self.norm1(x, scoped(probe, "ln1.")))  # (B, N, D)
        k_in = probe("k_in", x)  # (B, N, D), of keys and values
        y = probe("attn_out", self.attn(q_in, k_in, mask, probe))  # (B, N, D)
        x = probe("resid_mid", y + q_in)  # (B, N, D)
        x = self.norm2(x, scoped(probe, "ln2."))  # (B, N, D)
        y = probe("mlp_out", self.mlp(x, probe))  # (B, N, D)
        return probe("resid_post", (y + x) * there)  # (B, N, D)


class SasRec(SidedNetwork):
    """The whole network. One table of items serves at both ends."""

    def __init__(self, config: SasRecConfig) -> None:
        super().__init__()
        self.config = config
        self.item_embed = nn.Embedding(config.vocab_size, config.embed_dim, padding_idx=NOTHING)
        self.pos_embed = nn.Parameter(torch.zeros(config.max_length, config.embed_dim))
        self.blocks = nn.ModuleList(SasRecBlock(config) for _ in range(config.depth))
        self.norm = LayerNorm(config.embed_dim, config.norm_eps)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The layers by name, in the order in which they run."""
        return [(f"blocks.{i}", block) for i, block in enumerate(self.blocks)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """The items, which say where a row is only filled up."""
        return ("items",) if step.startswith("blocks.") else ()

    def input_name(self, step: str) -> str:
        """What is read comes in as ids."""
        return "items" if step == "embed" else super().input_name(step)

    def embed(self, items: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Ids (B, N), filled up on the left, to the first stream (B, N, D). The last one stands at the last place."""
        side = {} if side is None else side
        side["items"] = items = probe("items", items)  # (B, N)
        x = probe("embed", self.item_embed(items) * self.config.embed_dim**0.5)  # (B, N, D)
        pos = probe("pos_embed", self.pos_embed[-items.shape[1] :].unsqueeze(0))  # (1, N, D)
        return probe("full_embed", (x + pos) * (items != NOTHING).unsqueeze(-1))  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one layer: (B, N, D) -> (B, N, D)."""
        items = side["items"]
        mask = causal_mask(items.shape[1], items.shape[1]).to(x) + padding_mask(
            items, NOTHING
        )  # (B, 1, N, N)
        mask = mask.clamp(min=FORBIDDEN)  # what is forbidden twice is no more forbidden than once
        there = (items != NOTHING).unsqueeze(-1).to(x)  # (B, N, 1)
        done: Tensor = self.blocks[int(name.split(".")[1])](x, mask, there, scoped(probe, f"{name}."))
        return done

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """How well each item would come next after each choice: (B, N, D) -> (B, N, I), products with its embedding."""
        x = self.norm(x, scoped(probe, "ln_final."))  # (B, N, D)
        return probe("scores", x @ self.item_embed.weight[1:].T)  # (B, N, I)
