"""The models that read rows of words or choices. They know no picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from vitviz.models.sequence_config import (
    BertConfig,
    GptConfig,
    GruConfig,
    SasRecConfig,
    SequenceConfig,
    TranslatorConfig,
)
from vitviz.worlds.sentences import VOCABULARY
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.shipped import ASSETS
from vitviz.zoo.shipped_entry import ShippedEntry
from vitviz.zoo.source import Source

if TYPE_CHECKING:
    from vitviz.models.sided import SidedNetwork

SequenceKind = Literal["translation", "reading", "continuation", "recommendation"]


@dataclass(frozen=True)
class SequenceEntry(ShippedEntry):
    """What is known of one model of rows. ``token_names`` are what its ids stand for, in their order."""

    task: SequenceKind
    config: SequenceConfig
    token_names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SequenceModel:
    """A network that is ready to run on rows of ids. Its weights are shared: never change them."""

    entry: SequenceEntry
    network: SidedNetwork
    trained: bool


def token_names(file: str) -> tuple[str, ...]:
    """What the ids of ``assets/data/FILE`` stand for, one a line."""
    return tuple((ASSETS / "data" / file).read_text(encoding="utf-8").splitlines())


def airport_codes() -> tuple[str, ...]:
    """The airports of ``assets/data/airports.npz``; their ids begin with 1."""
    with np.load(ASSETS / "data" / "airports.npz", allow_pickle=False) as file:
        return tuple(file["codes"].tolist())


AIRPORTS = airport_codes()

SEQUENCE_MODELS = {
    entry.name: entry
    for entry in (
        SequenceEntry(
            "translator-mini",
            "Encoder-decoder, D 64, 2 + 2 layers, English to Chinese about the picture book",
            Source("embedded", "translator-mini.safetensors"),
            "translation",
            TranslatorConfig(),
            VOCABULARY,
        ),
        SequenceEntry(
            "bert-mini",
            "BERT, D 96, 4 layers, Jane Austen's novels",
            Source("embedded", "bert-mini.safetensors"),
            "reading",
            BertConfig(),
            token_names("austen-pieces.txt"),
        ),
        SequenceEntry(
            "gpt-mini",
            "Decoder in the form of GPT-2, D 96, 4 layers, Jane Austen's novels",
            Source("embedded", "gpt-mini.safetensors"),
            "continuation",
            GptConfig(),
            token_names("austen-pieces.txt"),
        ),
        SequenceEntry(
            "sasrec-mini",
            "SASRec, D 50, 2 layers, airports after airports",
            Source("embedded", "sasrec-mini.safetensors"),
            "recommendation",
            SasRecConfig(),
            ("nothing", *AIRPORTS),
        ),
        SequenceEntry(
            "gru4rec-mini",
            "GRU4Rec, D 64, airports after airports",
            Source("embedded", "gru4rec-mini.safetensors"),
            "recommendation",
            GruConfig(),
            ("nothing", *AIRPORTS),
        ),
    )
}


def find_sequence_model(name: str) -> SequenceEntry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    if name not in SEQUENCE_MODELS:
        raise CheckpointError("unknown_model", name=repr(name), known=", ".join(SEQUENCE_MODELS))
    return SEQUENCE_MODELS[name]


def load_sequence_model(name: str) -> SequenceModel:
    """A model of rows; one whose weights are not shipped is untrained, from a fixed seed, and says so.

    Raises:
        CheckpointError: if there is none of that name, or its weights are damaged.
    """
    from safetensors.torch import load_file

    from vitviz.models.build import build_sequence_network
    from vitviz.models.sequence_start import start_sequence_network

    entry = find_sequence_model(name)
    network = build_sequence_network(entry.config)
    if entry.trained:
        weights = load_file(entry.weights)
        network.load_state_dict({key: value.float() for key, value in weights.items()})
    else:
        start_sequence_network(network, 0)
    return SequenceModel(entry, network.eval().requires_grad_(False), entry.trained)
