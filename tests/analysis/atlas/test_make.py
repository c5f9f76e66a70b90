"""An atlas of a folder: resumed after a kill, on Ray the same, bad pictures left out, written as tables."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.atlas.conftest import make_pictures
from vitviz.analysis.atlas import make
from vitviz.analysis.atlas.files import read_atlas
from vitviz.analysis.atlas.make import finished, run_all, run_here
from vitviz.analysis.atlas.progress import FILE, load_progress
from vitviz.analysis.atlas.shards import Plan, Shard, ShardResult, make_plan, run_shard
from vitviz.analysis.atlas.tables import write_tables
from vitviz.atlas_command import AtlasOptions, run_atlas_command
from vitviz.cli import main
from vitviz.zoo.model import Model


def plan_of(folder: Path, model: Model) -> Plan:
    return make_plan(folder, sorted(folder.iterdir()), model, batch=2, top=3)


def test_the_command_writes_an_atlas_and_its_tables(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "05.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    status = main(["atlas", str(pictures), "--model", "vit-test", "--out", str(out), "--batch", "3"])
    said = capsys.readouterr()
    assert status == 2
    assert [line for line in said.err.splitlines() if "05.png" in line] == [
        "vitviz: 05.png: This is not a JPEG, PNG, WebP, GIF, BMP or TIFF picture; "
        "save it as PNG or JPEG and try again."
    ]
    assert "vit-test: 6 pictures, 4 heads, 128 MLP units, 2 blocks" in said.out
    atlas = read_atlas(out / "atlas.npz")
    assert atlas.partial.pictures == 6
    assert atlas.header.refused == 1
    assert len(atlas.names) == 7
    assert 5 not in {top.picture for top in atlas.head_top(0, 0)}


def test_a_folder_without_pictures_and_other_mistakes_are_one_sentence(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, words in (
        ([str(empty)], "holds no picture"),
        ([str(pictures / "00.png")], "is none"),
        ([str(pictures), "--out", str(pictures / "00.png")], "is a file"),
        ([str(pictures), "--model", "nothing"], "nothing"),
    ):
        assert main(["atlas", "--model", "vit-test", *arguments]) == 2
        said = capsys.readouterr().err.strip().splitlines()
        assert len(said) == 1
        assert words in said[0]
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.png").write_bytes(b"no picture")
    assert main(["atlas", str(bad), "--model", "vit-test", "--out", str(tmp_path / "o")]) == 2
    assert "not one picture" in capsys.readouterr().err.splitlines()[-1]


def test_without_pyarrow_one_sentence_says_what_to_install(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["atlas", str(pictures), "--model", "vit-test"]) == 2
    assert "pip install 'vitviz[ray]'" in capsys.readouterr().err


def test_a_run_that_ended_in_the_middle_goes_on_and_no_shard_runs_twice(
    pictures: Path, tmp_path: Path, quick: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(pictures, quick)
    whole = load_progress(plan, tmp_path / "never")
    whole.out.mkdir()
    run_all(whole, run_here(whole, quick))
    ran: list[int] = []

    def run(model: Model, folder: Path, shard: Shard, top: int) -> ShardResult:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(shard.number)
        return run_shard(model, folder, shard, top)

    monkeypatch.setattr(make, "run_shard", run)
    begun = load_progress(plan, tmp_path / "out")
    begun.out.mkdir()
    with pytest.raises(KeyboardInterrupt):
        run_all(begun, run_here(begun, quick))
    monkeypatch.setattr(make, "run_shard", run_shard)
    again = load_progress(plan, tmp_path / "out")
    assert again.done == {0, 1}
    assert [shard.number for shard in again.waiting] == [2, 3]
    run_all(again, run_here(again, quick))
    assert (tmp_path / "out" / FILE).read_bytes() == (tmp_path / "never" / FILE).read_bytes()
    assert load_progress(plan, tmp_path / "out").waiting == []


def test_the_order_in_which_shards_finish_makes_no_difference(
    pictures: Path, tmp_path: Path, quick: Model
) -> None:
    plan = plan_of(pictures, quick)
    results = [run_shard(quick, pictures, shard, plan.top) for shard in plan.shards]
    files = []
    for name, order in (("a", [0, 1, 2, 3]), ("b", [3, 1, 0, 2])):
        (tmp_path / name).mkdir()
        progress = load_progress(plan, tmp_path / name)
        run_all(progress, iter([results[number] for number in order]))
        files.append((tmp_path / name / FILE).read_bytes())
    assert files[0] == files[1]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_command_that_is_killed_goes_on(tmp_path: Path) -> None:
    folder, out = tmp_path / "pictures", tmp_path / "out"
    make_pictures(folder, 40)
    arguments = ["atlas", str(folder), "--model", "vit-test", "--batch", "1", "--threads", "1", "--out"]
    command = [sys.executable, "-m", "vitviz.cli", *arguments, str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (out / FILE).exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with np.load(out / FILE, allow_pickle=False) as file:
        done = json.loads(file["about"].tobytes().decode())["done"]
    assert done
    assert main([*arguments, str(out)]) == 0
    assert main([*arguments, str(tmp_path / "whole")]) == 0
    assert (out / "atlas.npz").read_bytes() == (tmp_path / "whole" / "atlas.npz").read_bytes()


def test_a_changed_folder_or_model_is_noticed(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    def run(*more: str, model: str = "vit-test") -> tuple[int, str]:
        status = main(["atlas", str(pictures), "--model", model, "--out", str(out), *more])
        return status, capsys.readouterr().err.splitlines()[-1]

    assert run()[0] == 0
    assert run() == (0, "vitviz: 1 of 1 batches are there already")
    assert "another --batch" in run("--batch", "2")[1]
    assert "another --top" in run("--top", "2")[1]
    assert "another --threads" in run("--threads", "7")[1]
    assert "another model" in run(model="swin-test")[1]
    os.utime(pictures / "00.png", (1, 1))
    assert "changed since" in run()[1]
    assert run("--restart")[0] == 0
    make_pictures(pictures, 8)
    assert "changed since" in run()[1]


def test_a_damaged_file_of_progress_is_one_sentence(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).write_bytes(b"PK half of it")
    assert main(["atlas", str(pictures), "--model", "vit-test", "--out", str(tmp_path)]) == 2
    assert "is damaged" in capsys.readouterr().err.splitlines()[-1]


def test_the_tables_say_what_the_atlas_says(pictures: Path, tmp_path: Path, quick: Model) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    progress = load_progress(plan_of(pictures, quick), tmp_path)
    run_all(progress, run_here(progress, quick))
    atlas = finished(progress, quick)
    write_tables(atlas, tmp_path)
    heads, units, layers, files = (
        parquet.read_table(tmp_path / f"{name}.parquet").to_pylist()
        for name in ("heads", "units", "layers", "pictures")
    )
    assert len(heads), len(units) == (4, 128)
    head = heads[3]
    assert (head["block"], head["head"], head["patch_pixels"]) == ("blocks.1", 1, 8)
    figure = atlas.figure(1, 1, "distance")
    assert [head[f"distance_{part}"] for part in ("mean", "sd", "min", "max")] == list(figure)
    assert head["distance_patches_mean"] == figure.mean / 8
    assert head["register_weight_mean"] is None
    assert sum(head["distance_histogram"]) == 7
    top = atlas.head_top(1, 1)
    assert (
        list(zip(head["top_value"], head["top_picture"], head["top_patch"], head["top_looks"], strict=True))
        == top
    )
    assert units[70]["top_value"] == [one.value for one in atlas.unit_top(1, 6)]
    assert layers[1]["norm_q50"] == atlas.norm_quantiles(1)[0.5]
    assert [row["file"] for row in files] == list(atlas.names)
    assert files[top[0].picture]["thumbnail"] == atlas.thumbnails[top[0].picture]
    about = parquet.read_schema(tmp_path / "heads.parquet").metadata[b"vitviz.atlas"]
    assert json.loads(about)["weights"] == atlas.header.weights


def test_ray_makes_the_same_atlas_to_the_last_digit(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'vitviz[ray]'")
    (pictures / "02.png").write_bytes(b"no picture")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(make.__file__).parents[3]))
    for name, engine in (("here", "local"), ("there", "ray")):
        options = AtlasOptions(
            pictures, "vit-test", out=tmp_path / name, batch=2, engine=engine, workers=2, threads=1
        )
        assert run_atlas_command(options) == 2
    assert not ray.is_initialized()
    for file in ("atlas.npz", FILE, "heads.parquet", "units.parquet"):
        assert (tmp_path / "here" / file).read_bytes() == (tmp_path / "there" / file).read_bytes()


def test_without_ray_one_sentence_says_what_to_install(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    out = str(tmp_path / "out")
    assert main(["atlas", str(pictures), "--model", "vit-test", "--out", out, "--engine", "ray"]) == 2
    assert "pip install 'vitviz[ray]'" in capsys.readouterr().err
