"""The page of tokens and position shows the run's own numbers, and its re-runs are real ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, number, trace_of
from vitviz.analysis.position.class_changes import probabilities
from vitviz.analysis.position.patch_shuffle import shuffle
from vitviz.app import session
from vitviz.images import to_array
from vitviz.models.config import ViTConfig
from vitviz.models.vit import VisionTransformer
from vitviz.samples import SAMPLES
from vitviz.zoo.registry import REGISTRY, find

Open = Callable[..., AppTest]
BASE = cast(ViTConfig, find("vit-test").config)
# Interactions need a model that the side bar lists, which those called "-test" are not.
PLAIN = "vit-variant-plain"
VARIANTS = {
    PLAIN: BASE,
    "vit-variant-registers": replace(BASE, distillation_token=True, num_registers=2, position_prefix=1),
    "vit-variant-sincos": replace(BASE, position="sincos"),
    "vit-variant-none": replace(BASE, position="none"),
    "vit-variant-mean": replace(BASE, class_token=False, pool="avg"),
}


@pytest.fixture(autouse=True)
def variants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small models of every kind of position and prefix, known to the registry for the length of a test."""
    for name, config in VARIANTS.items():
        monkeypatch.setitem(REGISTRY, name, replace(find("vit-test"), name=name, title=name, config=config))


def opened(open_page: Open, part: str, model: str = PLAIN, **state: object) -> AppTest:
    return open_page("position", model=model, **{"setting.position.part": part, **state})


def network_of(page: AppTest) -> VisionTransformer:
    return cast(VisionTransformer, trace_of(page).network)


def said(page: AppTest) -> str:
    return "\n".join(element.value for kind in ("markdown", "caption", "info") for element in page.get(kind))


def tables(page: AppTest) -> list[list[list[str]]]:
    """The texts of all HTML tables, cell by cell."""
    found = []
    for element in page.get("html"):
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", element.proto.body, flags=re.S)
        found.append(
            [[re.sub(r"<[^>]+>", " ", c).strip() for c in re.findall(r"<t[dh].*?</t[dh]>", r)] for r in rows]
        )
    found = [[row for row in table if row] for table in found]
    return [table for table in found if table]


@pytest.mark.parametrize("model", ["vit-tiny", *VARIANTS])
def test_the_strips_are_the_traces_tensors(open_page: Open, model: str) -> None:
    page = opened(open_page, "sequence", model, **{f"setting.token.{model}": 4})
    trace = trace_of(page)
    names = ["tokens", "pos_embed", "full_embed"] if model != "vit-variant-none" else ["tokens"]
    strips = {row["label"]: row["values"] for row in mounted(page, "position.token")["rows"]}
    assert list(strips) == names
    for name in names:
        np.testing.assert_array_equal(strips[name], trace[name][0, 4].numpy())
    lengths = {row["label"]: row["values"] for row in mounted(page, "position.lengths")["rows"]}
    for name in names:
        expected = trace[name][0].double().norm(dim=1).numpy()
        np.testing.assert_allclose(lengths[f"|{name}|"], expected, rtol=1e-6)
    if len(names) == 3:
        assert "max |\u0394| = **0**" in said(page)  # one addition in float32 is torch's own
        x, e, total = (float(strips[name][0]) for name in names)
        sentence = next(m.value for m in page.markdown if "torch has" in m.value)
        shown = [number(n) for n in re.findall(r"[\u2212]?\d+\.\d{6}", sentence)]
        assert shown[0] == pytest.approx(x, abs=6e-7)
        assert shown[-2:] == pytest.approx([total, total], abs=2e-6)
        assert abs(shown[1]) == pytest.approx(abs(e), abs=6e-7)


