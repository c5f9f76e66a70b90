"""How a person wants their picture prepared: what runs is that, what cannot run is refused before, links carry it."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import trace_of
from vitviz.app import links, preparation, words
from vitviz.app.networks import OwnModel
from vitviz.app.preparation import Choice, Refusal, as_chosen, prepared, refusal
from vitviz.images import HALF_MEAN, Preprocessing, open_image, preprocess
from vitviz.models.build import build
from vitviz.models.config import SwinConfig
from vitviz.models.init import initialize
from vitviz.zoo.load import Model
from vitviz.zoo.registry import ModelEntry, find
from vitviz.zoo.source import Source

Open = Callable[..., AppTest]
WIDE = (110, 60)  # width, height
OWN = find("vit-tiny")  # crops, all of the short side


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    kept: dict[str, object] = {}
    monkeypatch.setattr("vitviz.app.settings.st.session_state", kept)
    return kept


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice("crop", 224), OWN.preprocessing),
        (Choice("crop", 330), replace(OWN.preprocessing, size=336)),  # whole patches
        (Choice("pad", 224), replace(OWN.preprocessing, fit="pad")),
        (Choice("squash", 2), replace(OWN.preprocessing, size=16, fit="squash")),
        (Choice("native", 224), replace(OWN.preprocessing, size=(160, 304), fit="squash")),
    ],
)
def test_what_was_not_chosen_stays_the_checkpoints(choice: Choice, expected: Preprocessing) -> None:
    assert as_chosen(OWN, choice, WIDE) == expected


def test_a_share_that_is_cropped_away_goes_with_cropping() -> None:
    cropping = find("vit-b16")
    assert as_chosen(cropping, Choice("crop", 448), WIDE).crop_fraction == 0.9
    assert as_chosen(cropping, Choice("pad", 448), WIDE).crop_fraction == 1.0


def test_what_does_not_fit_is_refused_and_the_nearest_size_is_not() -> None:
    large = refusal(find("vit-b16").config, replace(OWN.preprocessing, size=4096))
    assert large is not None
    assert large.why == "large"
    fits = replace(OWN.preprocessing, size=large.side)
    assert refusal(find("vit-b16").config, fits) is None
    assert refusal(find("vit-b16").config, replace(fits, size=large.side + 16)) is not None
    timm = SwinConfig(shift_rule="axis")
    assert refusal(timm, replace(OWN.preprocessing, size=192)) == Refusal("small", 224)
    assert refusal(timm, replace(OWN.preprocessing, size=224)) is None
    assert refusal(SwinConfig(), replace(OWN.preprocessing, size=32)) is None


@pytest.mark.usefixtures("state")
def test_what_cannot_be_prepared_so_stays_the_checkpoints() -> None:
    for fit, side in (("crop", 0), ("crop", 99999), ("<b>", 224)):
        preparation.FIT.set(fit, OWN.name)
        preparation.SIDE.set(side, OWN.name)
        assert prepared(OWN, WIDE) == OWN
    preparation.FIT.set("native", OWN.name)
    preparation.SIDE.set(320, OWN.name)
    assert prepared(OWN, WIDE).preprocessing == as_chosen(OWN, Choice("native", 320), WIDE)
    assert prepared(find("vit-b16"), WIDE) == find("vit-b16")  # of another model nothing was said


def own_picture() -> dict[str, Any]:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (*WIDE[::-1], 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    about = {"name": "wide.png", "credit": "", "is_own": True}
    return {
        "picture": open_image(file.getvalue()),
        **{f"picture_{key}": value for key, value in about.items()},
    }


def own_model(config: SwinConfig) -> OrderedDict[str, OwnModel]:
    network = build(config)
    initialize(network, 3)
    spec = Preprocessing(size=32, mean=HALF_MEAN, std=HALF_MEAN)
    entry = ModelEntry("mine", "a Swin", config, spec, source=Source("file", "model.safetensors"))
    model = Model(entry, network.eval().requires_grad_(False), True)
    return OrderedDict(mine=OwnModel(entry, lambda: model))


def chosen(model: str, fit: str, side: int) -> dict[str, Any]:
    return {"model": model, **own_picture(), f"setting.fit.{model}": fit,
            f"setting.side.{model}": side}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "fit"), [("vit-test", "native"), ("vit-test", "pad"), ("swin-test", "native")]
)
def test_a_page_runs_what_was_chosen(open_page: Open, model: str, fit: str) -> None:
    page = open_page("stream", **chosen(model, fit, 64))
    entry = find(model)
    spec = as_chosen(entry, Choice(fit, 64), WIDE)
    _, pixels = preprocess(page.session_state["picture"].image, spec)
    trace = trace_of(page)
    assert np.array_equal(trace["image"][0].numpy(), pixels)
    height, width = spec.height_width
    assert any(f"{height} x {width} px" in caption.value for caption in page.caption)
    said = page.session_state[links.KEY].read
    assert (said["fit"][0], said["side"][0]) == (fit, "64")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_too_large_is_refused_before_it_runs(open_page: Open, language: str) -> None:
    page = open_page("stream", language=language, **chosen("vit-test", "squash", 4096))
    (error,) = page.sidebar.error
    template = words.table()["preparation.too_large"][language]
    assert error.value.startswith(template.partition("{height}")[0] + "4096 x 4096")
    assert "262,145" in error.value
    trace = trace_of(page)
    assert trace["image"].shape[-2:] == (32, 32)


def test_a_swins_windows_never_shrink_below_what_timm_has(open_page: Open) -> None:
    config = SwinConfig(
        (32, 32),
        embed_dim=16,
        depths=(2, 2),
        num_heads=(2, 4),
        window_size=4,
        num_classes=5,
        shift_rule="axis",
    )
    page = open_page("stream", **(chosen("mine", "squash", 8) | {"own_models": own_model(config)}))
    assert (
        words.table()["preparation.too_small"]["en"].partition("{side}")[0][-20:]
        in page.sidebar.error[0].value
    )


def test_every_way_has_words() -> None:
    assert {f"preparation.fit_{shape}" for shape in preparation.SHAPES} <= set(words.table())


def test_what_was_measured_at_the_checkpoints_own_size_is_not_said_of_another(open_page: Open) -> None:
    page = open_page("overview", **chosen("vit-tiny", "pad", 224))
    says = [caption.value for caption in page.caption]
    assert words.table()["prediction.prepared_otherwise"]["en"] in says
    assert not any(words.table()["prediction.calibration"]["en"].partition("{")[0] in text for text in says)
