"""A host without Streamlit describes a trace, and the description goes through a payload whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import random_picture, randomise
from vitviz.models.config import SwinConfig, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.payload import pack_data, unpack_data
from vitviz.tracing.trace import Trace, run_trace
from vitviz.web.explorer.defaults import DEFAULTS
from vitviz.web.explorer.describe import DescribedPicture, describe, explorer_data
from vitviz.zoo.registry import REGISTRY

PICTURE = DescribedPicture("data:,", 1.5, "daisy", "a daisy", "1f")


def traced(kind: str) -> Trace:
    network: Any = (
        SwinTransformer(SwinConfig((32, 32), embed_dim=8, depths=(2, 1), num_heads=(2, 4), window_size=4))
        if kind == "swin"
        else VisionTransformer(ViTConfig((32, 48), 16, embed_dim=8, depth=2, num_heads=2))
    )
    randomise(network)
    return run_trace(network.eval(), random_picture(32, 32 if kind == "swin" else 48))


def test_a_vit() -> None:
    found = describe(traced("vit"), REGISTRY["vit-tiny"], PICTURE, "")
    assert found["layers"] == [
        {
            "name": f"blocks.{layer}",
            "heads": 2,
            "rows": 2,
            "columns": 3,
            "prefix": ["cls"],
            "window": None,
            "shift": 0,
        }
        for layer in range(2)
    ]
    assert (found["revision"], found["rollout"]) == ("1f vit-tiny", True)


def test_a_swin() -> None:
    found = describe(traced("swin"), REGISTRY["swin-mini"], PICTURE, "")
    assert [(one["rows"], one["window"], one["shift"], one["prefix"]) for one in found["layers"]] == [
        (8, 4, 0, []),
        (8, 4, 2, []),
        (4, 4, 0, []),
    ]
    assert not found["rollout"]


@pytest.mark.parametrize("kind", ["vit", "swin"])
def test_all_of_it_goes_through_a_payload(kind: str) -> None:
    model = REGISTRY["vit-tiny" if kind == "vit" else "swin-mini"]
    first = describe(traced(kind), model, PICTURE, "payloads")
    data = explorer_data(first, {"layer": 1}, scales={}, words={"row": "row"}, second=first)
    assert unpack_data(pack_data(data)) == data
    assert data["defaults"] == DEFAULTS
