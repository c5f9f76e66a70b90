"""The two models of the page, the flights that they know, and what their cards say."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from vitviz.app.sequence_models import sequence_model
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.sequence_models import find_sequence_model

if TYPE_CHECKING:
    from vitviz.models.gru4rec import Gru4Rec
    from vitviz.models.sasrec import SasRec

SASREC, GRU4REC = "sasrec-mini", "gru4rec-mini"


def sasrec() -> SasRec:
    """The SASRec of the page, which is loaded once."""
    return cast("SasRec", sequence_model(SASREC).network)


def gru4rec() -> Gru4Rec:
    """The GRU4Rec of the page, which is loaded once."""
    return cast("Gru4Rec", sequence_model(GRU4REC).network)


def codes() -> tuple[str, ...]:
    """The airports' codes, in the order of their ids, which begin with 1."""
    return find_sequence_model(SASREC).token_names[1:]


@cache
def card(name: str) -> dict[str, Any]:
    """The figures on a model's card, measured on the last flight of every aircraft.

    Raises:
        CheckpointError: if the card is missing or damaged.
    """
    path = find_sequence_model(name).weights.with_suffix(".json")
    try:
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"]
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError("shipped_damaged", file=path.name, reason="no card of a model") from error
    return figures
