"""The hub models that the dialog offers: each is of a kind that is read, and says what it is good for."""

from __future__ import annotations

import pytest

from vitviz.app import words
from vitviz.app.hub_models import HUB_MODELS, HubModel
from vitviz.zoo.source import HUB_NAME


@pytest.mark.parametrize("model", HUB_MODELS, ids=lambda model: model.name)
def test_it_has_a_name_a_link_can_carry_and_a_sentence(model: HubModel) -> None:
    assert HUB_NAME.fullmatch(model.name)
    assert words.table()[f"models.good_for.{model.topic}"]
    # What its card says; that of CLIP says nothing, and then the dialog does.
    assert bool(model.licence) == (model.topic != "clip")


def test_there_is_no_sentence_for_nothing() -> None:
    said = {
        key.removeprefix("models.good_for.") for key in words.table() if key.startswith("models.good_for.")
    }
    assert said == {model.topic for model in HUB_MODELS}