def test_prefix_tokens_are_the_models_parameters(open_page: Open) -> None:
    model = "vit-variant-registers"
    page = opened(open_page, "sequence", model)
    network = network_of(page)
    rows = {row["label"]: row["values"] for row in mounted(page, "position.prefix")["rows"]}
    assert list(rows) == ["cls", "dist", "reg1", "reg2"]
    assert network.dist_token is not None
    assert network.reg_token is not None
    np.testing.assert_array_equal(rows["dist"], network.dist_token[0, 0].numpy())
    np.testing.assert_array_equal(rows["reg2"], network.reg_token[0, 1].numpy())
    table = next(t for t in tables(page) if t[0][0] == "i")
    assert [row[2] for row in table[1:]] == [
        "cls_token[0, 0]", "dist_token[0, 0]", "reg_token[0, 0]", "reg_token[0, 1]",
    ]  # fmt: skip
    assert [row[-1] == "no position" for row in table[1:]] == [False, True, True, True]
    assert number(table[1][4]) == pytest.approx(network.cls_token[0, 0].norm().item(), rel=1e-3)  # type: ignore[index]


def test_without_prefix_tokens_it_says_so(open_page: Open) -> None:
    assert "no prefix tokens" in said(opened(open_page, "sequence", "vit-variant-mean"))


