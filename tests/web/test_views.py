"""The other views of a run: their data is what torch computed, and a state that is not there is one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vitviz
from vitviz.payload import unpack_data
from vitviz.samples import SAMPLES
from vitviz.tracing.norms import norm_statistics
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.of_trace import shown
from vitviz.web.html_file.packing import unpacked
from vitviz.web.modules import PACKAGE
from vitviz.web.views.of_run import VIEWS, view_of


def traced(model: str) -> Trace:
    made = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    assert isinstance(made, Trace)
    return made


@pytest.fixture(scope="module")
def vit() -> Trace:
    return traced("vit-tiny")


@pytest.fixture(scope="module")
def swin() -> Trace:
    return traced("swin-mini")


def in_file(path: Path) -> dict[str, Any]:
    """The data of a file by language."""
    found = re.search(r'id="n0">([^<]*)', path.read_text(encoding="utf-8"))
    assert found
    data: dict[str, Any] = unpack_data(unpacked(found[1]))
    return data


def test_a_lens_in_a_file_has_torchs_scores(vit: Trace, tmp_path: Path) -> None:
    data = in_file(vit.save_html(tmp_path / "a.html", view="lens"))
    assert set(data) == {"en", "zh"}
    classes = [one["index"] for one in data["en"]["classes"]]
    logits = data["en"]["logits"]  # (depths, T, classes)
    with_head = vit.network.head(vit.network.norm(vit["blocks.5.resid_post"]))[0]  # (N, K)
    np.testing.assert_allclose(logits[6], with_head[:, classes].detach().numpy(), atol=1e-4)
    np.testing.assert_allclose(logits[-1][0], vit.logits[classes].numpy(), atol=1e-4)
    assert data["zh"]["words"] != data["en"]["words"]


def test_layer_norms_in_a_file_are_those_of_the_run(vit: Trace, tmp_path: Path) -> None:
    data = in_file(vit.save_html(tmp_path / "a.html", view="norms", state={"norm": 4, "token": 7}))["en"]
    first = norm_statistics(vit)[0]
    values = data["statistics"]["values"]
    count = len(first.mean)
    for at, expected in enumerate((first.mean, first.scale, first.norm)):
        assert np.array_equal(values[at * count : (at + 1) * count], np.asarray(expected, np.float32))
    assert (data["at"], data["token"]) == (4, 7)


def test_class_maps_in_a_file_are_those_of_the_library(vit: Trace, tmp_path: Path) -> None:
    data = in_file(vit.save_html(tmp_path / "a.html", view="class_maps", state={"class": 3}))["en"]
    tiles = {tile["name"]: tile for tile in data["tiles"]}
    for method in ("chefer", "grad_cam"):
        expected = vitviz.class_map(vit, method, 3).values
        np.testing.assert_allclose(tiles[method]["values"], expected, rtol=1e-5, atol=1e-8)
    assert "occlusion" not in tiles  # it takes many runs


def test_a_shift_lab_in_a_file_has_the_weights_of_the_run(swin: Trace, tmp_path: Path) -> None:
    data = in_file(swin.save_html(tmp_path / "a.html", view="shift"))["en"]
    block = next(each for each in swin.swin_blocks if each.name == "layers.2.blocks.1")
    for window in range(4):
        there = data["kept"]["weights"][f"{block.name} {window}"]
        expected = swin[f"{block.name}.pattern"].reshape(-1, 4, *there["masked"].shape[-2:])
        pattern = block.window_pattern(window, 0)
        np.testing.assert_allclose(there["masked"][0], pattern.numpy(), atol=1e-6)
        assert expected.shape[-1] == there["masked"].shape[-1]
    assert data["fixed"]
    assert data["setting"]["block"] == block.name


@pytest.mark.parametrize("name", list(VIEWS))
def test_what_is_not_there_is_one_sentence(swin: Trace, name: str) -> None:
    view = view_of(name, shown(swin, "a"))
    with pytest.raises(ValueError, match="it has"):
        view.changed(view.opening(), {"nonsense": 1})
    assert view.changed(view.opening(), {}) == view.opening()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("lens", {"depth": 99}),
        ("norms", {"norm": -1}),
        ("norms", {"token": True}),
        ("class_maps", {"method": "x"}),
    ],
)
def test_a_place_that_is_not_there_is_refused(vit: Trace, name: str, wanted: dict[str, Any]) -> None:
    view = view_of(name, shown(vit, "a"))
    with pytest.raises(ValueError, match="there is no"):
        view.changed(view.opening(), wanted)


def test_a_view_says_which_runs_it_cannot_show(vit: Trace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only a Swin"):
        vit.save_html(tmp_path / "a.html", view="shift")
    with pytest.raises(ValueError, match="there is no view"):
        vit.save_html(tmp_path / "a.html", view="nonsense")
    with pytest.raises(ValueError, match="one run"):
        vit.save_html(tmp_path / "a.html", beside=vit, view="lens")
    with pytest.raises(ValueError, match="precision"):
        vit.save_html(tmp_path / "a.html", view="lens", precision=12)
    assert not list(tmp_path.iterdir())


class TestWidget:
    """What needs anywidget."""

    @pytest.fixture(autouse=True)
    def needs_anywidget(self) -> None:
        pytest.importorskip("anywidget")

    def test_python_sets_a_class_and_an_edit_and_the_data_follows(self, vit: Trace) -> None:
        widget = vit.show(view="lens")
        widget.state = {"class": 3, "token": 40}
        data = unpack_data(widget.payload)
        assert data["classes"][data["target"]]["index"] == 3
        assert data["reading"] == 40
        widget.state = {"edits": ["h3.1"]}
        data = unpack_data(widget.payload)
        edited = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path, vitviz.zero_head(3, 1))
        classes = [one["index"] for one in data["classes"]]
        np.testing.assert_allclose(data["logits"][-1][0], edited.logits[classes].numpy(), atol=1e-4)
        assert widget.state == {"token": 40, "depth": 12, "class": 3, "edits": ["h3.1"]}

    def test_a_wrong_state_is_one_sentence_and_changes_nothing(self, vit: Trace) -> None:
        import traitlets

        widget = vit.show(view="lens")
        before = dict(widget.state)
        for wrong in ({"class": 999}, {"edits": ["x"]}, {"edits": ["h99.1"]}, {"head": 1}):
            with pytest.raises(traitlets.TraitError):
                widget.state = wrong
            assert widget.state == before

    def test_another_block_of_a_swin_is_as_the_model_has_it(self, swin: Trace) -> None:
        widget = swin.show(view="shift")
        widget.state = {"block": "layers.0.blocks.1"}
        assert (widget.state["height"], widget.state["shift"]) == (56, 3)
        assert unpack_data(widget.payload)["isOwn"]

    def test_the_explorer_shows_an_edited_run_beside_the_plain_one(self, vit: Trace) -> None:
        widget = vit.show()
        widget.state = {"edits": ["h3.1"], "layer": 5}
        second = json.loads(widget.data)["explorer"]["second"]
        number = second["url"]
        assert widget.payload(f"{number}/5.bin") != widget.payload("0/5.bin")
        assert widget.payload(f"{number}/2.bin") == widget.payload("0/2.bin")  # before the edit
        assert widget.state["layer"] == 5
        widget.state = {"edits": []}
        assert json.loads(widget.data)["explorer"]["second"] is None


def test_no_two_views_style_the_same_class() -> None:
    """A notebook has the style sheets of all its widgets in one page."""
    sheets = {"web/explorer/explorer.css", *(path for view in VIEWS.values() for path in view.styles)}
    owners: dict[str, set[str]] = {}
    for path in sheets:
        for name in re.findall(
            r"[.]([a-z][\w-]*)(?=[\s,:.{>\[)])", (PACKAGE / path).read_text(encoding="utf-8")
        ):
            owners.setdefault(name, set()).add(path)
    del owners["vv"]  # around every part
    assert {name: paths for name, paths in owners.items() if len(paths) > 1} == {}
