"""Every page opens for every kind of model that can be loaded, and says what it cannot show."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from vitviz.app import words
from vitviz.app.markup import as_text
from vitviz.app.networks import OwnModel
from vitviz.images import HALF_MEAN, HALF_STD, Preprocessing
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, Rotary, SwinConfig, SwinV2Config, ViTConfig
from vitviz.models.init import initialize
from vitviz.payload import unpack_data
from vitviz.zoo.load import Model
from vitviz.zoo.registry import ModelEntry
from vitviz.zoo.source import Source

Open = Callable[..., AppTest]
VIT = ViTConfig((32, 32), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
SEEN = Preprocessing(size=32, mean=HALF_MEAN, std=HALF_STD)
SWIN = SwinConfig((32, 32), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
V2 = SwinV2Config((32, 32), embed_dim=16, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
SWINS: dict[str, SwinConfig] = {
    "Swin without a head": replace(SWIN, num_classes=0),
    "Swin with absolute positions": replace(SWIN, absolute_position=True, window_size=(4, 2)),
    "Swin v2": V2,
    "Swin v2 without a head": replace(V2, num_classes=0),
}
FAMILIES: dict[str, ModelConfig] = {
    "no head": replace(VIT, num_classes=0),
    "mean of the patches": replace(VIT, class_token=False, pool="avg", norm_after_pool=True),
    "mean of all tokens": replace(VIT, pool="avg", pool_prefix=True),
    "largest of the patches": replace(VIT, pool="max"),
    "mean and largest": replace(VIT, pool="avgmax"),
    "token and mean": replace(VIT, pool="token_avg", num_registers=2, position_prefix=1, layer_scale=True),
    "two tokens, one head": replace(VIT, distillation_token=True, distillation_head=False),
    "a query that pools": replace(VIT, class_token=False, pool="map"),
    "norms on q and k": replace(VIT, qk_norm=True),
    "norms after the sublayers": replace(VIT, norm_place="after", class_token=False, pool="avg"),
    "a gated MLP": replace(VIT, mlp_kind="swiglu", layer_scale=True, num_registers=2, position_prefix=1),
    "norms before the projections": replace(VIT, attn_norm=True, mlp_norm=True, mlp_kind="swiglu"),
    "angles, centred": replace(
        VIT, position="none", rotary=Rotary("centred"), num_registers=2, position_prefix=0
    ),
    "angles, axial": replace(VIT, rotary=Rotary("axial", pairs="neighbours")),
    "angles, mixed": replace(VIT, rotary=Rotary("mixed", pairs="neighbours")),
    "a bias for every offset": replace(VIT, position="none", relative_bias=True, pool="avg"),
}
PAGES = (
    "overview",
    "attention",
    "patches",
    "position",
    "layer_norm",
    "norm_depth",
    "stream",
    "mlp",
    "attribution",
    "class_scores",
    "loss",
    "lens",
)
SWIN_PAGES = (
    "overview",
    "attention",
    "layer_norm",
    "norm_depth",
    "stream",
    "mlp",
    "attribution",
    "class_scores",
    "loss",
    "lens",
    "swin_shift",
    "swin_reach",
    "swin_cost",
)
ABOUT_CLASSES = ("overview", "attribution", "class_scores", "loss", "lens")


def loaded(name: str, config: ModelConfig) -> OrderedDict[str, OwnModel]:
    """What a session holds of a person who loaded such a model from a file."""
    network = build(config)
    initialize(network, 3)
    entry = ModelEntry(name, f"a model: {name}", config, SEEN, source=Source("file", "model.safetensors"))
    model = Model(entry, network.eval().requires_grad_(False), True)
    return OrderedDict({name: OwnModel(entry, lambda: model)})


@pytest.mark.parametrize(
    ("page", "name"),
    [
        *((page, name) for name in FAMILIES for page in PAGES),
        *((page, name) for name in SWINS for page in SWIN_PAGES),
    ],
)
def test_every_page_opens(open_page: Open, page: str, name: str) -> None:
    config = FAMILIES.get(name) or SWINS[name]
    opened = open_page(page, model=name, own_models=loaded(name, config))
    missing = words.table()["no_classes"]["en"].format(name=as_text(f"{name} (a model)"))
    says = [info.value for info in opened.info]
    notes = {
        "layer_norm.norms_after": name.startswith(("norms after", "Swin v2")),
        "layer_norm.qk_norms": name == "norms on q and k",
        "layer_norm.pool_norm": name == "a query that pools",
    }
    captions = [caption.value for caption in opened.caption]
    for note, there in notes.items():
        assert (words.table()[note]["en"] in captions) == (there and page == "layer_norm")
    if page == "stream":
        lead = words.table()["stream.lead_norms_after"]["en"].partition("{")[0]  # before its formulas
        assert any(lead in text.value for text in opened.markdown) == notes["layer_norm.norms_after"]
    assert (missing in says) == (not config.num_classes and page in ABOUT_CLASSES), says


def test_a_swin_v2_has_its_own_scores_and_the_number_of_its_own_mask(open_page: Open) -> None:
    own = loaded("Swin v2", replace(V2, masked_score=-200.0))
    (lab,) = (
        data for data in parts(open_page("swin_shift", model="Swin v2", own_models=own)) if "masked" in data
    )
    assert lab["masked"] == -200
    assert "cos(q, k)" in lab["words"]["say_attention"]
    assert "\u2212200 where" in lab["words"]["say_mask"]
    page = open_page("swin_reach", model="Swin v2", own_models=own, **{"swin_reach.view.en": "scores"})
    (scores,) = (data["words"] for data in parts(page) if "tables" in data)
    assert scores["qk"] == "cos(q, k) / \u03c4"
    assert any("\\cos(q, k)" in text.value for text in page.markdown)


def parts(page: AppTest) -> list[dict[str, Any]]:
    """What the browser parts of a page get."""
    return [unpack_data(part.proto.bytes) for part in page.get("bidi_component")]
