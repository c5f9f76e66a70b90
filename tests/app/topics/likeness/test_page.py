"""The likeness page sends what torch made, and its own place; the two models' figures are those of their runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import vitviz
from tests.app.page_contents import mounted
from vitviz.analysis.class_maps.methods import class_map
from vitviz.analysis.likeness.components import components_by_depth
from vitviz.analysis.likeness.vectors import KINDS, Kind, token_vectors
from vitviz.app import session
from vitviz.app.topics.likeness import maps
from vitviz.payload import unpack
from vitviz.samples import SAMPLES

Open = Callable[..., AppTest]


def vectors_of(side: dict[str, Any], kind: str, layer: int) -> np.ndarray:
    """What the browser fetches for a block."""
    token = side["url"].rpartition("/")[2]
    payload = session.payloads.fetch(
        token, ("vectors", kind, layer), lambda source: source.vectors(layer, kind)
    )
    assert payload is not None
    return unpack(payload)[1]["vectors"]


def test_the_kinds_are_those_of_the_method() -> None:
    assert maps.KINDS == KINDS


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini", "deit-ti16"])
@pytest.mark.parametrize("kind", ["stream", "values"])
def test_it_sends_torchs_vectors_and_their_main_directions(open_page: Open, model: str, kind: Kind) -> None:
    data = mounted(open_page("likeness", model=model, **{"setting.likeness.kind": kind}), "likeness.patches")
    (side,) = data["sides"]
    trace = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    found = list(components_by_depth([trace], kind))
    assert data["directionsOf"] == {"kind": kind, "head": -1}
    for i, block in enumerate(trace.blocks):
        np.testing.assert_allclose(
            vectors_of(side, kind, i), token_vectors(block, kind).numpy(), rtol=1e-4, atol=1e-4
        )
        one, sent = found[i], side["directions"][i]
        assert one is not None
        np.testing.assert_allclose(sent["share"], one.share, atol=1e-5)
        np.testing.assert_allclose(
            sent["projections"].reshape(-1, 3),
            one.projections[0],
            atol=1e-3 * np.abs(one.projections[0]).max(),
        )


def test_a_second_picture_shares_the_directions_and_keeps_its_own_map(open_page: Open) -> None:
    state = {"setting.beside.picture": SAMPLES[1].file, "setting.fit.vit-tiny": "native"}
    data = mounted(open_page("likeness", model="vit-tiny", **state), "likeness.patches")
    one, two = data["sides"]
    assert data["related"]
    assert one["revision"] != two["revision"]
    for first, second in zip(one["directions"], two["directions"], strict=True):
        np.testing.assert_array_equal(first["spans"], second["spans"])
        np.testing.assert_array_equal(first["share"], second["share"])
    for side in data["sides"]:
        layer = side["layers"][0]
        assert len(side["directions"][0]["projections"]) == 3 * layer["rows"] * layer["columns"]
        # Each picture has the shape that its own pixels have, not the other's.
        assert layer["columns"] / layer["rows"] == pytest.approx(side["picture"]["aspect"], abs=1e-6)


def test_it_is_on_the_cursor_of_every_page(open_page: Open) -> None:
    state = {"setting.block.swin-mini": 7, "setting.token.swin-mini": 100, "setting.likeness.head": 3,
             "setting.likeness.kind": "keys", "setting.likeness.side": 1}  # fmt: skip
    data = mounted(open_page("likeness", model="swin-mini", **state), "likeness.patches")
    place = data["place"]
    assert (place["block"], place["token"], place["at"]) == (7, 100, 0)
    assert (place["kind"], place["head"]) == ("keys", 3)
    assert place["side"] == 0  # there is no second picture
    heads = [layer["heads"] for layer in data["sides"][0]["layers"]]
    lacking = [one is None for one in data["sides"][0]["directions"]]
    assert lacking == [count <= 3 for count in heads]
    assert any(lacking)
    assert not all(lacking)


@pytest.mark.parametrize(("model", "other"), [("vit-tiny", "swin-mini"), ("swin-mini", "vit-tiny")])
def test_two_models_stand_side_by_side(open_page: Open, model: str, other: str) -> None:
    page = open_page("likeness", model=model, **{"setting.likeness.section": "models"})
    data = mounted(page, "likeness.models")
    assert not data["related"]
    assert [side["model"] for side in data["sides"]] == [model, other]
    for name in (model, other):
        trace = vitviz.trace(vitviz.load_model(name), SAMPLES[0].path)
        lens = mounted(page, f"likeness.lens.{name}")["figure"]["data"]
        top = trace.top(5)
        assert len(lens) == 5
        for line, score in zip(lens, top, strict=True):
            assert line["y"][-1] == pytest.approx(score.probability, abs=1e-5)
        lengths = mounted(page, f"likeness.lengths.{name}")["figure"]["data"]
        mean = [float(token_vectors(b)[b.num_prefix :].norm(dim=-1).mean()) for b in trace.blocks]
        drawn = np.concatenate([line["y"] for line in lengths])
        assert all(np.abs(drawn - value).min() < 1e-3 * value for value in mean)
        sent = mounted(page, f"likeness.map.{name}")["values"]
        found = class_map(trace, "chefer").values
        np.testing.assert_allclose(sent, found.ravel(), atol=1e-4 * np.abs(found).max())


def test_the_model_beside_is_never_the_first_one(open_page: Open) -> None:
    state = {"setting.likeness.section": "models", "setting.beside.model": "swin-mini"}
    page = open_page("likeness", model="swin-mini", **state)
    assert [side["model"] for side in mounted(page, "likeness.models")["sides"]] == ["swin-mini", "vit-tiny"]


@pytest.mark.parametrize("section", ["patches", "models"])
def test_it_speaks_chinese(open_page: Open, section: str) -> None:
    page = open_page("likeness", model="vit-tiny", language="zh", **{"setting.likeness.section": section})
    assert page.title[0].value.startswith("相似度")
