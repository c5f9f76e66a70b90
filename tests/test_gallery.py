"""The gallery is what its build command makes, and what its sentences say is what the models compute."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vitviz.analysis.layer_norm.large_norms import large_norms
from vitviz.analysis.lens import logit_lens
from vitviz.payload import unpack
from vitviz.tracing.norms import norm_statistics
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_data
from vitviz.web.html_file.packing import unpacked

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
MOST = 11 << 20  # bytes of all files together


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery_build", FOLDER / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery_build"] = module
    spec.loader.exec_module(module)
    return module


def numbers(text: str) -> dict[str, bytes]:
    """The payloads of a file by their paths; another view than the explorer has one."""
    data = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])  # type: ignore[index]
    texts = dict(re.findall(r'<script type="text/plain" id="n(\d+)">([^<]*)', text))
    places = data.get("places", {"view": 0})
    return {path: unpacked(texts[str(number)]) for path, number in places.items()}


@pytest.mark.parametrize("file", ["sink.html", "two_models.html", "lens.html", "registers.html"])
def test_a_work_made_again_has_the_same_numbers(build: ModuleType, file: str) -> None:
    work = next(each for each in build.WORKS if each.file == file)
    there = numbers((FOLDER / file).read_text(encoding="utf-8"))
    again = numbers(build.text_of(work)[0])
    assert there.keys() == again.keys()
    for path, payload in there.items():
        header, arrays = unpack(payload)
        new_header, new_arrays = unpack(again[path])
        assert arrays.keys() == new_arrays.keys()
        assert header.get("name") == new_header.get("name")
        for name, array in arrays.items():
            # Another machine may add in another order: a last bit may round the other way.
            np.testing.assert_allclose(new_arrays[name], array, rtol=2e-3, atol=2e-3)


def test_every_work_is_there_and_all_are_modest(build: ModuleType) -> None:
    files = {path.name for path in FOLDER.glob("*.html")}
    assert files == {work.file for work in build.WORKS} | {"index.html"}
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < MOST
    index = (FOLDER / "index.html").read_text(encoding="utf-8")
    for work in build.WORKS:
        assert f'href="./{work.file}"' in index
        assert work.title["en"] in index
        assert work.title["zh"] in index
        for language, ends in (("en", r"[.](?: |$)"), ("zh", "。")):
            assert len(re.findall(ends, work.note[language])) == 3, (work.file, language)


def test_what_is_said_of_sinks_is_so(build: ModuleType) -> None:
    work = next(each for each in build.WORKS if each.file == "sink.html")
    [trace] = build.traces(work)
    found = {
        (layer, head): sinks
        for layer in range(5, 12)
        for head, sinks in enumerate(layer_data(trace.blocks[layer])[0]["sinks"])  # type: ignore[arg-type]
        if sinks
    }
    assert list(found) == [(6, 2)]
    named = [(divmod(token - 1, 14), round(share, 2)) for token, share in found[6, 2]]
    assert named == [((3, 4), 0.07), ((6, 6), 0.05)]


def test_what_is_said_of_the_run_without_a_head_is_so(build: ModuleType) -> None:
    from vitviz.analysis.attention.opening import opening

    plain, edited = build.traces(next(each for each in build.WORKS if each.file == "edit.html"))
    first = opening(plain)
    assert (first.block, first.head) == (4, 0)
    for layer in range(5, 9):
        changed = (plain.blocks[layer].pattern() - edited.blocks[layer].pattern()).abs().max()
        assert 0 < float(changed) <= 0.05
    assert [f"{100 * run.top(1)[0].probability:.1f}" for run in (plain, edited)] == ["76.1", "75.7"]


def runs(build: ModuleType, name: str) -> list[Trace]:
    found: list[Trace] = build.traces(next(each for each in build.WORKS if each.name == name))
    return found


def test_what_is_said_of_distances_is_so(build: ModuleType) -> None:
    [trace] = runs(build, "head")
    said = [layer_data(block)[0] for block in trace.blocks]
    assert max(said[2]["distance"]) < min(said[11]["distance"]) / 2  # type: ignore[call-overload]
    assert np.median([*said[2]["distance"], *said[3]["distance"]]) < 2  # type: ignore[misc]
    for layer in (10, 11):
        assert min(said[layer]["entropy"]) > 0.9  # type: ignore[call-overload]


def test_what_is_said_of_registers_is_so(build: ModuleType) -> None:
    [trace] = runs(build, "registers")
    found = {one.name: large_norms(one.norm) for one in norm_statistics(trace)}
    count = {name: len(large.tokens) for name, large in found.items() if large.tokens}
    assert (count.pop("blocks.0.ln1"), count.pop("blocks.1.ln1")) == (25, 1)
    assert set(count) == {"blocks.0.ln2", "blocks.1.ln2"}
    assert all(2 < found[name].ratio < 2.5 for name in ("blocks.0.ln1", "blocks.1.ln1"))


def test_what_is_said_of_the_lens_is_so(build: ModuleType) -> None:
    [trace] = runs(build, "lens")
    read = list(logit_lens.depths(trace))  # read[i + 1] is after block i
    name = [trace.class_name(int(depth.own.argmax())) for depth in read]
    assert name[3:8] == ["dandelion"] * 5
    assert name[8:] == ["sunflower"] * 5
    flower = trace.class_names.index("sunflower")
    assert [int((read[at].best == flower).sum()) for at in (5, 8, 12)] == [7, 126, 195]


def test_what_is_said_of_the_two_models_is_so(build: ModuleType) -> None:
    pair = runs(build, "two_models")
    best = [run.top(1)[0] for run in pair]
    assert [(one.name, f"{100 * one.probability:.1f}") for one in best] == [
        ("sunflower", "76.1"),
        ("sunflower", "76.6"),
    ]
    assert [run.blocks[4].map_size for run in pair] == [(14, 14), (14, 14)]
    grids = [pair[1].swin_blocks[at].grid for at in (4, 5)]
    assert [(grid.window, grid.shift) for grid in grids] == [(7, 0), (7, 3)]
