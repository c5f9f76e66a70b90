"""The models that read rows of words or choices. They know no picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal
from zipfile import BadZipFile

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
from vitviz.zoo.shipped_entry import ShippedEntry, ShippedModel, find_shipped, load_shipped
from vitviz.zoo.source import Source

if TYPE_CHECKING:
    pass

SequenceKind = Literal["translation", "reading", "continuation", "recommendation"]


@cache
def token_names(file: str) -> tuple[str, ...]:
    """What the ids of a model stand for: the lines of ``assets/data/FILE``, or its airports, whose ids begin with 1.

    Raises:
        CheckpointError: if the file is missing or damaged.
    """
    path = ASSETS / "data" / file
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as content:
                return ("nothing", *content["codes"].tolist())
        return tuple(path.read_text(encoding="utf-8").splitlines())
    except FileNotFoundError as error:
        raise CheckpointError("shipped_missing", file=file) from error
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise CheckpointError("shipped_damaged", file=file, reason="no list of tokens") from error


@dataclass(frozen=True)
class SequenceEntry(ShippedEntry):
    """What is known of one model of rows; ``vocabulary`` is the file of its tokens, empty for the sentences'."""

    task: SequenceKind
    config: SequenceConfig
    vocabulary: str = ""

    @property
    def token_names(self) -> tuple[str, ...]:
        """What its ids stand for, in their order.

        Raises:
            CheckpointError: if the file of them is missing or damaged.
        """
        return token_names(self.vocabulary) if self.vocabulary else VOCABULARY


SequenceModel = ShippedModel[SequenceEntry]
SEQUENCE_MODELS = {
    entry.name: entry
    for entry in (
        SequenceEntry(
            "translator-mini",
            "Encoder-decoder, D 64, 2 + 2 layers, English to Chinese about the picture book",
            Source("embedded", "translator-mini.safetensors"),
            "translation",
            TranslatorConfig(),
        ),
        SequenceEntry(
            "bert-mini",
            "BERT, D 96, 4 layers, Jane Austen's novels",
            Source("embedded", "bert-mini.safetensors"),
            "reading",
            BertConfig(),
            "austen-pieces.txt",
        ),
        SequenceEntry(
            "gpt-mini",
            "Decoder in the form of GPT-2, D 96, 4 layers, Jane Austen's novels",
            Source("embedded", "gpt-mini.safetensors"),
            "continuation",
            GptConfig(),
            "austen-pieces.txt",
        ),
        SequenceEntry(
            "sasrec-mini",
            "SASRec, D 50, 2 layers, airports after airports",
            Source("embedded", "sasrec-mini.safetensors"),
            "recommendation",
            SasRecConfig(),
            "airports.npz",
        ),
        SequenceEntry(
            "gru4rec-mini",
            "GRU4Rec, D 64, airports after airports",
            Source("embedded", "gru4rec-mini.safetensors"),
            "recommendation",
            GruConfig(),
            "airports.npz",
        ),
    )
}


def find_sequence_model(name: str) -> SequenceEntry:
    """The entry called ``name``.

    Raises:
        CheckpointError: if there is none; the sentence lists those there are.
    """
    return find_shipped(SEQUENCE_MODELS, name)


def load_sequence_model(name: str) -> SequenceModel:
    """A model of rows; one whose weights are not shipped is untrained, from a fixed seed, and says so.

    Raises:
        CheckpointError: if there is none of that name, or its weights are damaged.
    """
    from vitviz.models.build import build_sequence_network
    from vitviz.models.sequence_start import start_sequence_network

    entry = find_sequence_model(name)
    return load_shipped(entry, build_sequence_network(entry.config), start_sequence_network)
