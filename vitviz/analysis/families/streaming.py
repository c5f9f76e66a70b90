"""One more token at the end: whose earlier outputs change? Where none does, a model can go on from what it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from vitviz.models.bert import Bert
from vitviz.models.gpt import Gpt
from vitviz.models.gru4rec import Gru4Rec
from vitviz.models.sided import Side
from vitviz.models.translator import START, Translator
from vitviz.worlds.sentences import IDS
from vitviz.worlds.word_pieces import CLS
from vitviz.zoo.sequence_models import SequenceModel


@torch.no_grad()
def encoder_outputs(model: SequenceModel, words: list[str]) -> Tensor:
    """BERT's last stream on ``[CLS]`` and the words, of the words alone: (n, D)."""
    ids = torch.tensor([[model.entry.token_names.index(piece) for piece in (CLS, *words)]])
    return cast(Bert, model.network).read(ids, torch.zeros_like(ids))[0, 1:]


@torch.no_grad()
def decoder_outputs(model: SequenceModel, words: list[str]) -> Tensor:
    """The last stream of the decoder alone, (n, D)."""
    ids = torch.tensor([[model.entry.token_names.index(word) for word in words]])
    network = cast(Gpt, model.network)
    return network.encode(network.embed(ids))[0]


@torch.no_grad()
def memory_outputs(model: SequenceModel, words: list[str]) -> Tensor:
    """The translator's memory of the words, (n, D)."""
    return cast(Translator, model.network).remember(torch.tensor([[IDS[word] for word in words]])).memory[0]


@torch.no_grad()
def writing_outputs(model: SequenceModel, read: Sequence[str], written: Sequence[str]) -> Tensor:
    """The translator's scores behind each written piece, (n, V), the memory of ``read`` being what it is."""
    source = torch.tensor([[IDS[word] for word in read]])
    target = torch.tensor([[START, *(IDS[piece] for piece in written)]])
    scores: Tensor = model.network(source, target)[0, 1:]
    return scores


@torch.no_grad()
def recurrent_outputs(model: SequenceModel, items: list[int]) -> Tensor:
    """The GRU's state behind each choice, (n, D)."""
    network, side = cast(Gru4Rec, model.network), Side()
    x = network.embed(torch.tensor([items]), side=side)  # (1, n, D)
    return network.encode(x, side=side)[0]


def changes(before: Tensor, after: Tensor) -> Tensor:
    """How far each earlier output moves when one token is added: (n, C), (n + 1, C) -> (n,), the largest difference."""
    return (after[: len(before)] - before).abs().amax(dim=1)
