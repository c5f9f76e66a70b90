"""Many classes: they are searched on the server, and no page sends all of their names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from vitviz.app.class_choice import LISTED, matches
from vitviz.app.networks import OwnModel
from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.zoo.load import Model
from vitviz.zoo.registry import find
from vitviz.zoo.source import Source

Open = Callable[..., AppTest]
COUNT = 21_841
NAMES = (*(f"synset {index} of a class" for index in range(COUNT - 2)), "Great White Shark", "shark, tiger")


@pytest.fixture(scope="module")
def models() -> OrderedDict[str, OwnModel]:
    entry = find("vit-test")
    config = replace(entry.config, num_classes=COUNT)
    network = build(config)
    initialize(network, 3)
    entry = replace(
        entry, name="many", config=config, own_labels=NAMES, source=Source("file", "model.safetensors")
    )
    model = Model(entry, network.eval().requires_grad_(False), True)
    return OrderedDict(many=OwnModel(entry, lambda: model))


def test_a_class_fits_where_every_word_is_in_its_name() -> None:
    order = [3, 1, 2, 0]
    names = ["tabby cat", "Tiger Cat", "tiger", "dog"]
    assert matches(order, names.__getitem__, " ") == order
    assert matches(order, names.__getitem__, "CAT") == [1, 0]
    assert matches(order, names.__getitem__, "cat tig") == [1]
    assert matches(order, names.__getitem__, "fish") == []


def messages(node: Any) -> Iterator[Any]:
    """Everything that a page sends to the browser."""
    if (proto := getattr(node, "proto", None)) is not None:
        yield proto
    for child in getattr(node, "children", {}).values():
        yield from messages(child)


@pytest.mark.parametrize("page", ["overview", "attribution", "class_scores", "lens"])
def test_no_page_sends_all_names(open_page: Open, models: OrderedDict[str, OwnModel], page: str) -> None:
    opened = open_page(page, model="many", own_models=models)
    sent = [message.SerializeToString() for message in messages(opened._tree)]
    assert sum(data.count(b"of a class") for data in sent) < 12 * LISTED
    assert sum(map(len, sent)) < 1 << 20
    assert all(len(box.options) <= max(LISTED + 1, 25) for box in opened.selectbox)


def test_a_class_is_found_by_its_name(open_page: Open, models: OrderedDict[str, OwnModel]) -> None:
    opened = open_page("lens", model="many", own_models=models)
    (search,) = (box for box in opened.text_input if box.key.endswith(".search"))
    search.set_value("SHARK").run()
    (box,) = (box for box in opened.selectbox if box.key == search.key.removesuffix(".search"))
    found = {option.rpartition("  ")[0] for option in box.options[1:]}
    assert found == {"Great White Shark", "shark, tiger"}
    box.select_index(1).run()
    chosen = opened.session_state["setting.class.many"]
    assert NAMES[chosen] in found
    assert opened.subheader or opened.markdown
