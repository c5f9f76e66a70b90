"""The layer norm page shows the statistics and the values of the run itself, for any layer norm."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import floats, formulas, mounted
from tests.pages.test_patches import number, trace_of
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing import norms

Open = Callable[..., AppTest]
# model, number of the layer norm, its name, the tensor it starts from, token of the finest map, token there
CASES = [
    ("vit-tiny", 0, "blocks.0.ln1", "blocks.0.resid_pre", 0, 0),
    ("vit-tiny", 7, "blocks.3.ln2", "blocks.3.resid_mid", 60, 60),
    ("vit-tiny", 24, "ln_final", "blocks.11.resid_post", 196, 196),
    ("swin-mini", 0, "ln_embed", "embed", 1234, 1234),
    ("swin-mini", 5, "layers.1.downsample.ln", "layers.1.downsample.gathered", 31 * 56 + 40, 15 * 28 + 20),
    ("swin-mini", 24, "ln_final", "layers.3.blocks.1.resid_post", 31 * 56 + 40, 3 * 7 + 5),
]


def open_at(open_page: Open, model: str, at: int, token: int, channel: int = 5) -> AppTest:
    state = {
        f"setting.layer_norm.at.{model}": at,
        f"setting.token.{model}": token,
        f"setting.layer_norm.channel.{model}": channel,
    }
    return open_page("layer_norm", model=model, **state)


@pytest.mark.parametrize(("model", "at", "name", "source", "token", "there"), CASES)
def test_maps_and_strips_are_torchs(
    open_page: Open, model: str, at: int, name: str, source: str, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token)
    trace = trace_of(page)
    x = trace[source].flatten(0, -2).double().numpy()
    mean, scale = (trace[f"{name}.{part}"].flatten().numpy() for part in ("mean", "scale"))
    np.testing.assert_array_equal(floats(mounted(page, "layer_norm.mean")["overlay"]), mean)
    np.testing.assert_array_equal(floats(mounted(page, "layer_norm.scale")["overlay"]), scale)
    variance = floats(mounted(page, "layer_norm.variance")["overlay"])
    np.testing.assert_allclose(variance, x.var(axis=-1), rtol=2e-5)
    assert mounted(page, "layer_norm.picture")["token"] == there
    rows = {row["label"]: floats(row["values"]) for row in mounted(page, "layer_norm.strips")["rows"]}
    np.testing.assert_array_equal(rows["x"], trace[source].flatten(0, -2)[there].numpy())
    np.testing.assert_array_equal(rows["x\u0302"], trace[f"{name}.normalized"].flatten(0, -2)[there].numpy())
    np.testing.assert_array_equal(rows["y"], trace[f"{name}.out"].flatten(0, -2)[there].numpy())


@pytest.mark.parametrize(("model", "at", "name", "source", "token", "there"), CASES)
def test_one_channel_is_opened_beside_torchs_value(
    open_page: Open, model: str, at: int, name: str, source: str, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token, channel=11)
    out = trace_of(page)[f"{name}.out"].flatten(0, -2)[there, 11].item()
    formula = next(text for text in formulas(page) if text.startswith("y ="))
    assert number(formula.split(" = ")[-1]) == pytest.approx(out, abs=2e-6)
    check = next(caption.value for caption in page.caption if "F.layer_norm" in caption.value)
    assert f"{out:.6f}" in check
    gaps = [
        float(text.strip(" ."))
        for text in (check.split("|\u0394| = ")[1].split(". ")[0], check.split("= ")[-1])
    ]
    assert max(gaps) < 5e-6


def test_moving_along_the_layer_norms_runs_no_model(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("layer_norm", model="swin-mini")

    def never(*_: object) -> None:
        raise AssertionError("the model ran again")

    for network in (VisionTransformer, SwinTransformer):
        monkeypatch.setattr(network, "forward", never)
    monkeypatch.setattr(norms, "norm_statistics", never)
    before = floats(mounted(page, "layer_norm.scale")["overlay"])
    page.select_slider(key="layer_norm.at.swin-mini").set_value(9).run()
    assert not page.exception
    after = floats(mounted(page, "layer_norm.scale")["overlay"])
    assert before.size == 56 * 56
    assert after.size == 28 * 28
    assert page.session_state["setting.layer_norm.at.swin-mini"] == 9


def test_it_says_by_what_it_calls_a_norm_large(open_page: Open) -> None:
    page = open_page("layer_norm", model="vit-tiny")
    said = [caption.value for caption in page.caption if "2 x the median" in caption.value]
    assert said
    marked = mounted(page, "layer_norm.picture")["marked"]
    trace = trace_of(page)
    length = trace["blocks.0.resid_pre"][0].norm(dim=-1).numpy()
    assert sorted(marked) == np.flatnonzero(length > 2 * np.median(length)).tolist()


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("layer_norm", language="zh").title[0].value == "逐个 token 看层归一化"
