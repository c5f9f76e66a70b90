"""BERT (Devlin et al. 2018, arXiv 1810.04805): an encoder that sees both sides of a word, and is asked for hidden ones.

It reads two stretches of text at once, ``[CLS] A [SEP] B [SEP]``. One head names the words behind ``[MASK]``, the
other says whether B followed A in the text. Letters in the shape comments: B rows, N pieces of words, D channels, V
pieces in the vocabulary.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.models.layers import LayerNorm
from vitviz.models.masked_attention import padding_mask
from vitviz.models.post_norm_block import PostNormBlock
from vitviz.models.sequence_config import BertConfig
from vitviz.models.sided import Side, SidedNetwork
from vitviz.probe import Probe, no_probe, scoped

PAD = 0  # id of the piece that fills a row up


class Readings(NamedTuple):
    """``mlm_logits`` (B, N, V): which piece stands at each place; ``nsp_logits`` (B, 2): next, or from elsewhere."""

    mlm_logits: Tensor
    nsp_logits: Tensor


class Bert(SidedNetwork):
    """The whole network with both heads."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        dim, eps = config.embed_dim, config.norm_eps
        self.word_embed = nn.Embedding(config.vocab_size, dim)
        self.type_embed = nn.Embedding(2, dim)
        self.pos_embed = nn.Parameter(torch.zeros(config.max_length, dim))
        self.norm_words = LayerNorm(dim, eps)
        self.blocks = nn.ModuleList(
            PostNormBlock(dim, config.num_heads, config.mlp_dim, eps, "gelu") for _ in range(config.depth)
        )
        self.mlm_fc = nn.Linear(dim, dim)
        self.norm_mlm = LayerNorm(dim, eps)
        self.mlm_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.pooler = nn.Linear(dim, dim)
        self.nsp_head = nn.Linear(dim, 2)

    def steps(self) -> list[tuple[str, nn.Module]]:
        """The layers by name, in the order in which they run."""
        return [(f"blocks.{i}", block) for i, block in enumerate(self.blocks)]

    def side_names(self, step: str) -> tuple[str, ...]:
        """Segments for the embeddings; for every layer the ids, which say where padding is."""
        if step == "embed":
            return ("segments",)
        return ("tokens",) if step.startswith("blocks.") else ()

    def input_name(self, step: str) -> str:
        """What is read comes in as ids."""
        return "tokens" if step == "embed" else super().input_name(step)

    def output_name(self, step: str) -> str:
        """Post-LN: what goes on is the normalised sum."""
        return f"{step}.normalized_resid_post"

    def embed(self, tokens: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Tensor:
        """Ids (B, N) to the first stream (B, N, D); ``side`` has ``segments`` (B, N), 0 in A and 1 in B."""
        side = {} if side is None else side
        side["tokens"] = tokens = probe("tokens", tokens)  # (B, N)
        side["segments"] = segments = probe("segments", side["segments"])  # (B, N)
        words = probe("embed", self.word_embed(tokens))  # (B, N, D)
        types = probe("type_embed", self.type_embed(segments))  # (B, N, D)
        pos = probe("pos_embed", self.pos_embed[: tokens.shape[1]].unsqueeze(0))  # (1, N, D)
        x = probe("summed_embed", words + types + pos)  # (B, N, D)
        return probe("full_embed", self.norm_words(x, scoped(probe, "ln_words.")))  # (B, N, D)

    def run_step(self, name: str, x: Tensor, probe: Probe, side: Side) -> Tensor:
        """Run one layer: (B, N, D) -> (B, N, D)."""
        mask = padding_mask(side["tokens"], PAD)  # (B, 1, 1, N)
        done: Tensor = self.blocks[int(name.split(".")[1])](x, mask, scoped(probe, f"{name}."))
        return done

    def hidden_words(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Scores of all pieces, from the table of embeddings and a bias of its own: (..., D) -> (..., V)."""
        x = probe("mlm.hidden", F.gelu(self.mlm_fc(x)))  # (..., D)
        x = self.norm_mlm(x, scoped(probe, "ln_mlm."))  # (..., D)
        return probe("mlm_logits", x @ self.word_embed.weight.T + self.mlm_bias)  # (..., V)

    def next_sentence(self, x: Tensor, probe: Probe = no_probe) -> Tensor:
        """Whether B followed A, read at ``[CLS]``: (B, N, D) -> (B, 2)."""
        pooled = probe("pooled", self.pooler(x[:, 0]).tanh())  # (B, D)
        return probe("nsp_logits", self.nsp_head(pooled))  # (B, 2)

    def classify(self, x: Tensor, probe: Probe = no_probe, side: Side | None = None) -> Readings:
        """What both heads read of the last stream."""
        return Readings(self.hidden_words(x, probe), self.next_sentence(x, probe))

    def read(self, tokens: Tensor, segments: Tensor, probe: Probe = no_probe) -> Tensor:
        """The last stream, (B, N, D)."""
        side: Side = {"segments": segments}
        return self.encode(self.embed(tokens, probe, side), probe, 0, side)

    def forward(self, tokens: Tensor, segments: Tensor, probe: Probe = no_probe) -> Readings:  # type: ignore[override]
        """Ids (B, N) and to which stretch each belongs (B, N)."""
        return self.classify(self.read(tokens, segments, probe), probe)