@pytest.mark.parametrize("model", [PLAIN, "vit-variant-registers", "vit-variant-sincos"])
def test_the_browser_gets_every_position_as_it_is(open_page: Open, model: str) -> None:
    page = opened(open_page, "similarity", model)
    data, e = mounted(page, "position.similarity"), trace_of(page)["pos_embed"][0]
    np.testing.assert_array_equal(data["positions"].reshape(e.shape), e.numpy())
    assert data["map"] == {"rows": 4, "columns": 4, "prefix": list(VARIANTS[model].prefix_names)}
    patches = torch.nn.functional.normalize(e[-16:].double(), dim=1)
    cosines = patches @ patches.T
    assert data["largest"] == pytest.approx(
        (cosines - 2 * torch.eye(16)).abs().fill_diagonal_(0).max().item()
    )
    mean = next(t for t in tables(page) if len(t) == 4)
    place = torch.arange(16)
    row = (place[:, None] // 4 == place // 4) & (place[:, None] != place)
    assert number(mean[1][1]) == pytest.approx(cosines[row].mean().item(), abs=6e-5)


def test_another_picture_changes_no_position(open_page: Open) -> None:
    first = mounted(opened(open_page, "similarity"), "position.similarity")
    page = opened(open_page, "similarity")
    page.selectbox(key="sample.en.False").set_value(SAMPLES[1].file).run()
    second = mounted(page, "position.similarity")
    assert first["image"] != second["image"]
    np.testing.assert_array_equal(first["positions"], second["positions"])
    assert first["revision"] == second["revision"]  # what a person holds stays held


@pytest.mark.parametrize(("mode", "antialias"), [("bicubic", True), ("bilinear", False), ("bicubic", False)])
def test_another_size_is_a_real_run(open_page: Open, mode: str, antialias: bool) -> None:
    state = {
        f"setting.position.size.{PLAIN}": 5,
        f"setting.position.mode.{PLAIN}": mode,
        f"setting.position.antialias.{PLAIN}": antialias,
    }
    page = opened(open_page, "size", **state)
    network, entry = network_of(page), find(PLAIN)
    config = replace(BASE, position_mode=mode, position_antialias=antialias)  # type: ignore[arg-type]
    other = VisionTransformer(config).eval().requires_grad_(False)
    other.load_state_dict(network.state_dict())
    spec = replace(entry.preprocessing, size=(48, 48))  # grids from 1 x 1 on: number 5 is 6 x 6
    seen = page.session_state["picture"].view(spec)
    logits = other(torch.from_numpy(to_array(seen, spec))[None])[0]
    table = next(t for t in tables(page) if t[0][0] == "class")
    assert table[0][2].startswith("48 x 48 px")
    shown = {row[0]: row[2] for row in table[1:-1]}
    share = 100 * probabilities(logits.numpy())
    assert shown
    for name, text in shown.items():
        assert float(text.split(" %")[0]) == pytest.approx(share[int(name.split()[1])], abs=0.051)
    gap = (logits - trace_of(page).logits).abs().max().item()
    assert number(table[-1][2]) == pytest.approx(gap, rel=5e-3)
    overlay = mounted(page, "position.after")["overlay"]
    e = torch.nn.functional.normalize(other.positions((6, 6))[0].double(), dim=1)
    chosen = mounted(page, "position.after")["token"]
    np.testing.assert_allclose(overlay, (e @ e[chosen]).numpy(), atol=1e-6)
    check = next(c.value for c in page.caption if "float64" in c.value)
    assert float(re.findall(r"= (\d\.\de-\d+)", check)[0]) < 1e-6


def test_sizes_that_were_tried_stay_in_sight(open_page: Open) -> None:
    page = opened(open_page, "size")
    page.select_slider(key=f"position.size.{PLAIN}").set_value(1).run()
    assert not page.exception
    table = next(t for t in tables(page) if t[0][0] == "setting")
    assert [row[0] for row in table[1:]] == [
        "48 x 48 px, bicubic, antialias",
        "16 x 16 px, bicubic, antialias",
    ]


def test_going_back_to_a_size_does_not_run_again(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(open_page, "size")
    page.select_slider(key=f"position.size.{PLAIN}").set_value(1).run()

    def never(*_: object) -> None:
        raise AssertionError("the model ran again")

    monkeypatch.setattr(VisionTransformer, "forward", never)
    page.select_slider(key=f"position.size.{PLAIN}").set_value(5).run()
    assert not page.exception


def test_sine_cosines_have_nothing_to_interpolate(open_page: Open) -> None:
    page = opened(open_page, "size", "vit-variant-sincos")
    assert not any(toggle.label == "antialias" for toggle in page.toggle)
    network = network_of(page)
    e = torch.nn.functional.normalize(network.positions((6, 6))[0].double(), dim=1)
    data = mounted(page, "position.after")
    overlay = data["overlay"]
    assert np.isnan(overlay[0])  # the class token has no position
    np.testing.assert_allclose(overlay[1:], (e @ e[data["token"]]).numpy()[1:], atol=1e-6)


@pytest.mark.parametrize("part", ["similarity", "size"])
def test_without_positions_there_is_nothing_to_compare(open_page: Open, part: str) -> None:
    assert "no position embeddings" in said(opened(open_page, part, "vit-variant-none"))


@pytest.mark.parametrize("model", list(VARIANTS))
def test_changed_runs_are_real_ones(open_page: Open, model: str) -> None:
    page = opened(open_page, "changed", model, **{f"setting.position.seed.{model}": 3})
    network, trace = network_of(page), trace_of(page)
    order = torch.from_numpy(shuffle((4, 4), 1, 3))
    patches = torch.nn.functional.unfold(trace["image"], 8, stride=8)[:, :, order]
    moved = network(torch.nn.functional.fold(patches, (32, 32), 8, stride=8))[0]
    table = next(t for t in tables(page) if t[0][0] == "class")
    heads = [re.sub(r"\s+", " ", head) for head in table[0]]
    gaps = dict(zip(heads[2:], table[-1][2:], strict=True))
    contents = number(gaps["contents shuffled, positions fixed \u03a0x + e"])
    whole = number(gaps["tokens shuffled with their positions \u03a0(x + e)"])
    expected = (moved - trace.logits).abs().max().item()
    assert whole < 1e-5
    if model == "vit-variant-none":
        assert contents < 1e-5
        assert len(heads) == 4
    else:
        assert contents == pytest.approx(expected, rel=0.02)
        assert contents > 100 * whole
        assert len(heads) == 6
        bag = next(m.value for m in page.markdown if "bag of patches" in m.value and "no more" in m.value)
        assert float(re.findall(r"\*\*(.*?)\*\*", bag)[0]) < 1e-5


def test_shuffling_anew_is_another_permutation(open_page: Open) -> None:
    page = opened(open_page, "changed")
    before = next(t for t in tables(page) if t[0][0] == "class")
    page.button(key=f"position.seed.{PLAIN}.button").click().run()
    assert not page.exception
    after = next(t for t in tables(page) if t[0][0] == "class")
    assert "seed 1" in said(page)
    assert before[-1][3] != after[-1][3]
    assert before[1][1] == after[1][1]


def test_a_swin_is_pointed_to_its_own_page(open_page: Open) -> None:
    page = opened(open_page, "sequence", "swin-test")
    assert "no absolute positions" in said(page)
    assert trace_of(page).config == find(session.DEFAULT_MODEL).config


def test_it_speaks_chinese_and_keeps_the_part(open_page: Open) -> None:
    page = opened(open_page, "changed", language="zh")
    assert page.title[0].value == "Token 与位置"
    assert "位置不动" in tables(page)[0][0][3]
