"""The same words in three models: who may look at whom, and with which weights a trained head does.

The words are those of the little language (``vitviz.worlds.sentences``) that the pieces of the novels have whole, so
that BERT, the decoder alone and the translator all read them one token a word. Each of the three has twelve tokens:
BERT begins with ``[CLS]`` (its ``[SEP]`` is left out), the decoder writes a twelfth one itself, the translator ends
with ``</s>`` and writes Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from vitviz.models.bert import Bert
from vitviz.models.gpt import Gpt
from vitviz.models.translator import END, START, Translator
from vitviz.tracing.trace import Trace, run_tokens
from vitviz.worlds.sentences import IDS, VOCABULARY
from vitviz.worlds.word_pieces import CLS
from vitviz.zoo.sequence_models import SequenceModel

SENTENCES = (
    "there is a small house next to the old car .",
    "the new car is not left of the old house .",
    "i see a small car right of the new house .",
)
LONGEST = 30  # tokens of a translation


@dataclass(frozen=True, eq=False)
class Attention:
    """The weights of one attention of all layers and heads, (L, H, rows, columns), at a place of the whole square."""

    name: str
    row: int
    column: int
    weights: Tensor


@dataclass(frozen=True, eq=False)
class SameWords:
    """One model on the words.

    Attributes:
        tokens: what stands at each place, what is read before what is written.
        word: which of the words each is, -1 for those that only this model has.
        attentions: each a rectangle of the square (N, N) of all tokens.
    """

    tokens: list[str]
    word: list[int]
    attentions: list[Attention]

    @property
    def allowed(self) -> Tensor:
        """Who may look at whom, (N, N), rows look: what no head's weight can reach is False."""
        found = torch.zeros(len(self.tokens), len(self.tokens), dtype=torch.bool)
        for each in self.attentions:
            rows, columns = each.weights.shape[2:]
            seen = (each.weights > 0).flatten(0, 1).any(dim=0)
            found[each.row : each.row + rows, each.column : each.column + columns] |= seen
        return found


@torch.no_grad()
def in_encoder(model: SequenceModel, sentence: str) -> SameWords:
    """BERT: ``[CLS]`` and the words."""
    words = sentence.split()
    ids = torch.tensor([[_place(model, piece) for piece in (CLS, *words)]])
    trace = run_tokens(cast(Bert, model.network), ids, torch.zeros_like(ids))
    return SameWords([CLS, *words], [-1, *range(len(words))], [_all(trace, "blocks.{}.pattern", model)])


@torch.no_grad()
def in_decoder(model: SequenceModel, sentence: str) -> SameWords:
    """The decoder alone: the words, and the piece that it writes behind them."""
    words, network = sentence.split(), cast(Gpt, model.network)
    ids = torch.tensor([[_place(model, word) for word in words]])
    ids = network.write(ids, 1)
    trace = run_tokens(network, ids)
    tokens = [*words, model.entry.token_names[int(ids[0, -1])]]
    return SameWords(tokens, [*range(len(words)), -1], [_all(trace, "blocks.{}.pattern", model)])


@torch.no_grad()
def in_both(model: SequenceModel, sentence: str) -> SameWords:
    """The translator: the words and ``</s>``, then the start and what it writes."""
    words, network = sentence.split(), cast(Translator, model.network)
    read = torch.tensor([[*(IDS[word] for word in words), END]])
    written = network.translate(read, LONGEST)
    given = torch.cat([torch.tensor([[START]]), written[:, :-1]], dim=1)
    trace = run_tokens(network, read, given)
    tokens = [*words, "</s>", *(VOCABULARY[i] for i in given[0].tolist())]
    many = len(words) + 1
    return SameWords(
        tokens,
        [*range(len(words)), *[-1] * (len(tokens) - len(words))],
        [
            _all(trace, "encoder.{}.pattern", model, "encoder"),
            _all(trace, "decoder.{}.cross_attn.pattern", model, "cross", many, 0),
            _all(trace, "decoder.{}.pattern", model, "own", many, many),
        ],
    )


def _all(
    trace: Trace, name: str, model: SequenceModel, kind: str = "own", row: int = 0, column: int = 0
) -> Attention:
    """The weights of every layer; ``name`` has the layer's number in its place."""
    config = model.entry.config
    depth = getattr(config, "depth", 0) or getattr(config, "decoder_depth", 0)
    layers = [trace[name.format(layer)][0] for layer in range(depth)]
    return Attention(kind, row, column, torch.stack(layers))


def _place(model: SequenceModel, piece: str) -> int:
    return model.entry.token_names.index(piece)
