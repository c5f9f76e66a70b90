"""The layer norm page shows the statistics and the values of the run itself, for any layer norm."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import formulas, mounted, number, trace_of
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.payload import pack_data
from vitviz.plot.numbers import fixed, short
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
def test_strips_are_torchs(
    open_page: Open, model: str, at: int, name: str, source: str, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token)
    trace = trace_of(page)
    given = mounted(page, "layer_norm.norms")
    assert (given["at"], given["token"]) == (at, token)
    assert given["statistics"]["norms"][at]["name"] == name
    rows = {row["label"]: row["values"] for row in mounted(page, "layer_norm.strips")["rows"]}
    np.testing.assert_array_equal(rows["x"], trace[source].flatten(0, -2)[there].numpy())
    np.testing.assert_array_equal(rows["x\u0302"], trace[f"{name}.normalized"].flatten(0, -2)[there].numpy())
    np.testing.assert_array_equal(rows["y"], trace[f"{name}.out"].flatten(0, -2)[there].numpy())


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_browser_gets_torchs_statistics_of_every_layer_norm(open_page: Open, model: str) -> None:
    page = open_page("layer_norm", model=model)
    trace = trace_of(page)
    given = mounted(page, "layer_norm.norms")
    statistics = given["statistics"]
    assert [norm["name"] for norm in statistics["norms"]] == [site.name for site in norms.norm_sites(trace)]
    left = statistics["values"]
    for norm, site in zip(statistics["norms"], norms.norm_sites(trace), strict=True):
        (mean, scale, length), left = left[: 3 * norm["count"]].reshape(3, -1), left[3 * norm["count"] :]
        x = trace[site.input_name].flatten(0, -2)  # (N, D)
        np.testing.assert_array_equal(mean, trace[f"{site.name}.mean"].flatten().numpy())
        np.testing.assert_array_equal(scale, trace[f"{site.name}.scale"].flatten().numpy())
        np.testing.assert_array_equal(length, torch.linalg.vector_norm(x, dim=-1).numpy())
        variance = np.maximum(scale.astype(float) ** 2 - norm["eps"], 0)
        np.testing.assert_allclose(variance, x.double().numpy().var(axis=-1), rtol=2e-5)
        top = float(np.abs(mean).max())
        assert norm["limits"] == {
            "mean": [-top, top], "variance": [0, variance.max()], "scale": [0, float(scale.max())],
        }  # fmt: skip
        above = np.flatnonzero(length > 2 * np.median(length))
        largest = above[np.argsort(-length[above], kind="stable")][:24]  # of many no more are marked
        assert sorted(norm["large"]) == sorted(largest.tolist())
        assert norm["threshold"] == 2 * norm["median"] == 2 * float(np.median(length))
    assert left.size == 0


def test_grids_are_the_models(open_page: Open) -> None:
    swin, vit = (
        mounted(open_page("layer_norm", model=model), "layer_norm.norms")
        for model in ("swin-mini", "vit-tiny")
    )
    for given in (swin, vit):
        for norm in given["statistics"]["norms"]:
            assert norm["count"] == len(given["prefix"]) + norm["grid"][0] * norm["grid"][1]
    assert (vit["prefix"], vit["finest"]) == (["cls"], [14, 14])
    grids = [norm["grid"][0] for norm in swin["statistics"]["norms"]]
    assert (swin["prefix"], swin["finest"], sorted(set(grids), reverse=True)) == (
        [],
        [56, 56],
        [56, 28, 14, 7],
    )


@pytest.mark.parametrize(("model", "at", "name", "source", "token", "there"), CASES)
def test_one_channel_is_opened_beside_torchs_value(
    open_page: Open, model: str, at: int, name: str, source: str, token: int, there: int
) -> None:
    page = open_at(open_page, model, at, token, channel=11)
    out = trace_of(page)[f"{name}.out"].flatten(0, -2)[there, 11].item()
    formula = next(text for text in formulas(page) if text.startswith("y ="))
    assert number(formula.split(" = ")[-1]) == pytest.approx(out, abs=2e-6)
    check = next(caption.value for caption in page.caption if "F.layer_norm" in caption.value)
    assert fixed(out) in check
    gaps = [
        float(text.strip(" ."))
        for text in (check.split("|\u0394| = ")[1].split(". ")[0], check.split("= ")[-1])
    ]
    assert max(gaps) < 5e-6


def test_mean_and_scale_stand_beside_what_they_act_on(open_page: Open) -> None:
    page = open_page("layer_norm", model="vit-tiny")
    rows = {row["label"]: row["values"] for row in mounted(page, "layer_norm.strips")["rows"]}
    np.testing.assert_allclose(rows["\u03bc"], rows["x"].mean(), atol=1e-6)
    np.testing.assert_allclose((rows["x"] - rows["\u03bc"]) / rows["s"], rows["x\u0302"], atol=1e-5)
    np.testing.assert_allclose(rows["x\u0302"] * rows["\u03b3"] + rows["\u03b2"], rows["y"], atol=1e-5)


def test_moving_along_the_layer_norms_runs_no_model(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("layer_norm", model="swin-mini")

    def never(*_: object) -> None:
        raise AssertionError("the model ran again")

    for network in (VisionTransformer, SwinTransformer):
        monkeypatch.setattr(network, "forward", never)
    monkeypatch.setattr(norms, "norm_statistics", never)
    before = mounted(page, "layer_norm.norms")
    assert "blocks" not in page.header[0].value
    page.session_state["setting.layer_norm.at.swin-mini"] = 9
    page.run()
    assert not page.exception
    after = mounted(page, "layer_norm.norms")
    name = before["statistics"]["norms"][9]["name"]
    assert name in page.header[0].value
    assert (before["at"], after["at"]) == (0, 9)
    # The same numbers: the browser need not read them again.
    assert pack_data(after["statistics"]) == pack_data(before["statistics"])


def test_it_says_by_what_it_calls_a_norm_large(open_page: Open) -> None:
    given = mounted(open_page("layer_norm", model="vit-tiny"), "layer_norm.norms")
    for said, norm in zip(given["notes"], given["statistics"]["norms"], strict=True):
        assert f"2 x the median {short(norm['median'])}" in said
        marked = len(norm["large"])
        if marked == 24:
            assert "; marked (dashed, open circles) are the 24 largest" in said
        else:
            assert said.startswith(
                f"Marked (dashed, open circles): {marked} with" if marked else "No token stands out"
            )


def test_it_speaks_chinese(open_page: Open) -> None:
    assert open_page("layer_norm", language="zh").title[0].value == "逐个 token 看层归一化"
